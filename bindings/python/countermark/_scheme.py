from __future__ import annotations

from collections.abc import Mapping
from ctypes import byref
from dataclasses import dataclass
from typing import Any, Union

from ._key import Key, KeyLike, as_keys
from ._library import Handle, Owner, lib
from ._structs import TextParam, TextSchemeOptions

DEFAULT = "cm-text-1"
VOCABULARY_MAX = 1 << 21
"""The most ids a scheme can know; schemes that don't depend on the number may be given this."""

Params = Mapping[str, Union[str, int, float, bool]]
"""Parameters of a scheme: numbers, or text as on the command line."""


@dataclass(frozen=True)
class Param:
    """A parameter of a scheme; ``default`` is "" where it must be given."""

    name: str
    default: str
    help: str


@dataclass(frozen=True)
class SchemeInfo:
    """What the library says about a scheme."""

    name: str
    summary: str
    keyed: bool
    """It takes a ``Key``; the others have their keys among their parameters."""
    sized: bool
    """The size of the model's vocabulary is part of the mark."""
    params: tuple[Param, ...]


def schemes() -> tuple[SchemeInfo, ...]:
    """All schemes of the library."""
    found: list[SchemeInfo] = []
    while info := lib.cm_text_scheme_at(len(found)):
        c = info.contents
        params = (c.params[i] for i in range(c.param_count))
        found.append(SchemeInfo(
            c.name.decode(), c.summary.decode(), c.keyed, c.sized,
            tuple(Param(p.name.decode(), p.fallback.decode(), p.help.decode()) for p in params)))
    return tuple(found)


def find_info(name: str) -> SchemeInfo | None:
    return next((info for info in schemes() if info.name == name), None)


def params_to_c(params: Params) -> Any:
    """An array of cm_text_param that keeps its strings alive."""
    def text(value: object) -> bytes:
        return (str(value).lower() if isinstance(value, bool) else str(value)).encode()

    return (TextParam * len(params))(*(TextParam(k.encode(), text(v)) for k, v in params.items()))


class Scheme(Owner):
    """A scheme with its parameters and key: what marker and detector must agree on.

    ``vocabulary`` is the number of ids that the *model* has logits for, at most 2^21; it may exceed
    the tokenizer's. ``key`` is needed by keyed schemes, and refused by the others, whose key is
    among ``params``. ``private`` takes the layer that only the secret key detects.

    Raises ``Error``: "argument" for a scheme or parameter that doesn't exist or has no such value,
    "key" for a missing key or layer. It never changes; threads may share it.
    """

    def __init__(self, name: str = DEFAULT, *, vocabulary: int, key: KeyLike | None = None,
                 private: bool = False, params: Params | None = None) -> None:
        if not 0 < vocabulary <= VOCABULARY_MAX:
            raise ValueError(f"a vocabulary of {vocabulary} ids; 1 to 2^21 are possible")
        self.name = name
        self.vocabulary = vocabulary
        self.private = private
        self.params = dict(params or {})
        ring = as_keys(key)
        info = find_info(name)
        if ring and info is not None and not info.keyed:
            raise ValueError(f"scheme {name} takes no key file: its key is among its parameters")
        self.key_name = ring[0].name if ring else None
        self._open = self._make(ring[0] if ring else None)

    def _make(self, key: Key | None) -> Handle:
        params = params_to_c(self.params)
        options = TextSchemeOptions(
            name=self.name.encode(), params=params, param_count=len(params),
            key=None if key is None else key._handle.address, private_layer=self.private,
            vocabulary=self.vocabulary)
        return Handle(lib.cm_text_scheme_free, lib.cm_text_scheme_new, byref(options))

    def __deepcopy__(self, memo: object) -> Scheme:
        return self

    def __repr__(self) -> str:
        params = "".join(f", {k}={v}" for k, v in self.params.items())
        return f"<Scheme {self.name}, {self.vocabulary} ids{params}>"
