from __future__ import annotations

import os
from collections.abc import Iterator
from ctypes import byref, c_size_t, c_void_p, string_at
from dataclasses import dataclass
from typing import Union

from ._arrays import Ids, as_ids, id_pointer
from ._library import Handle, Owner, call, lib, path_bytes, take
from ._structs import CTokens, TokenizerOptions


@dataclass(frozen=True)
class Tokens:
    """A text as token ids: the i-th one begins at byte ``offsets[i]`` of its UTF-8."""

    ids: list[int]
    offsets: list[int]
    replaced: int
    """How often something that isn't UTF-8 was taken for U+FFFD."""

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids)


class Tokenizer(Owner):
    """A model's tokenizer. It never changes; threads may share it."""

    def __init__(self, handle: Handle) -> None:
        self._open = handle

    @classmethod
    def read(cls, path: str | os.PathLike[str], *, encoding: str | None = None) -> Tokenizer:
        """Reads a tokenizer.json, a .tiktoken table, a GGUF model, encoder.json with vocab.bpe, or,
        where the library was built with SENTENCEPIECE=1 (the wheel's isn't), a SentencePiece model.

        ``encoding`` says what a .tiktoken table is ("cl100k_base", …) where its name doesn't.
        Raises ``Error`` "unsupported" for one that wouldn't be encoded exactly as its owner does.
        """
        options = TokenizerOptions(None if encoding is None else encoding.encode())
        return cls(Handle(lib.cm_tokenizer_free, lib.cm_tokenizer_read, path_bytes(path),
                          byref(options)))

    def encode(self, text: str | bytes) -> list[int]:
        """The ids of a text. What looks like a special token is encoded like any other word."""
        return self.encode_with_offsets(text).ids

    def encode_with_offsets(self, text: str | bytes) -> Tokens:
        """The ids, and the byte of the text (as UTF-8) where each begins."""
        data = text_bytes(text)
        out = CTokens()
        try:
            call(lib.cm_tokenizer_encode, self._handle, data, len(data), True, byref(out))
            ids = string_at(out.ids, 4 * out.count) if out.count else b""
            offsets = string_at(out.offsets, 8 * out.count) if out.count else b""
            return Tokens(memoryview(ids).cast("I").tolist(),
                          memoryview(offsets).cast("Q").tolist(), out.replaced)
        finally:
            lib.cm_tokens_free(byref(out))

    def decode(self, ids: Ids) -> str:
        """The text of the ids; "\\ufffd" where they don't make whole characters."""
        return self.decode_bytes(ids).decode("utf-8", "replace")

    def decode_bytes(self, ids: Ids) -> bytes:
        """The bytes of the ids. ``Error`` "argument" for an id that no token has."""
        words = as_ids(ids)
        out, size = c_void_p(), c_size_t()
        call(lib.cm_tokenizer_decode, self._handle, id_pointer(words), len(words),
             byref(out), byref(size))
        return take(out, size.value)

    @property
    def size(self) -> int:
        """One more than the highest id, special tokens included."""
        return int(lib.cm_tokenizer_size(self._handle))

    @property
    def kind(self) -> str:
        """ "tokenizer.json", "tiktoken", "gguf", "gpt2" or "sentencepiece"."""
        return str(lib.cm_tokenizer_kind(self._handle).decode())

    @property
    def name(self) -> str:
        """What it calls itself, or ""."""
        return str(lib.cm_tokenizer_name(self._handle).decode())

    def __repr__(self) -> str:
        if self._open is None:
            return "<Tokenizer, closed>"
        return f"<Tokenizer {self.name or self.kind}, {self.size} ids>"


TokenizerLike = Union[Tokenizer, str, "os.PathLike[str]"]
"""A tokenizer, or the path of its file."""


def as_tokenizer(tokenizer: TokenizerLike) -> Tokenizer:
    return tokenizer if isinstance(tokenizer, Tokenizer) else Tokenizer.read(tokenizer)


def text_bytes(text: str | bytes) -> bytes:
    """UTF-8; half a surrogate pair becomes what the library takes for U+FFFD."""
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
