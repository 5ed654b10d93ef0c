"""Markers and detectors, without any framework."""

import array
import ctypes
import math
import random
import threading
import unittest

import countermark as cm
from support import VOCABULARY, generate, logits, needs

KEY = cm.Key.generate("Example")


class RoundTrips(unittest.TestCase):
    def test_every_mode_is_found_again(self):
        for params, payload in (({}, 0xC0FFEE), ({"payload": 64}, 1 << 63), ({"payload": 0}, 0),
                                ({"mode": "green"}, 0), ({"mode": "tournament"}, 0)):
            scheme = cm.Scheme(vocabulary=VOCABULARY, key=KEY, params=params)
            answer = generate(cm.Marker(scheme, payload=payload), 300)
            found = cm.detect(answer, scheme=scheme)
            self.assertTrue(found.marked, params)
            self.assertEqual(found.payload, payload if found.payload_bits else None)
            self.assertEqual((found.scheme, found.key), ("cm-text-1", "Example"))
            self.assertFalse(cm.detect(answer, key=cm.Key.generate("Other"), params=params,
                                       vocabulary=VOCABULARY).marked)

    def test_the_private_layer_is_another_mark(self):
        private = cm.Scheme(vocabulary=VOCABULARY, key=KEY, private=True)
        answer = generate(cm.Marker(private, payload=9), 200)
        found = cm.detect(answer, key=KEY, vocabulary=VOCABULARY)
        self.assertEqual((found.public_layer, found.payload, found.marked), (False, 9, True))
        self.assertFalse(cm.detect(answer, scheme=cm.Scheme(vocabulary=VOCABULARY, key=KEY)).marked)

    def test_feeding_in_parts_is_the_same(self):
        scheme = cm.Scheme(vocabulary=VOCABULARY, key=KEY)
        answer = generate(cm.Marker(scheme), 100)
        detector = cm.Detector(scheme)
        for i in range(0, 100, 7):
            detector.feed(answer[i:i + 7])
        self.assertEqual(detector.finish(), cm.detect(answer, scheme=scheme))

    def test_more_tests_are_corrected_for(self):
        scheme = cm.Scheme("hf-kgw", vocabulary=VOCABULARY)
        alone, among = cm.Detector(scheme), cm.Detector(scheme, others=99)
        answer = generate(cm.Marker(scheme), 200)
        for detector in (alone, among):
            detector.feed(answer)
        self.assertAlmostEqual(among.finish().log10_p - alone.finish().log10_p, 2, places=6)


class Steps(unittest.TestCase):
    def setUp(self):
        self.scheme = cm.Scheme("hf-kgw", vocabulary=VOCABULARY, params={"bias": 1.5})

    def test_rewinding_is_as_if_it_had_not_been(self):
        one, other = cm.Marker(self.scheme), cm.Marker(self.scheme)
        one.start([5])
        other.start([5])
        for token in (1, 2, 3, 4):
            one.accept(token)
        one.rewind(3)
        other.accept(1)
        a, b = logits(random.Random(1)), logits(random.Random(1))
        one.step(a)
        other.step(b)
        self.assertEqual(a, b)
        self.assertNotEqual(a, logits(random.Random(1)))
        with self.assertRaises(cm.Error):
            one.rewind(2)

    def test_any_buffer_of_floats_is_marked_in_place(self):
        marker = cm.Marker(self.scheme)
        marker.start([5])
        expected = logits(random.Random(2))
        plain = list(expected)
        marker.step(expected)
        self.assertEqual({round(x - y, 4) for x, y in zip(expected, plain)}, {0.0, 1.5})
        row = (ctypes.c_float * VOCABULARY)(*plain)
        marker.step(row)
        self.assertEqual(list(row), list(expected))
        padded = array.array("f", [*plain, 7.0, 8.0])
        marker.step(padded)
        self.assertEqual(list(padded), [*expected, 7.0, 8.0])

    def test_what_would_have_to_be_copied_is_refused(self):
        marker = cm.Marker(self.scheme)
        row = logits(random.Random(3))
        for wrong in (list(row), array.array("d", row), bytes(row), memoryview(row)[::2],
                      memoryview(row).toreadonly(), array.array("f")):
            with self.assertRaises(TypeError):
                marker.step(wrong)
        with self.assertRaises(cm.Error) as caught:
            marker.step(row[:-1])
        self.assertEqual(caught.exception.code, "argument")

    def test_ids_that_make_no_sense(self):
        marker = cm.Marker(self.scheme, capacity=4)
        for error, wrong in ((TypeError, "text"), (TypeError, [1.5]), (ValueError, [-1]),
                             (ValueError, [1 << 32]), (cm.Error, [VOCABULARY]),
                             (cm.Error, [1] * 5)):
            with self.assertRaises(error):
                marker.start(wrong)
        marker.start([1, 2, 3])
        marker.accept(4)
        with self.assertRaises(cm.Error) as caught:
            marker.accept(4)
        self.assertEqual(caught.exception.code, "limit")
        with self.assertRaises(ValueError):
            marker.accept(-1)
        with self.assertRaises(ValueError):
            marker.rewind(-1)

    def test_payloads_must_fit(self):
        scheme = cm.Scheme(vocabulary=VOCABULARY, key=KEY, params={"payload": 16})
        with self.assertRaises(cm.Error) as caught:
            cm.Marker(scheme, payload=1 << 16)
        self.assertEqual(caught.exception.code, "argument")
        with self.assertRaises(ValueError):
            cm.Marker(scheme, payload=-1)

    def test_special_ids_do_not_stand_in_the_text(self):
        plain, special = cm.Marker(self.scheme), cm.Marker(self.scheme, special=[7])
        plain.start([5])
        special.start([7, 5, 7])
        a, b = logits(random.Random(4)), logits(random.Random(4))
        plain.step(a)
        special.step(b)
        self.assertEqual(a, b)

    @needs("numpy")
    def test_numpy(self):
        import numpy
        marker = cm.Marker(self.scheme)
        marker.start(numpy.array([[5]], dtype=numpy.int64))
        expected = logits(random.Random(5))
        rows = numpy.array([expected, expected], dtype=numpy.float32)
        marker.step(expected)
        marker.step(rows[1])
        self.assertEqual(rows[1].tolist(), list(expected))
        self.assertNotEqual(rows[0].tolist(), rows[1].tolist())
        for wrong in (rows, rows[:, 0], rows[0].astype(numpy.float64)):
            with self.assertRaises(TypeError):
                marker.step(wrong)
        ids = numpy.array(generate(marker, 50), dtype=numpy.int32)
        self.assertEqual(cm.detect(ids, scheme=self.scheme),
                         cm.detect(ids.tolist(), scheme=self.scheme))
        with self.assertRaises(ValueError):
            cm.detect(ids.reshape(2, -1), scheme=self.scheme)

    @needs("torch", "numpy")
    def test_torch(self):
        import torch
        marker = cm.Marker(self.scheme)
        marker.start(torch.tensor([5]))
        expected = logits(random.Random(5))
        row = torch.tensor(list(expected))
        address = row.data_ptr()
        marker.step(expected)
        marker.step(row)
        self.assertEqual((row.tolist(), row.data_ptr()), (list(expected), address))
        for wrong in (row.double(), row.half(), row.repeat(2, 1), row.repeat(2, 1)[:, 0]):
            with self.assertRaises(TypeError):
                marker.step(wrong)
        ids = torch.tensor([generate(marker, 50)])
        self.assertEqual(cm.detect(ids, scheme=self.scheme),
                         cm.detect(ids[0].tolist(), scheme=self.scheme))


class Threads(unittest.TestCase):
    def test_threads_may_share_a_scheme(self):
        scheme = cm.Scheme(vocabulary=VOCABULARY, key=KEY)
        expected = [generate(cm.Marker(scheme, payload=i), 60, seed=i) for i in range(4)]
        found = [None] * 4

        def work(i):
            found[i] = generate(cm.Marker(scheme, payload=i), 60, seed=i)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, expected)

    def test_calls_on_one_marker_wait_for_each_other(self):
        scheme = cm.Scheme("hf-kgw", vocabulary=VOCABULARY)
        marker = cm.Marker(scheme, capacity=4000)

        def work():
            for _ in range(500):
                marker.accept(1)
                marker.step(array.array("f", bytes(4 * VOCABULARY)))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        marker.rewind(2000)
        with self.assertRaises(cm.Error):
            marker.rewind(1)


class Gumbel(unittest.TestCase):
    def test_a_choosing_scheme_leaves_one_token(self):
        scheme = cm.Scheme("vllm-gumbel", vocabulary=VOCABULARY, params={"key": 42})
        marker = cm.Marker(scheme)
        marker.start([1, 2, 3, 4])
        row = logits(random.Random(6), VOCABULARY + 3)
        row[7] = -math.inf
        marker.step(row)
        self.assertEqual(sorted(row)[-2:], [-math.inf, 0.0])
