"""Finding libcountermark, and what its functions take."""

from __future__ import annotations

import ctypes
import os
import pathlib
import weakref
from collections.abc import Iterable
from ctypes import POINTER, byref, c_bool, c_char_p, c_float, c_int, c_size_t, c_uint, c_uint32
from ctypes import c_uint64, c_void_p
from typing import Any

from . import _structs as s
from ._errors import Error

SONAME = "libcountermark.so.0"

_OUT = POINTER(c_void_p)
_ERR = POINTER(s.CError)
_IDS = POINTER(c_uint32)

# Functions that return a cm_code and take a cm_error last, with what comes before it.
_CALLS: dict[str, list[Any]] = {
    "cm_key_generate": [POINTER(s.KeyOptions), _OUT],
    "cm_key_read": [c_char_p, _OUT],
    "cm_key_parse": [c_char_p, c_size_t, _OUT],
    "cm_key_write_secret": [c_void_p, c_char_p],
    "cm_key_write_public": [c_void_p, c_char_p],
    "cm_tokenizer_read": [c_char_p, POINTER(s.TokenizerOptions), _OUT],
    "cm_tokenizer_encode": [c_void_p, c_char_p, c_size_t, c_bool, POINTER(s.CTokens)],
    "cm_tokenizer_decode": [c_void_p, _IDS, c_size_t, _OUT, POINTER(c_size_t)],
    "cm_text_scheme_new": [POINTER(s.TextSchemeOptions), _OUT],
    "cm_text_marker_new": [c_void_p, POINTER(s.TextMarkerOptions), _OUT],
    "cm_text_marker_start": [c_void_p, _IDS, c_size_t],
    "cm_text_marker_step": [c_void_p, c_void_p, c_size_t],
    "cm_text_marker_accept": [c_void_p, c_uint32],
    "cm_text_marker_rewind": [c_void_p, c_size_t],
    "cm_text_detector_new": [c_void_p, c_uint64, _OUT],
    "cm_text_detector_feed": [c_void_p, _IDS, POINTER(c_float), c_size_t],
    "cm_text_detector_finish": [c_void_p, POINTER(s.TextEvidence)],
    "cm_inspector_new": [POINTER(s.InspectOptions), _OUT],
    "cm_inspect": [c_void_p, c_char_p, _OUT],
    "cm_text_inspector_new": [POINTER(s.TextInspectOptions), _OUT],
    "cm_inspect_text": [c_void_p, c_char_p, _OUT],
    "cm_inspection_json": [c_void_p, c_bool, _OUT],
}

# The others: what they return, and what they take.
_PLAIN: dict[str, tuple[Any, list[Any]]] = {
    "cm_version": (c_char_p, []),
    "cm_code_name": (c_char_p, [c_int]),
    "cm_key_free": (None, [c_void_p]),
    "cm_key_name": (c_char_p, [c_void_p]),
    "cm_key_has_secret": (c_bool, [c_void_p]),
    "cm_key_epoch": (c_uint, [c_void_p]),
    "cm_key_created": (c_char_p, [c_void_p]),
    "cm_key_valid_until": (c_char_p, [c_void_p]),
    "cm_key_revoked": (c_char_p, [c_void_p]),
    "cm_tokenizer_free": (None, [c_void_p]),
    "cm_tokenizer_kind": (c_char_p, [c_void_p]),
    "cm_tokenizer_name": (c_char_p, [c_void_p]),
    "cm_tokenizer_size": (c_uint32, [c_void_p]),
    "cm_tokens_free": (None, [POINTER(s.CTokens)]),
    "cm_text_scheme_at": (POINTER(s.TextSchemeInfo), [c_size_t]),
    "cm_text_scheme_free": (None, [c_void_p]),
    "cm_text_marker_free": (None, [c_void_p]),
    "cm_text_detector_free": (None, [c_void_p]),
    "cm_inspector_free": (None, [c_void_p]),
    "cm_text_inspector_free": (None, [c_void_p]),
    "cm_inspection_free": (None, [c_void_p]),
}


def _load() -> ctypes.CDLL:
    """The library that COUNTERMARK_LIBRARY names; else the wheel's own; else the system's."""
    bundled = pathlib.Path(__file__).parent / "_lib" / SONAME
    path = os.environ.get("COUNTERMARK_LIBRARY") or (str(bundled) if bundled.exists() else SONAME)
    try:
        library = ctypes.CDLL(path)
    except OSError as e:
        raise ImportError(f"libcountermark can't be loaded: {e}; install it, or let "
                          "COUNTERMARK_LIBRARY hold its path") from e
    for name, arguments in _CALLS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = c_int, [*arguments, _ERR]
    for name, (result, arguments) in _PLAIN.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


lib = _load()

_free = ctypes.CDLL(None).free
_free.restype, _free.argtypes = None, [c_void_p]


def call(function: Any, *arguments: Any) -> None:
    """Calls a function of the library; raises ``Error`` unless it returns CM_OK."""
    error = s.CError()
    if function(*arguments, byref(error)) != 0:
        name = lib.cm_code_name(error.code).decode()
        raise Error(name, error.message.decode("utf-8", "replace"))


def take(pointer: c_void_p, size: int = -1) -> bytes:
    """The bytes at a pointer that the caller must free(), freed; up to a NUL without a size."""
    try:
        return ctypes.string_at(pointer.value or 0, size)
    finally:
        _free(pointer)


def version() -> str:
    """The version of the C library that runs."""
    return str(lib.cm_version().decode())


def _release(free: Any, pointer: c_void_p, uses: tuple[Handle, ...]) -> None:
    free(pointer)


class Handle:
    """Something of the library, freed with the last reference to this, and before all it ``uses``.

    A finalizer holds on to these until it has run, so garbage collection, which takes the members
    of a cycle in any order, can't free them first.
    """

    def __init__(self, free: Any, function: Any, *arguments: Any,
                 uses: Iterable[Handle] = ()) -> None:
        self._as_parameter_ = c_void_p()  # what ctypes passes for this
        call(function, *arguments, byref(self._as_parameter_))
        weakref.finalize(self, _release, free, self._as_parameter_, tuple(uses))

    @property
    def address(self) -> int:
        """For the fields of structures."""
        return self._as_parameter_.value or 0


class Owner:
    """A Python object with a handle. Whatever holds the handle itself outlives a close()."""

    _open: Handle | None = None

    @property
    def _handle(self) -> Handle:
        if self._open is None:
            raise ValueError(f"this {type(self).__name__} is closed")
        return self._open

    def close(self) -> None:
        """Lets go of the memory now. Using the object afterwards raises ValueError."""
        self._open = None

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """A path as the library takes it."""
    name = os.fsencode(path)
    if b"\0" in name:
        raise ValueError("a path can't hold a NUL")
    return name
