from __future__ import annotations

import math
from dataclasses import dataclass, field

# Verdicts of spec/report.md §2.
MARKED_LOG10, HINT_LOG10 = -9.0, -4.0


@dataclass(frozen=True)
class Span:
    """A run of tokens [start, end) that carries the mark by itself."""

    start: int
    end: int
    log10_p: float
    """Corrected for all spans tried and all tests."""
    start_char: int | None = None
    end_char: int | None = None
    """The same in characters of the ``str``, or bytes of the ``bytes``, that was looked at; None
    where ids were."""


@dataclass(frozen=True)
class Detection:
    """What was found in a text. The p-value is exact or an upper bound."""

    scheme: str
    key: str | None
    """The key's name; None for schemes whose key is among their parameters."""
    public_layer: bool
    n_tokens: int
    n_scored: int
    """Tokens that count: each context, or context and token, once."""
    duplicates: int
    """Tokens that don't, since the same was there before."""
    statistic: float
    """The scheme's own; ``statistic_name`` says which: "z", "sum", "mean"."""
    statistic_name: str
    log10_p: float
    """Of so much evidence in a text without the mark; corrected for ``tests``."""
    tests: float
    """What the p-value is corrected for: spans, payload lengths, keys, layers."""
    peer_p: float | None
    """The p-value of the scheme's own software, where its parameters ask for that."""
    payload: int | None
    payload_bits: int
    payload_log10_error: float | None
    """log10 of a bound of the probability, over keys, that the payload is wrong; None without one."""
    payload_undetermined: bool
    """There is a mark, but the text is too short to read its payload."""
    needed: int
    """About how many tokens would do; 0 where there are enough."""
    spans: tuple[Span, ...] = field(default=())

    @property
    def p_value(self) -> float:
        """10 ** log10_p; 0.0 where that is too small for a float."""
        return math.pow(10.0, self.log10_p)

    @property
    def marked(self) -> bool:
        """The evidence is enough for the verdict "marked": p at most 1e-9."""
        return self.log10_p <= MARKED_LOG10

    @property
    def inconclusive(self) -> bool:
        """A trace too weak to count, or a text too short to tell."""
        return self.verdict == "inconclusive"

    @property
    def verdict(self) -> str:
        """ "marked", "inconclusive" or "none". The last says nothing about who wrote the text."""
        if self.marked:
            return "marked"
        return "inconclusive" if self.log10_p <= HINT_LOG10 or self.needed > 0 else "none"
