from __future__ import annotations

import os
from collections.abc import Iterable
from ctypes import byref
from typing import Union

from ._library import Handle, Owner, call, lib, path_bytes
from ._structs import KeyOptions


class Key(Owner):
    """A watermark key: a secret one marks and detects, a public one only detects.

    Made by ``Key.read``, ``Key.parse`` or ``Key.generate``. It never changes; threads may share it.
    """

    def __init__(self, handle: Handle) -> None:
        self._open = handle

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Key:
        """Reads a key file of either kind.

        Raises ``Error`` with the code "io", "format", or "key" for a secret key that others than
        its owner may read.
        """
        return cls(Handle(lib.cm_key_free, lib.cm_key_read, path_bytes(path)))

    @classmethod
    def parse(cls, text: str | bytes) -> Key:
        """A key from the text of its file, from wherever that is kept."""
        data = text.encode() if isinstance(text, str) else bytes(text)
        return cls(Handle(lib.cm_key_free, lib.cm_key_parse, data, len(data)))

    @classmethod
    def generate(cls, name: str, *, epoch: int = 1, valid_until: str | None = None) -> Key:
        """A new secret key from the operating system's random source.

        ``name``: 1 to 64 printable ASCII characters. ``epoch``: 1 to 999999. ``valid_until``: the
        last day for marking, "YYYY-MM-DD" in UTC.
        """
        until = None if valid_until is None else valid_until.encode()
        options = KeyOptions(name.encode(), epoch, until)
        return cls(Handle(lib.cm_key_free, lib.cm_key_generate, byref(options)))

    def write_secret(self, path: str | os.PathLike[str]) -> None:
        """Writes the secret key, readable by its owner alone.

        Raises ``Error``: "exists" rather than replace a file, "key" for a public key.
        """
        call(lib.cm_key_write_secret, self._handle, path_bytes(path))

    def write_public(self, path: str | os.PathLike[str]) -> None:
        """Writes the public key. ``Error`` "exists" rather than replace a file."""
        call(lib.cm_key_write_public, self._handle, path_bytes(path))

    @property
    def name(self) -> str:
        return str(lib.cm_key_name(self._handle).decode())

    @property
    def has_secret(self) -> bool:
        """Whether it can mark."""
        return bool(lib.cm_key_has_secret(self._handle))

    @property
    def epoch(self) -> int:
        return int(lib.cm_key_epoch(self._handle))

    @property
    def created(self) -> str:
        """ "YYYY-MM-DD"."""
        return str(lib.cm_key_created(self._handle).decode())

    @property
    def valid_until(self) -> str | None:
        return lib.cm_key_valid_until(self._handle).decode() or None

    @property
    def revoked(self) -> str | None:
        """From which day on, if any."""
        return lib.cm_key_revoked(self._handle).decode() or None

    def __repr__(self) -> str:
        if self._open is None:
            return "<Key, closed>"
        return f"<Key {self.name!r}, {'secret' if self.has_secret else 'public'}>"


KeyLike = Union[Key, str, "os.PathLike[str]"]
"""A key, or the path of its file."""


def as_keys(keys: KeyLike | Iterable[KeyLike] | None) -> list[Key]:
    """The keys that one argument stands for."""
    if keys is None:
        return []
    if isinstance(keys, (Key, str, os.PathLike)):
        keys = [keys]
    return [k if isinstance(k, Key) else Key.read(k) for k in keys]
