"""Replay: work on a GPU recorded once as a CUDA graph, and from then on launched as one.

Host code. A training step is hundreds (U-Net) or thousands (kernel prediction) of operators, which
Python hands over one by one. On a CPU the work is simply done.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import torch

WARM_UPS = 3  # times of doing it as usual first: libraries choose their algorithms then
MOST_RECORDINGS = 4  # sizes that are kept; each holds on to the memory its work needs

Work = Callable[..., torch.Tensor]
Key = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class _Recording:
    """A graph, and the places that it reads and writes."""

    graph: torch.cuda.CUDAGraph
    inputs: tuple[torch.Tensor, ...]
    output: torch.Tensor


class Replay:
    """A function of tensors that gives a tensor, done again and again.

    It may change other tensors in place. It must not wait for the device, and whatever it reads
    besides its arguments must stay where it is in memory; numbers that Python hands over are
    recorded as they are. Where recording fails, `failure` says why and the work is done as usual.
    """

    failure: str | None

    def __init__(self, work: Work, device: torch.device) -> None:
        """Nothing is recorded yet."""
        self._work = work
        self._device = device
        self.failure = None
        self.forget()

    def forget(self) -> None:
        """Something that was recorded as it was has changed: record anew."""
        self._recordings: dict[Key, _Recording] = {}
        self._warm_ups: dict[Key, int] = {}
        self._stream: torch.cuda.Stream | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether anything is launched as a graph."""
        return bool(self._recordings)

    def __call__(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Do the work on `inputs`; the result is the caller's."""
        if self._device.type != "cuda" or self.failure is not None:
            return self._work(*inputs)
        key: Key = tuple((image.shape, image.dtype) for image in inputs)
        recording = self._recordings.get(key)
        if recording is not None:
            return _replayed(recording, inputs)
        done = self._warm_ups.get(key, 0)
        if done >= WARM_UPS:
            try:
                self._record(key, inputs)
                return _replayed(self._recordings[key], inputs)
            except RuntimeError as error:
                self.failure = str(error).splitlines()[0]
                self._recordings.clear()
                return self._work(*inputs)
        self._warm_ups[key] = done + 1
        return self._aside(inputs)

    def _aside(self, inputs: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """Do the work on the stream that it will be recorded on."""
        main, aside = torch.cuda.current_stream(self._device), self._stream_aside()
        aside.wait_stream(main)
        with torch.cuda.stream(aside):
            output = self._work(*inputs)
        main.wait_stream(aside)
        output.record_stream(main)
        return output

    def _record(self, key: Key, inputs: tuple[torch.Tensor, ...]) -> None:
        """Record the work, which does not do it, on copies of `inputs`."""
        places = tuple(_like(image) for image in inputs)
        graph = torch.cuda.CUDAGraph()
        stream = self._stream_aside()
        # Other threads, that of a video say, may go on using the device.
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            output = self._work(*places)
        self._recordings[key] = _Recording(graph, places, output)
        surplus = max(len(self._recordings) - MOST_RECORDINGS, 0)
        for old in list(itertools.islice(self._recordings, surplus)):
            del self._recordings[old]
            self._warm_ups.pop(old, None)

    def _stream_aside(self) -> torch.cuda.Stream:
        """The same one for warming up and recording, which autograd remembers."""
        if self._stream is None:
            self._stream = torch.cuda.Stream(self._device)
        return self._stream


def _like(image: torch.Tensor) -> torch.Tensor:
    """Room for such an image; pictures channels-last."""
    is_picture = image.dim() == 4
    layout = torch.channels_last if is_picture else torch.contiguous_format
    return torch.empty_like(image, memory_format=layout)


def _replayed(recording: _Recording, inputs: tuple[torch.Tensor, ...]) -> torch.Tensor:
    for place, image in zip(recording.inputs, inputs):
        place.copy_(image)
    recording.graph.replay()
    return recording.output.clone()
