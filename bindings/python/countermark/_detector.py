from __future__ import annotations

import math
import threading
from ctypes import byref
from typing import Any

from ._arrays import Ids, as_floats, as_ids, float_pointer, id_pointer
from ._detection import Detection, Span
from ._library import Handle, Owner, call, lib
from ._scheme import Scheme
from ._structs import TextEvidence

_UNDETERMINED, _READ = 1, 2


class Detector(Owner):
    """Looks for one scheme's mark in a text that comes in parts: ``feed``, then ``finish`` once.

    ``others``: how many other tests (keys, schemes) the same text undergoes, for the correction.
    One thread at a time.
    """

    def __init__(self, scheme: Scheme, *, others: int = 0) -> None:
        if others < 0:
            raise ValueError("a number of other tests is needed")
        self.scheme = scheme
        self._lock = threading.Lock()
        used = scheme._handle
        self._open = Handle(lib.cm_text_detector_free, lib.cm_text_detector_new, used, others,
                            uses=[used])

    def feed(self, ids: Ids, probability: Any = None) -> None:
        """The next ids of the text, shape (n,) or (1, n).

        ``probability``, of the same length, may say how probable some model finds each token there
        without any mark: it sharpens schemes that can use it.

        Raises ``Error`` "argument" for an id beyond the vocabulary.
        """
        words = as_ids(ids)
        chance = None
        if probability is not None:
            floats = as_floats(probability)
            if len(floats) != len(words):
                raise ValueError(f"{len(floats)} probabilities for {len(words)} ids")
            chance = float_pointer(floats)
        handle = self._handle
        with self._lock:
            call(lib.cm_text_detector_feed, handle, id_pointer(words), chance, len(words))

    def finish(self) -> Detection:
        """The text has ended. Closes the detector."""
        handle = self._handle
        evidence = TextEvidence()
        with self._lock:
            self.close()
            call(lib.cm_text_detector_finish, handle, byref(evidence))
        return _describe(self.scheme, evidence)


def _describe(scheme: Scheme, e: TextEvidence) -> Detection:
    spans = (e.spans[i] for i in range(e.span_count))
    return Detection(
        scheme=scheme.name,
        key=scheme.key_name,
        public_layer=not scheme.private,
        n_tokens=e.tokens,
        n_scored=e.scored,
        duplicates=e.duplicates,
        statistic=e.statistic,
        statistic_name=e.statistic_name.decode(),
        log10_p=e.log10_p,
        tests=e.tests,
        peer_p=None if math.isnan(e.peer_p) else e.peer_p,
        payload=e.payload if e.payload_state == _READ else None,
        payload_bits=e.payload_bits,
        payload_log10_error=e.payload_log10_error if e.payload_state == _READ else None,
        payload_undetermined=e.payload_state == _UNDETERMINED,
        needed=e.needed,
        spans=tuple(Span(s.start, s.end, s.log10_p) for s in spans),
    )
