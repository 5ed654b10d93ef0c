"""Markers for frameworks that say, at each step, which ids there are by now, not what changed."""

from __future__ import annotations

from ._arrays import Ids
from ._marker import Marker
from ._scheme import Scheme


class Follower:
    """A marker and the ids it knows of; it is taken to any other ids by the shortest way."""

    def __init__(self, scheme: Scheme, payload: int, special: Ids, capacity: int) -> None:
        self.marker = Marker(scheme, payload=payload, special=special, capacity=capacity)
        self._output: list[int] = []

    def start(self, prompt: Ids) -> None:
        self.marker.start(prompt)
        self._output = []

    def accept(self, token: int) -> None:
        self.marker.accept(token)
        self._output.append(token)

    def follow(self, output: list[int]) -> None:
        """These are the ids of the answer now: most often one more than before; fewer or others
        after a rejected draft, or where a beam goes on from another one."""
        kept = len(self._output)
        if output[:kept] != self._output:
            pairs = zip(self._output, output)
            kept = next((i for i, (a, b) in enumerate(pairs) if a != b),
                        min(kept, len(output)))
            self.marker.rewind(len(self._output) - kept)
            del self._output[kept:]
        for token in output[kept:]:
            self.accept(token)
