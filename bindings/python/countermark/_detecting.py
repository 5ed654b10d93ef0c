from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ._arrays import Ids, as_ids
from ._detection import Detection, Span
from ._detector import Detector
from ._key import Key, KeyLike, as_keys
from ._scheme import DEFAULT, VOCABULARY_MAX, Params, Scheme, find_info
from ._tokenizer import TokenizerLike, Tokens, as_tokenizer, text_bytes

# What cm-text-1 is tried as: mode and payload.
VARIANTS = (("gumbel", 32), ("gumbel", 0), ("gumbel", 16), ("gumbel", 64), ("green", 0),
            ("tournament", 0))


def detect(text_or_ids: str | bytes | Ids, *, tokenizer: TokenizerLike | None = None,
           key: KeyLike | None = None, keys: KeyLike | Iterable[KeyLike] | None = None,
           scheme: str | Scheme = DEFAULT, params: Params | None = None,
           vocabulary: int | None = None, probability: Any = None) -> Detection:
    """Looks for a mark in a text and says how sure that is.

    ``text_or_ids``: a text, which needs the ``tokenizer`` of the model that may have written it; or
    its token ids: a sequence of integers, or an integer array or tensor of shape (n,) or (1, n).

    ``key``, ``keys``: keys or paths of key files, for schemes that take one. With several, or with
    secret ones (which have two layers), each is tried, and the p-value is corrected for that; so it
    is where cm-text-1 is tried in each mode and length of payload that ``params`` leave open.

    ``scheme``: a name of ``schemes()`` with ``params``, or a ``Scheme``, which has all of it.

    ``vocabulary``: the number of ids of the *model*; by default the tokenizer's. Needed for schemes
    that depend on it (``SchemeInfo.sized``) when there is no tokenizer.

    ``probability``: see ``Detector.feed``; with ids only.

    Raises TypeError or ValueError for arguments that don't go together, ``Error`` as ``Scheme`` and
    ``Tokenizer.read`` do. That nothing was found is an answer, not an error.
    """
    model = None if tokenizer is None else as_tokenizer(tokenizer)
    ids, tokens = text_or_ids, None
    if isinstance(text_or_ids, (str, bytes)):
        if model is None:
            raise TypeError("a text needs the tokenizer of the model that may have written it")
        if probability is not None:
            raise TypeError("probabilities go with ids, not with a text")
        tokens = model.encode_with_offsets(text_or_ids)
        ids = tokens.ids
    ring = as_keys(key) + as_keys(keys)
    if isinstance(scheme, Scheme):
        if ring or params or vocabulary:
            raise TypeError("a Scheme has its key, parameters and vocabulary already")
        tests = [scheme]
    else:
        size = vocabulary or (model.size if model is not None else None)
        tests = _tests(scheme, ring, dict(params or {}), size)
    best = _best(tests, ids, probability)
    if tokens is None or isinstance(ids, (str, bytes)):
        return best
    places = tuple(_place(s, tokens, text_or_ids) for s in best.spans)
    return replace(best, spans=places)


def _tests(name: str, ring: list[Key], params: dict[str, Any], size: int | None) -> list[Scheme]:
    """Every key, layer, mode and length of payload, as the command does it."""
    info = find_info(name)
    if size is None and info is not None and info.sized:
        raise ValueError(f"scheme {name} depends on the size of the model's vocabulary: give it")
    size = size or VOCABULARY_MAX
    if not ring or (info is not None and not info.keyed):
        return [Scheme(name, vocabulary=size, key=ring[0] if ring else None, params=params)]
    return [Scheme(name, vocabulary=size, key=key, private=private, params=some)
            for key in ring
            for private in ((False, True) if key.has_secret else (False,))
            for some in _variants(params)]


def _variants(params: dict[str, Any]) -> list[dict[str, Any]]:
    """The modes and payload lengths that ``params`` leave open; a length speaks of Gumbel marks."""
    given = params.get("payload")
    mode = params.get("mode", "gumbel" if given is not None else None)
    open_ones = [{**params, "mode": m, "payload": bits} for m, bits in VARIANTS
                 if mode in (None, m) and (given is None or m != "gumbel" or str(given) == str(bits))]
    return open_ones or [params]


def _best(tests: list[Scheme], ids: Any, probability: Any) -> Detection:
    words = as_ids(ids)
    found = []
    for test in tests:
        detector = Detector(test, others=len(tests) - 1)
        detector.feed(words, probability)
        found.append(detector.finish())
    return min(found, key=lambda d: d.log10_p)


def _place(span: Span, tokens: Tokens, text: Any) -> Span:
    data = text_bytes(text)

    def where(token: int) -> int:
        byte = tokens.offsets[token] if token < len(tokens) else len(data)
        if isinstance(text, bytes):
            return byte
        return sum(b & 0xC0 != 0x80 for b in data[:byte])

    return replace(span, start_char=where(span.start), end_char=where(span.end))
