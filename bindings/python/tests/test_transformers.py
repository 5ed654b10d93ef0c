"""transformers: what generate() makes is found again; rows that change places; the peers' own
classes against our schemes of their kind. The model is tiny and knows nothing."""

import unittest

import countermark as cm
from support import VOCABULARY, has, needs

if has("torch", "transformers", "numpy"):
    import torch
    from transformers import (
        LlamaConfig,
        LlamaForCausalLM,
        LogitsProcessorList,
        SynthIDTextWatermarkLogitsProcessor,
        TemperatureLogitsWarper,
        TopPLogitsWarper,
        WatermarkDetector,
        WatermarkingConfig,
        WatermarkLogitsProcessor,
    )

    from countermark.transformers import (
        CountermarkLogitsProcessor,
        CountermarkWatermarkingConfig,
    )

KEY = cm.Key.generate("Example")
NATIVE = cm.Scheme(vocabulary=VOCABULARY, key=KEY)
GREEN = cm.Scheme(vocabulary=VOCABULARY, key=KEY, params={"mode": "green", "delta": 4})
PROMPT = [[5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]


def make_model():
    torch.manual_seed(1)
    config = LlamaConfig(vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64,
                         num_hidden_layers=1, num_attention_heads=2, max_position_embeddings=512,
                         bos_token_id=1, eos_token_id=None, pad_token_id=0)
    return LlamaForCausalLM(config).eval()


@needs("torch", "transformers", "numpy")
class Generate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = make_model()

    def generate(self, seed=3, prompt=PROMPT, n=160, **options):
        torch.manual_seed(seed)
        ids = torch.tensor(prompt)
        with torch.no_grad():
            out = self.model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=n,
                                      **options)
        return out[:, ids.shape[1]:]

    def test_the_configuration_marks_after_the_warpers(self):
        config = CountermarkWatermarkingConfig(NATIVE, payload=0xABC)
        by_config = self.generate(do_sample=True, temperature=0.8, top_k=0, top_p=0.9,
                                  watermarking_config=config)
        for row in by_config:
            found = cm.detect(row, key=KEY, vocabulary=VOCABULARY)
            self.assertEqual((found.verdict, found.payload), ("marked", 0xABC))
        processors = LogitsProcessorList([
            TemperatureLogitsWarper(0.8), TopPLogitsWarper(0.9),
            CountermarkLogitsProcessor(NATIVE, payload=0xABC)])
        by_list = self.generate(do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
                                logits_processor=processors)
        self.assertEqual(by_config.tolist(), by_list.tolist())

    def test_unmarked_is_not_found(self):
        row = self.generate(do_sample=True, prompt=PROMPT[:1])[0]
        self.assertFalse(cm.detect(row, key=KEY, vocabulary=VOCABULARY).marked)

    def test_a_processor_serves_one_text_after_another(self):
        processors = LogitsProcessorList([CountermarkLogitsProcessor(NATIVE)])
        options = {"do_sample": True, "top_k": 0, "logits_processor": processors, "n": 40}
        first = self.generate(**options)
        self.generate(prompt=PROMPT[1:], **options)
        self.assertEqual(self.generate(**options).tolist(), first.tolist())

    def test_beams_with_a_scheme_that_does_not_choose(self):
        config = CountermarkWatermarkingConfig(GREEN)
        rows = self.generate(num_beams=3, do_sample=True, top_k=0, watermarking_config=config)
        for row in rows:
            self.assertTrue(cm.detect(row, scheme=GREEN).marked)

    def test_assisted_decoding_takes_drafts_back(self):
        config = CountermarkWatermarkingConfig(GREEN)
        row = self.generate(prompt=[[5, 6, 7, 8] * 4], do_sample=True, top_k=0,
                            prompt_lookup_num_tokens=3, watermarking_config=config)[0]
        self.assertTrue(cm.detect(row, scheme=GREEN).marked)

    def test_a_scheme_of_more_ids_than_the_model_has_is_refused(self):
        large = cm.Scheme(vocabulary=VOCABULARY + 1, key=KEY)
        with self.assertRaises(ValueError):
            self.generate(do_sample=True, watermarking_config=CountermarkWatermarkingConfig(large))

    def test_the_peers_configuration_generates_the_same(self):
        for seeding, width in (("lefthash", 1), ("selfhash", 4)):
            theirs = WatermarkingConfig(bias=2.5, seeding_scheme=seeding, context_width=width)
            scheme = cm.Scheme("hf-kgw", vocabulary=VOCABULARY, params={
                "bias": 2.5, "seeding_scheme": seeding, "context_width": width})
            options = {"do_sample": True, "top_k": 50, "n": 40}
            self.assertEqual(
                self.generate(watermarking_config=theirs, **options).tolist(),
                self.generate(watermarking_config=CountermarkWatermarkingConfig(scheme),
                              **options).tolist())


@needs("torch", "transformers", "numpy")
class Processor(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(2)
        self.ids = torch.randint(1, VOCABULARY, (3, 12))
        self.scores = torch.randn(3, VOCABULARY)

    def expected(self, ids, prompt, scores):
        """What markers without any history say."""
        rows = []
        for row, values in zip(ids.tolist(), scores.clone()):
            marker = cm.Marker(GREEN)
            marker.start(row[:prompt])
            for token in row[prompt:]:
                marker.accept(token)
            marker.step(values)
            rows.append(values)
        return torch.stack(rows)

    def test_rows_that_change(self):
        processor = CountermarkLogitsProcessor(GREEN)
        ids = self.ids.clone()
        ids[:, :4] = ids[0, :4]  # beams of one prompt
        for length in range(4, 13):
            processor(ids[:, :length], self.scores.clone())
        swapped = ids[[1, 2, 0]]
        for view in (swapped, swapped[:, :7], ids[[0, 0, 2]][:, :8], ids[:, :5]):
            self.assertTrue(torch.equal(processor(view, self.scores.clone()),
                                        self.expected(view, 4, self.scores)))

    def test_float_memory_is_not_copied_and_others_are(self):
        for scores in (self.scores.clone(), torch.cat([self.scores] * 2, 1)[:, :VOCABULARY]):
            processor = CountermarkLogitsProcessor(GREEN)
            processor(self.ids[:, :4], scores.clone())
            marked = processor(self.ids[:, :5], scores)
            self.assertIs(marked, scores)
            self.assertTrue(torch.equal(marked, self.expected(self.ids[:, :5], 4, self.scores)))
        for other in (torch.float64, torch.bfloat16, torch.float16):
            scores = self.scores.to(other)
            marked = CountermarkLogitsProcessor(GREEN)(self.ids, scores)
            self.assertEqual(marked.dtype, other)
            self.assertTrue(torch.equal(
                marked, self.expected(self.ids, 12, self.scores.to(other).float()).to(other)))
        column_wise = self.scores.t().contiguous().t()
        CountermarkLogitsProcessor(GREEN)(self.ids, column_wise)
        self.assertTrue(torch.equal(column_wise, self.expected(self.ids, 12, self.scores)))

    def test_the_given_scores_can_be_kept(self):
        scores = self.scores.clone()
        kgw = cm.Scheme("hf-kgw", vocabulary=VOCABULARY)
        marked = CountermarkLogitsProcessor(kgw, in_place=False)(self.ids, scores)
        self.assertTrue(torch.equal(scores, self.scores))
        self.assertFalse(torch.equal(marked, scores))

    def test_ids_beyond_the_vocabulary(self):
        processor = CountermarkLogitsProcessor(GREEN)
        with self.assertRaises(cm.Error):
            processor(torch.full((1, 3), VOCABULARY), self.scores[:1])
        processor(self.ids, self.scores)


@needs("torch", "transformers", "numpy")
class Peers(unittest.TestCase):
    def test_kgw_scores_are_bit_for_bit_the_same(self):
        torch.manual_seed(4)
        for seeding, width in (("lefthash", 1), ("selfhash", 3)):
            theirs = WatermarkLogitsProcessor(VOCABULARY, "cpu", seeding_scheme=seeding,
                                              context_width=width)
            ours = CountermarkLogitsProcessor(
                cm.Scheme("hf-kgw", vocabulary=VOCABULARY,
                          params={"seeding_scheme": seeding, "context_width": width}))
            for _ in range(10):
                ids, scores = torch.randint(0, VOCABULARY, (2, 6)), torch.randn(2, VOCABULARY)
                self.assertTrue(torch.equal(theirs(ids, scores), ours(ids, scores)))

    def test_kgw_detection_is_the_same(self):
        torch.manual_seed(5)
        config = make_model().config
        for seeding, width in (("lefthash", 1), ("selfhash", 3)):
            theirs = WatermarkDetector(config, "cpu", WatermarkingConfig(
                seeding_scheme=seeding, context_width=width), ignore_repeated_ngrams=True)
            for n in (20, 200):
                ids = torch.randint(2, VOCABULARY, (1, n))
                out = theirs(ids, return_dict=True)
                found = cm.detect(ids, scheme="hf-kgw", vocabulary=VOCABULARY, params={
                    "seeding_scheme": seeding, "context_width": width, "transformers": "5.23"})
                self.assertEqual(found.n_scored, out.num_tokens_scored[0])
                self.assertAlmostEqual(found.statistic, out.z_score[0], delta=1e-6)
                self.assertAlmostEqual(found.peer_p, out.p_value[0], delta=1e-6)

    @unittest.skipUnless("hf-synthid" in {s.name for s in cm.schemes()}, "no scheme hf-synthid")
    def test_synthid_scores_are_the_same(self):
        torch.manual_seed(6)
        keys = [654, 400, 836, 123, 340]
        theirs = SynthIDTextWatermarkLogitsProcessor(
            ngram_len=5, keys=keys, sampling_table_size=65536, sampling_table_seed=0,
            context_history_size=1024, device="cpu")
        scheme = cm.Scheme("hf-synthid", vocabulary=VOCABULARY,
                           params={"keys": ",".join(map(str, keys))})
        ours = CountermarkLogitsProcessor(scheme)
        ids = torch.randint(0, VOCABULARY, (2, 30))
        for length in range(3, 30):
            scores = torch.randn(2, VOCABULARY)
            expected = theirs(ids[:, :length], scores)
            marked = ours(ids[:, :length], scores.clone())
            self.assertTrue(torch.allclose(marked, expected, rtol=1e-5, atol=1e-5))
