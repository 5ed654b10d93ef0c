from __future__ import annotations

import threading
from ctypes import POINTER, byref, c_uint32, cast
from typing import Any

from ._arrays import Ids, as_ids, id_pointer, in_place
from ._library import Handle, Owner, call, lib
from ._scheme import Scheme
from ._structs import TextMarkerOptions


class Marker(Owner):
    """One text that is being generated: ``start``, then ``step`` and ``accept`` for each token.

    ``payload`` is for schemes that carry one, and must fit their number of bits. ``special`` are ids
    that never stand in a text (end of text, turn markers). ``capacity`` is the longest prompt and
    answer together, in tokens; memory is taken for it at once, about 13 bytes a token.

    Raises ``Error`` "key" where the scheme's key may not mark today: it is a public one, revoked, or
    past its validity.

    It is ready to mark a text without a prompt. One thread at a time.
    """

    def __init__(self, scheme: Scheme, *, payload: int = 0, special: Ids = (),
                 capacity: int = 131072) -> None:
        if not 0 <= payload < 1 << 64:
            raise ValueError("a payload is from 0 to 2^64 - 1")
        if capacity <= 0:
            raise ValueError("the capacity must be positive")
        ids = as_ids(special)
        options = TextMarkerOptions(payload, capacity, cast(id_pointer(ids), POINTER(c_uint32)),
                                    len(ids))
        self.scheme = scheme
        self._lock = threading.Lock()
        used = scheme._handle
        self._open = Handle(lib.cm_text_marker_free, lib.cm_text_marker_new, used, byref(options),
                            uses=[used])

    def _call(self, function: Any, *arguments: Any) -> None:
        handle = self._handle
        with self._lock:
            call(function, handle, *arguments)

    def start(self, prompt: Ids = ()) -> None:
        """Starts a new text after this prompt, which is never marked.

        Raises ``Error``: "argument" for an id beyond the vocabulary, "limit" beyond the capacity.
        """
        ids = as_ids(prompt)
        self._call(lib.cm_text_marker_start, id_pointer(ids), len(ids))

    def step(self, logits: Any) -> None:
        """Marks the logits of the next token, in place and without a copy.

        ``logits``: shape (n,), n at least the scheme's vocabulary; a numpy array, CPU torch tensor
        or other writable buffer of float32. They are natural logarithms up to a constant, after
        temperature, top-k and top-p, with -inf for tokens that can't be taken. Sampling from their
        softmax afterwards gives the marked token.

        Raises TypeError for memory that can't be marked in place, ``Error`` "argument" for too few.
        """
        address, count, memory = in_place(logits)
        self._call(lib.cm_text_marker_step, address, count)
        del memory

    def accept(self, token: int) -> None:
        """The token that was taken. ``Error`` "limit" beyond the capacity."""
        if not 0 <= token < 1 << 32:
            raise ValueError("token ids are from 0 to 2^32 - 1")
        self._call(lib.cm_text_marker_accept, token)

    def rewind(self, n: int) -> None:
        """Takes back the last n accepted tokens. ``Error`` "argument" for more than there are."""
        if n < 0:
            raise ValueError("only a number of tokens can be taken back")
        self._call(lib.cm_text_marker_rewind, n)
