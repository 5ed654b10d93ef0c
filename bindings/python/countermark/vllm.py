"""Marking what vLLM generates (needs torch, and vllm for ``CountermarkLogitsProcessor``).

In vLLM's engine, version 1, a processor that says that it leaves the argmax alone runs after
temperature and min-p, before top-k and top-p, and not for greedy requests. That is where
``CountermarkLogitsProcessor`` runs; it applies top-k and top-p of the request itself first, so that
what is marked is what would be sampled from. What vLLM then cuts off again matters only for schemes
that don't choose the token themselves, with top-p, and little.

    llm = LLM(model, logits_processors=["countermark.vllm:CountermarkLogitsProcessor"],
              additional_config={"countermark": {"key": "example.key"}})

The settings, under "countermark" in ``additional_config`` or in the class attribute ``settings`` of
a subclass: scheme, params, key (a path), private, vocabulary (by default the model's), payload,
special, capacity, as for ``Scheme`` and ``Marker``. A request may say
``SamplingParams(extra_args={"countermark": False})`` for no mark, or ``{"countermark":
{"payload": 7}}``.

The interface is vLLM's ``vllm.v1.sample.logits_processor``, not that of its model runner V2.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch

from ._arrays import Ids
from ._follow import Follower
from ._scheme import DEFAULT, Scheme

try:
    from vllm.v1.sample.logits_processor import LogitsProcessor
except ImportError:  # per-request marking works without
    LogitsProcessor = object

GREEDY = 1e-5  # temperatures below are no sampling, as vLLM has it


class RequestProcessor:
    """A logits processor for one request: ``(prompt_ids, output_ids, logits) -> logits``.

    ``logits``: shape (n,), after temperature, top-k and top-p. float32 on the CPU is marked in
    place, without a copy; others are copied there, marked, and copied back. Which tokens are new,
    or were taken back, is told from ``output_ids``. One thread at a time.
    """

    def __init__(self, scheme: Scheme, *, payload: int = 0, special: Ids = (),
                 capacity: int = 131072) -> None:
        self._follower = Follower(scheme, payload, special, capacity)
        self._prompt: list[int] | None = None

    def __call__(self, prompt_ids: Any, output_ids: Any, logits: torch.Tensor) -> torch.Tensor:
        self.follow(prompt_ids, output_ids)
        here = logits
        if logits.dtype != torch.float32 or logits.device.type != "cpu" or logits.stride(0) != 1:
            here = logits.to("cpu", torch.float32).contiguous()
        self.step(here)
        if here is not logits:
            logits.copy_(here)
        return logits

    def follow(self, prompt_ids: Any, output_ids: Any) -> None:
        """The ids there are by now. ValueError for negative ones: placeholders, not tokens."""
        prompt, output = list(prompt_ids or ()), list(output_ids)
        if self._prompt != prompt:
            self._follower.start(prompt)
            self._prompt = prompt
        self._follower.follow(output)

    def step(self, logits: Any) -> None:
        """Marks one row in place; see ``Marker.step``."""
        self._follower.marker.step(logits)


class CountermarkLogitsProcessor(LogitsProcessor):  # type: ignore[misc]
    """vLLM's interface, for a whole batch; see the head of this module."""

    settings: ClassVar[dict[str, Any]] = {}

    @classmethod
    def validate_params(cls, sampling_params: Any) -> None:
        """ValueError for what this processor doesn't know in a request's ``extra_args``."""
        _wishes(sampling_params)

    def __init__(self, vllm_config: Any, device: Any, is_pin_memory: bool) -> None:
        given = {**self.settings, **(vllm_config.additional_config or {}).get("countermark", {})}
        vocabulary = given.pop("vocabulary", None) or vllm_config.model_config.get_vocab_size()
        self._marker = {k: given.pop(k) for k in ("payload", "special", "capacity") if k in given}
        self.scheme = Scheme(given.pop("scheme", DEFAULT), vocabulary=vocabulary, **given)
        self._requests: dict[int, _Request] = {}

    def is_argmax_invariant(self) -> bool:
        """Yes, since greedy requests aren't to be marked, and the others after temperature."""
        return True

    def needs_output_token_ids(self) -> bool:
        """Yes: without them, asynchronous scheduling has placeholders in their place."""
        return True

    def update_state(self, batch_update: Any) -> None:
        """Takes over which request has which row of the batch now."""
        if batch_update is None:
            return
        for index in batch_update.removed:
            self._requests.pop(index, None)
        for index, params, prompt, output in batch_update.added:
            self._requests.pop(index, None)
            wishes = _wishes(params)
            if wishes is not None and params.temperature >= GREEDY:
                processor = RequestProcessor(self.scheme, **{**self._marker, **wishes})
                self._requests[index] = _Request(processor, params, prompt, output)
        for a, b, direction in batch_update.moved:
            one, other = self._requests.pop(a, None), self._requests.pop(b, None)
            if one is not None:
                self._requests[b] = one
            if other is not None and direction.name == "SWAP":
                self._requests[a] = other

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """``logits``: shape (requests, n). Marks the rows of the requests that are to be marked."""
        for index, request in self._requests.items():
            row = logits[index]
            _truncate(row, request.params.top_k, request.params.top_p)
            request.processor.follow(request.prompt, request.output)
        self._mark(logits, sorted(self._requests))
        return logits

    def _mark(self, logits: torch.Tensor, rows: list[int]) -> None:
        in_place = logits.dtype == torch.float32 and logits.device.type == "cpu"
        if in_place and logits.stride(-1) == 1:
            for index in rows:
                self._requests[index].processor.step(logits[index])
        elif rows:
            here = logits[rows].to("cpu", torch.float32).contiguous()
            for k, index in enumerate(rows):
                self._requests[index].processor.step(here[k])
            logits[rows] = here.to(logits.device, logits.dtype)


class _Request:
    """What a row of the batch holds; ``output`` is vLLM's own list, which grows."""

    def __init__(self, processor: RequestProcessor, params: Any, prompt: Any, output: Any) -> None:
        self.processor = processor
        self.params = params
        self.prompt = prompt
        self.output = output


def _wishes(params: Any) -> dict[str, Any] | None:
    """What a request asks of its marker; None for no mark."""
    wish = (params.extra_args or {}).get("countermark", True)
    if wish is False:
        return None
    if wish is True:
        return {}
    if not isinstance(wish, dict) or wish.keys() - {"payload"}:
        raise ValueError('extra_args["countermark"] is True, False or {"payload": NUMBER}')
    return wish


def _truncate(row: torch.Tensor, top_k: int, top_p: float) -> None:
    """-inf for what top-k and top-p leave out, as vLLM has it: the first whatever, then so long as
    those before have less than top_p."""
    nothing = float("-inf")
    if 0 < top_k < row.shape[0]:
        row.masked_fill_(row < torch.topk(row, top_k).values[-1], nothing)
    if top_p < 1:
        ordered, at = row.sort(descending=True)
        share = ordered.softmax(dim=-1, dtype=torch.float32)
        ordered.masked_fill_(share.cumsum(dim=-1) - share >= top_p, nothing)
        row.scatter_(0, at, ordered)
