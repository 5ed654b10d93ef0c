"""Countermark: marking generated text, and finding marks in texts and pictures.

Threads: nothing here is global and changes. A ``Key``, ``Tokenizer`` or ``Scheme`` never changes
once it is made, and threads may share it. A ``Marker`` or ``Detector`` serves one thread at a time;
calls on the same one from several threads wait for each other. The C library runs without the
interpreter's lock.

Memory: everything is freed with its object. ``close()`` or a ``with`` block only does that sooner;
what still needs the closed thing keeps it.
"""

from ._checking import check
from ._detecting import detect
from ._detection import Detection, Span
from ._detector import Detector
from ._errors import Error
from ._key import Key
from ._library import version
from ._marker import Marker
from ._scheme import Param, Scheme, SchemeInfo, schemes
from ._tokenizer import Tokenizer, Tokens

__version__ = version()

__all__ = [
    "Detection",
    "Detector",
    "Error",
    "Key",
    "Marker",
    "Param",
    "Scheme",
    "SchemeInfo",
    "Span",
    "Tokenizer",
    "Tokens",
    "check",
    "detect",
    "schemes",
]
