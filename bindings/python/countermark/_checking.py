from __future__ import annotations

import json
import os
from collections.abc import Iterable
from ctypes import POINTER, byref, c_char_p, c_void_p, cast, pointer
from typing import Any

from ._key import Key, KeyLike, as_keys
from ._library import Handle, call, lib, path_bytes, take
from ._scheme import Params, params_to_c
from ._structs import InspectOptions, TextInspectOptions, TextRequest
from ._tokenizer import TokenizerLike, as_tokenizer

LAYERS = {"manifest": 1, "watermark": 2, "declared": 4, "foreign": 8}


def check(path: str | os.PathLike[str], *, keys: KeyLike | Iterable[KeyLike] | None = None,
          trust: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
          layers: Iterable[str] = ("manifest", "watermark", "declared", "foreign"), fast: bool = False,
          sidecar: str | os.PathLike[str] | None = None, tokenizer: TokenizerLike | None = None,
          scheme: str | None = None, params: Params | None = None, vocabulary: int | None = None,
          strip_invisible: bool = False) -> dict[str, Any]:
    """The report about a file as ``countermark check --json`` has it (spec/report.md).

    Pictures: ``keys`` (keys or paths) for the watermark, ``trust`` (PEM files) for the signer,
    ``layers`` of evidence to look at, ``fast`` for no search for rotation and scale, ``sidecar`` for
    a manifest that is a file of its own.

    Texts are those with a ``tokenizer``, a ``scheme`` or a ``vocabulary``. Without a tokenizer the
    file holds token ids: a JSON array, an object with one under "ids", or 32-bit words,
    little-endian. ``strip_invisible`` leaves out characters that don't show. The rest is as in
    ``detect``. With a tokenizer the manifest of a text is judged as well, unless ``layers`` leave it
    out; without one, it is what is said of a text.

    Raises ``Error`` where the question can't be answered: "io", "format", "unsupported", "limit",
    "key", "argument". What was found, and that nothing was, stands in the report.
    """
    ring = as_keys(keys)
    if tokenizer is None and scheme is None and not vocabulary:
        inspector = _picture_inspector(ring, trust, layers, fast, sidecar)
        return _report(lib.cm_inspect, inspector, path)
    model = None if tokenizer is None else as_tokenizer(tokenizer)
    given = params_to_c(params or {})
    request = TextRequest(scheme=None if scheme is None else scheme.encode(), params=given,
                          param_count=len(given))
    other = None
    if model is not None and "manifest" in (layers := tuple(layers)):
        other = _picture_inspector(ring, trust, layers, fast, sidecar)
    options = TextInspectOptions(
        tokenizer=None if model is None else model._handle.address,
        keys=_ring(ring), key_count=len(ring), requests=pointer(request), request_count=1,
        vocabulary=vocabulary or 0,
        strip_invisible=strip_invisible, inspector=None if other is None else other.address)
    uses = [k._handle for k in ring] + ([] if model is None else [model._handle]) + (
        [] if other is None else [other])
    inspector = Handle(lib.cm_text_inspector_free, lib.cm_text_inspector_new, byref(options),
                       uses=uses)
    return _report(lib.cm_inspect_text, inspector, path)


def _ring(keys: list[Key]) -> Any:
    return (c_void_p * len(keys))(*(k._handle.address for k in keys))


def _picture_inspector(ring: list[Key], trust: Any, layers: Iterable[str], fast: bool,
                       sidecar: str | os.PathLike[str] | None) -> Handle:
    anchors = [trust] if isinstance(trust, (str, os.PathLike)) else list(trust)
    paths = (c_char_p * len(anchors))(*map(path_bytes, anchors))
    wanted = set(layers)
    if not wanted or wanted - LAYERS.keys():
        raise ValueError(f"layers are some of {', '.join(LAYERS)}")
    options = InspectOptions(
        layers=sum(LAYERS[layer] for layer in wanted), keys=_ring(ring), key_count=len(ring),
        trust=cast(paths, POINTER(c_char_p)), trust_count=len(anchors), fast=fast,
        sidecar=None if sidecar is None else path_bytes(sidecar))
    return Handle(lib.cm_inspector_free, lib.cm_inspector_new, byref(options),
                  uses=[k._handle for k in ring])


def _report(inspect: Any, inspector: Handle, path: str | os.PathLike[str]) -> dict[str, Any]:
    report = Handle(lib.cm_inspection_free, inspect, inspector, path_bytes(path))
    text = c_void_p()
    call(lib.cm_inspection_json, report, True, byref(text))
    answer: dict[str, Any] = json.loads(take(text))
    return answer
