"""What Python code holds token ids and logits in, as C takes it. Neither numpy nor torch is
imported: theirs are told by what they can do."""

from __future__ import annotations

import array
import ctypes
from collections.abc import Sequence
from typing import Any, Union

Ids = Union[Sequence[int], Any]
"""Token ids: a sequence of integers, or a numpy array or torch tensor of any integer type with the
shape (n,) or (1, n)."""


def _flat(values: Any, what: str) -> Any:
    """A list, or whatever else is plain and one-dimensional."""
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{what} are needed, not a text")
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    shape = tuple(getattr(values, "shape", ()))
    if len(shape) == 2 and shape[0] == 1:
        values = values[0]
    elif len(shape) > 1:
        raise ValueError(f"{what} of one text are needed, not of the shape {shape}")
    return values.tolist() if hasattr(values, "tolist") else values


def as_ids(ids: Ids) -> array.array[int]:
    """Ids as 32-bit words. TypeError for what isn't an integer, ValueError for a negative one."""
    if isinstance(ids, array.array) and ids.typecode == "I":
        return ids
    try:
        return array.array("I", _flat(ids, "token ids"))
    except OverflowError as e:
        raise ValueError("token ids are from 0 to 2^32 - 1") from e


def as_floats(values: Any) -> array.array[float]:
    """Numbers as 32-bit floats."""
    return array.array("f", _flat(values, "numbers"))


def id_pointer(ids: array.array[int]) -> Any:
    """What C reads the ids from; it keeps them alive."""
    return (ctypes.c_uint32 * len(ids)).from_buffer(ids)


def float_pointer(values: array.array[float]) -> Any:
    return (ctypes.c_float * len(values)).from_buffer(values)


def in_place(logits: Any) -> tuple[int, int, Any]:
    """Where logits stand in memory, how many, and what to hold on to meanwhile.

    TypeError for anything but a writable row of 32-bit floats in this machine's memory, since it
    would have to be copied.
    """
    if hasattr(logits, "data_ptr"):
        if str(logits.dtype) != "torch.float32" or logits.device.type != "cpu":
            raise TypeError(f"logits of {logits.dtype} on {logits.device}; float32 on the CPU is "
                            "marked in place")
        if logits.dim() != 1 or not logits.is_contiguous():
            raise TypeError(f"one row of logits without gaps is needed, not {tuple(logits.shape)}")
        return logits.data_ptr(), logits.numel(), logits
    view = memoryview(logits)
    if view.format not in ("f", "<f", "=f"):
        raise TypeError(f"logits of the format {view.format!r}; float32 is marked in place")
    if view.ndim != 1 or not view.c_contiguous or view.readonly or view.nbytes == 0:
        raise TypeError("one writable row of logits without gaps is needed")
    memory = ctypes.c_char.from_buffer(view)
    return ctypes.addressof(memory), len(view), memory
