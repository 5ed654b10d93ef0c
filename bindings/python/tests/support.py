"""What the tests share: where the repository's data is, and a model that knows nothing."""

from __future__ import annotations

import array
import importlib.util
import json
import math
import pathlib
import random
import unittest

import countermark

ROOT = pathlib.Path(__file__).resolve().parents[3]
DATA = ROOT / "test/data"
RUNS = json.loads((DATA / "text/smollm2.json").read_text())["runs"]
VOCABULARY = 400


def recorded(method: str) -> list[int]:
    """A recorded answer of SmolLM2-135M-Instruct under a peer's own processor."""
    return next(r["ids"] for r in RUNS if r["method"] == method)


def has(*modules: str) -> bool:
    return all(importlib.util.find_spec(m) is not None for m in modules)


def needs(*modules: str):
    """Skips a test where these are not installed."""
    return unittest.skipUnless(has(*modules), f"needs {', '.join(modules)}")


def logits(rng: random.Random, n: int = VOCABULARY) -> array.array[float]:
    return array.array("f", (rng.gauss(0, 2) for _ in range(n)))


def sample(row, rng: random.Random) -> int:
    """A token from the softmax of the logits."""
    top = max(row)
    weights = [math.exp(x - top) for x in row]
    return rng.choices(range(len(weights)), weights)[0]


def generate(marker: countermark.Marker, n: int, *, prompt=(1, 2, 3), seed: int = 1) -> list[int]:
    """A marked answer of n tokens, as a sampling loop makes it."""
    rng = random.Random(seed)
    marker.start(prompt)
    answer: list[int] = []
    for _ in range(n):
        row = logits(rng)
        marker.step(row)
        token = sample(row, rng)
        marker.accept(token)
        answer.append(token)
    return answer
