"""Marking what Hugging Face's transformers generate (needs torch and transformers).

A mark belongs after temperature, top-k, top-p and the like. ``generate()`` applies processors that
it is passed before those, but the one of its ``watermarking_config`` after them. So the right way is

    model.generate(..., do_sample=True, watermarking_config=CountermarkWatermarkingConfig(scheme))

which also gives each call a processor of its own. Otherwise pass the warpers yourself, the processor
last, and switch generate's own off:

    warpers = [TemperatureLogitsWarper(0.8), TopPLogitsWarper(0.95), CountermarkLogitsProcessor(scheme)]
    model.generate(..., do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
                   logits_processor=LogitsProcessorList(warpers))
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import LogitsProcessor
from transformers.generation.configuration_utils import BaseWatermarkingConfig

from ._arrays import Ids
from ._follow import Follower
from ._scheme import Scheme


class CountermarkLogitsProcessor(LogitsProcessor):  # type: ignore[misc]
    """Marks the scores of each row of a batch, one marker a row. It must be the last processor.

    Scores that are float32 on the CPU are marked where they stand, without a copy (so they change;
    ``in_place=False`` keeps the ones that were passed, as ``output_logits=True`` without any other
    processor needs it). Others are copied to the CPU as float32, marked, and copied back.

    The prompt is what the first call has; whatever comes after it is taken to be the answer. Rows
    that change places or lose tokens (beams, assisted decoding) are noticed by their ids. Another
    prompt, another number of rows, or more than one new token begins a new text.

    A scheme that chooses the token itself (cm-text-1 in its mode "gumbel", vllm-gumbel) leaves one
    token to take: sample with it, and use mode=green where beams are searched.

    ``payload``, ``special`` and ``capacity`` are as for ``Marker``. One thread at a time.
    """

    def __init__(self, scheme: Scheme, *, payload: int = 0, special: Ids = (),
                 capacity: int = 131072, in_place: bool = True) -> None:
        self.scheme = scheme
        self.in_place = in_place
        self._options = (payload, special, capacity)
        self._rows: list[Follower] = []
        self._seen = torch.empty(0, 0, dtype=torch.long)
        self._prompt = 0

    def reset(self) -> None:
        """The next call begins new texts, whatever its ids are."""
        self._seen = torch.empty(0, 0, dtype=torch.long)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """``input_ids``: shape (rows, length); ``scores``: (rows, n), n at least the scheme's
        vocabulary. Returns the marked scores. Raises ``Error`` for an id beyond the vocabulary, or
        texts beyond the capacity."""
        self._follow(input_ids.detach().to("cpu", torch.long))
        marked = scores if self.in_place else scores.clone()
        with torch.no_grad():
            here = marked.detach()
            if here.dtype != torch.float32 or here.device.type != "cpu" or here.stride(-1) != 1:
                here = here.to("cpu", torch.float32).contiguous()
            for row, logits in zip(self._rows, here):
                row.marker.step(logits)
            if here.data_ptr() != marked.data_ptr():
                marked.copy_(here)
        return marked

    def _follow(self, ids: torch.Tensor) -> None:
        before = self._seen.shape[1]
        if not self._goes_on(ids):
            self._start(ids)
        elif torch.equal(ids[:, :before], self._seen):
            for row, new in zip(self._rows, ids[:, before:].tolist()):
                for token in new:
                    row.accept(token)
        else:
            for row, output in zip(self._rows, ids[:, self._prompt:].tolist()):
                row.follow(output)
        self._seen = ids.clone()

    def _goes_on(self, ids: torch.Tensor) -> bool:
        rows, length = self._seen.shape
        prompt = self._prompt
        fits = rows > 0 and rows == ids.shape[0] and prompt <= ids.shape[1] <= length + 1
        return fits and bool(torch.equal(ids[:, :prompt], self._seen[:, :prompt]))

    def _start(self, ids: torch.Tensor) -> None:
        self.reset()  # so that a failure below isn't taken for a text that goes on
        while len(self._rows) < ids.shape[0]:
            self._rows.append(Follower(self.scheme, *self._options))
        del self._rows[ids.shape[0]:]
        for row, prompt in zip(self._rows, ids.tolist()):
            row.start(prompt)
        self._prompt = ids.shape[1]


class CountermarkWatermarkingConfig(BaseWatermarkingConfig):  # type: ignore[misc]
    """``generate(watermarking_config=…)`` with one of our schemes; any number of calls may share it.

    ``processor`` are further arguments for ``CountermarkLogitsProcessor``. It can't be saved with a
    generation config, since it holds a key.
    """

    def __init__(self, scheme: Scheme, **processor: Any) -> None:
        self.scheme = scheme
        self.processor = processor

    def validate(self) -> None:
        """There is nothing left to check: the scheme was checked when it was made."""

    def construct_processor(self, vocab_size: int, device: Any) -> CountermarkLogitsProcessor:
        """A processor for one call; ValueError where the model has fewer logits than the scheme."""
        if vocab_size < self.scheme.vocabulary:
            raise ValueError(f"the model has {vocab_size} logits, but the scheme was made for a "
                             f"vocabulary of {self.scheme.vocabulary}")
        return CountermarkLogitsProcessor(self.scheme, **self.processor)

    def to_dict(self) -> dict[str, Any]:
        """What it is, for people; the key is not part of it."""
        return {"countermark": self.scheme.name, "vocabulary": self.scheme.vocabulary}

    def to_json_string(self) -> str:
        return f"{self.to_dict()}\n"
