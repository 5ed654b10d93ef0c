"""vLLM: its interface, with a stand-in for its engine, since vLLM itself needs a machine of another
kind. The stand-in has what vllm/v1/sample/logits_processor publishes (BatchUpdate, the order of
removed, added, moved; output lists that grow), and the order of its sampler: temperature, processors
that leave the argmax alone, top-k and top-p, a draw; greedy requests from before all that."""

import dataclasses
import enum
import types
import unittest

import countermark as cm
from support import VOCABULARY, has, needs

if has("torch"):
    import torch

    from countermark import vllm

KEY = cm.Key.generate("Example")


class MoveDirectionality(enum.Enum):
    UNIDIRECTIONAL = 1
    SWAP = 2


@dataclasses.dataclass
class BatchUpdate:
    batch_size: int
    removed: list
    added: list
    moved: list


@dataclasses.dataclass
class SamplingParams:
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    extra_args: "dict | None" = None


class Request:
    def __init__(self, prompt, length, **params):
        self.prompt, self.length, self.output = prompt, length, []
        self.params = SamplingParams(**params)


class Engine:
    """Requests in rows; a row that ends is filled by the last one, as vLLM condenses its batch."""

    def __init__(self, processor, seed=1):
        self.processor, self.rows = processor, []
        self.random = torch.Generator().manual_seed(seed)

    def run(self, requests, batch=3):
        waiting = list(requests)
        while waiting or self.rows:
            removed = [i for i, r in enumerate(self.rows) if len(r.output) == r.length]
            added, moved = [], []
            free = sorted(removed)
            while waiting and (free or len(self.rows) < batch):
                at = free.pop(0) if free else len(self.rows)
                self.rows[at:at + 1] = [waiting.pop(0)]
                r = self.rows[at]
                added.append((at, r.params, r.prompt, r.output))
            for at in reversed(free):
                last = len(self.rows) - 1
                if at != last:
                    self.rows[at] = self.rows[last]
                    moved.append((last, at, MoveDirectionality.UNIDIRECTIONAL))
                del self.rows[last]
            if len(self.rows) > 1 and not moved:  # vLLM also reorders, by what is to be computed
                self.rows[0], self.rows[1] = self.rows[1], self.rows[0]
                moved.append((0, 1, MoveDirectionality.SWAP))
            update = BatchUpdate(len(self.rows), sorted(removed, reverse=True), added, moved)
            self.processor.update_state(update if removed or added or moved else None)
            if self.rows:
                self.step()

    def step(self):
        logits = 2 * torch.randn(len(self.rows), VOCABULARY, generator=self.random)
        greedy = logits.argmax(dim=-1)
        heat = torch.tensor([r.params.temperature or 1.0 for r in self.rows])
        logits = self.processor.apply(logits / heat[:, None])
        for i, r in enumerate(self.rows):
            vllm._truncate(logits[i], r.params.top_k, r.params.top_p)
            drawn = torch.multinomial(logits[i].softmax(-1), 1, generator=self.random)
            r.output.append(int(greedy[i] if r.params.temperature == 0 else drawn))


def config(**settings):
    model = types.SimpleNamespace(get_vocab_size=lambda: VOCABULARY)
    return types.SimpleNamespace(additional_config={"countermark": settings}, model_config=model)


@needs("torch", "numpy")
class Batch(unittest.TestCase):
    def test_each_request_has_its_own_mark(self):
        processor = vllm.CountermarkLogitsProcessor(config(key=KEY, payload=3), "cpu", False)
        self.assertTrue(processor.is_argmax_invariant())
        self.assertTrue(processor.needs_output_token_ids())
        off = {"countermark": False}
        requests = [
            Request([5, 6, 7], 150, top_k=50),
            Request([5, 6, 7], 90, extra_args=off),
            Request(None, 170, top_p=0.9, extra_args={"countermark": {"payload": 8}}),
            Request([9], 120, temperature=0),
            Request([1, 2], 200, temperature=0.7, top_k=20, top_p=0.95),
        ]
        Engine(processor).run(requests)
        found = [cm.detect(r.output, key=KEY, vocabulary=VOCABULARY) for r in requests]
        self.assertEqual([f.marked for f in found], [True, False, True, False, True])
        self.assertEqual([f.payload for f in found], [3, None, 8, None, 3])
        self.assertEqual([r.length for r in requests], [len(r.output) for r in requests])
        self.assertFalse(processor._requests)

    def test_other_memory_than_floats(self):
        scheme = {"key": KEY, "params": {"mode": "green"}}
        one = vllm.CountermarkLogitsProcessor(config(**scheme), "cpu", False)
        other = vllm.CountermarkLogitsProcessor(config(**scheme), "cpu", False)
        output = [1, 2, 3, 4, 5]
        logits = torch.randn(2, VOCABULARY).bfloat16()
        for processor in (one, other):
            processor.update_state(BatchUpdate(2, [], [(1, SamplingParams(), [7], output)], []))
        expected = one.apply(logits.float())
        marked = other.apply(logits.clone())
        self.assertTrue(torch.equal(marked, expected.bfloat16()))
        self.assertTrue(torch.equal(marked[0], logits[0]))
        self.assertFalse(torch.equal(marked[1], logits[1]))

    def test_what_a_request_may_ask_for(self):
        validate = vllm.CountermarkLogitsProcessor.validate_params
        for good in (None, {}, {"countermark": True}, {"countermark": {"payload": 1}}):
            validate(SamplingParams(extra_args=good))
        for bad in ({"countermark": {"key": "x"}}, {"countermark": "yes"}):
            with self.assertRaises(ValueError):
                validate(SamplingParams(extra_args=bad))

    def test_truncation_keeps_what_top_k_and_top_p_keep(self):
        row = torch.log(torch.tensor([0.1, 0.5, 0.15, 0.25]))
        for top_k, top_p, kept in ((2, 1.0, [1, 3]), (0, 0.5, [1]), (0, 0.6, [1, 3]),
                                   (3, 0.99, [1, 2, 3]), (0, 1.0, [0, 1, 2, 3])):
            cut = row.clone()
            vllm._truncate(cut, top_k, top_p)
            self.assertEqual(cut.isfinite().nonzero().flatten().tolist(), kept)


@needs("torch", "numpy")
class OneRequest(unittest.TestCase):
    def test_prompt_output_logits(self):
        scheme = cm.Scheme("hf-kgw", vocabulary=VOCABULARY)
        processor, marker = vllm.RequestProcessor(scheme), cm.Marker(scheme)
        for output in ([], [4], [4, 5], [4, 6, 7], [4]):  # the last two took tokens back
            logits = torch.randn(VOCABULARY)
            expected = logits.clone()
            marker.start([1, 2])
            for token in output:
                marker.accept(token)
            marker.step(expected)
            self.assertIs(processor([1, 2], output, logits), logits)
            self.assertTrue(torch.equal(logits, expected))
        double = torch.randn(VOCABULARY).double()
        before = double.clone()
        self.assertFalse(torch.equal(processor((1, 2), (4,), double), before))

    def test_placeholders_are_refused(self):
        processor = vllm.RequestProcessor(cm.Scheme("hf-kgw", vocabulary=VOCABULARY))
        with self.assertRaises(ValueError):
            processor([1, 2], [4, -1], torch.randn(VOCABULARY))
