"""Capture of a function as a CUDA graph, which later calls replay with one launch.

Host code. A training step has hundreds (U-Net) or thousands (kernel prediction) of operators, which
Python otherwise launches one by one. On a CPU the function is called directly.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import torch

WARM_UPS = 3  # calls before capture, in which libraries choose their algorithms
MAX_GRAPHS = 4  # captured graphs (one per input size) that are kept; each holds memory

Work = Callable[..., torch.Tensor]
Key = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class _Graph:
    """A captured graph, and the tensors that it reads and writes."""

    graph: torch.cuda.CUDAGraph
    inputs: tuple[torch.Tensor, ...]
    output: torch.Tensor


class CapturedFunction:
    """Callable that runs a function of tensors, from a captured CUDA graph where possible.

    The function may change other tensors in place. It must not wait for the device, and tensors
    that it reads besides its arguments must keep their addresses; Python numbers are captured as
    constants. If capture fails, `failure` gives the reason and the function is called directly.
    """

    failure: str | None

    def __init__(self, work: Work, device: torch.device) -> None:
        """Start without captured graphs; `work` returns one tensor."""
        self._work = work
        self._device = device
        self.failure = None
        self.forget()

    def forget(self) -> None:
        """Drop captured CUDA graphs, for example after a change of settings."""
        self._graphs: dict[Key, _Graph] = {}
        self._warm_ups: dict[Key, int] = {}
        self._stream: torch.cuda.Stream | None = None

    @property
    def is_captured(self) -> bool:
        """True if at least one graph is captured."""
        return bool(self._graphs)

    def __call__(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Call the function on `inputs`; later calls do not overwrite the result."""
        if self._device.type != "cuda" or self.failure is not None:
            return self._work(*inputs)
        key: Key = tuple((image.shape, image.dtype) for image in inputs)
        recording = self._graphs.get(key)
        if recording is not None:
            return _replayed(recording, inputs)
        done = self._warm_ups.get(key, 0)
        if done >= WARM_UPS:
            try:
                self._capture(key, inputs)
                return _replayed(self._graphs[key], inputs)
            except RuntimeError as error:
                self.failure = str(error).splitlines()[0]
                self._graphs.clear()
                return self._work(*inputs)
        self._warm_ups[key] = done + 1
        return self._warm_up(inputs)

    def _warm_up(self, inputs: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """Call the function on the stream on which it will be captured."""
        main, aside = torch.cuda.current_stream(self._device), self._capture_stream()
        aside.wait_stream(main)
        with torch.cuda.stream(aside):
            output = self._work(*inputs)
        main.wait_stream(aside)
        output.record_stream(main)
        return output

    def _capture(self, key: Key, inputs: tuple[torch.Tensor, ...]) -> None:
        """Capture the function, without executing it, on new tensors shaped like `inputs`."""
        buffers = tuple(_like(image) for image in inputs)
        graph = torch.cuda.CUDAGraph()
        stream = self._capture_stream()
        # "thread_local": other threads, such as that of a video, may use the device meanwhile.
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            output = self._work(*buffers)
        self._graphs[key] = _Graph(graph, buffers, output)
        surplus = max(len(self._graphs) - MAX_GRAPHS, 0)
        for old in list(itertools.islice(self._graphs, surplus)):
            del self._graphs[old]
            self._warm_ups.pop(old, None)

    def _capture_stream(self) -> torch.cuda.Stream:
        """Stream of warm-up and capture: one for both, because autograd remembers it."""
        if self._stream is None:
            self._stream = torch.cuda.Stream(self._device)
        return self._stream


def _like(image: torch.Tensor) -> torch.Tensor:
    """Uninitialised tensor shaped like `image`; channels-last if it has 4 dimensions."""
    is_image = image.dim() == 4
    layout = torch.channels_last if is_image else torch.contiguous_format
    return torch.empty_like(image, memory_format=layout)


def _replayed(recording: _Graph, inputs: tuple[torch.Tensor, ...]) -> torch.Tensor:
    for buffer, image in zip(recording.inputs, inputs):
        buffer.copy_(image)
    recording.graph.replay()
    return recording.output.clone()
