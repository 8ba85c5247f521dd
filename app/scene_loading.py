"""Loads a scene in another process, while this one imports its libraries and compiles.

Host code. Importing torch, Taichi's front end and the making of a scene are all Python, of which a
process does one thing at a time; two processes keep two cores busy. The other one knows neither
torch nor Taichi. It sends messages: how far it is, the scene, its arrays, or why there are none.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import traceback
from collections.abc import Callable
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from renderer.scene_arrays import SceneArrays
from scenes.description import SceneDescription
from scenes.description import SceneError
from scenes.loader import read_scene

POLL_SECONDS = 0.05  # between two signs of life while one waits


class SceneLoading:
    """A scene that is being made elsewhere."""

    def __init__(self, source: str, environment: Path | None) -> None:
        """Begin; `source` is the name of a built-in scene, or a file."""
        context = multiprocessing.get_context("spawn")
        self._source = source
        self._connection, theirs = context.Pipe(duplex=False)
        work = (theirs, source, environment)
        self._process = context.Process(target=_load, args=work, daemon=True)
        self._process.start()
        theirs.close()

    def scene(self) -> SceneDescription:
        """The description, as `read_scene` gives it. SceneError if there is none."""
        scene: SceneDescription = self._next("scene")
        return scene

    def arrays(self, progress: Callable[[float], None]) -> SceneArrays:
        """Everything to upload, after the description; `progress` is called with the share done."""
        arrays = SceneArrays(**self._next("arrays", progress))
        with self._told_if_killed():
            for value in vars(arrays).values():
                if isinstance(value, np.ndarray):
                    self._connection.recv_bytes_into(_bytes(value))
        self.close()
        return arrays

    def close(self) -> None:
        """End the other process, whatever it does."""
        self._connection.close()
        self._process.terminate()
        self._process.join()

    def _next(self, wanted: str, progress: Callable[[float], None] | None = None) -> Any:
        """What the next message of this kind brings."""
        share = 0.0
        while True:
            while not self._connection.poll(POLL_SECONDS):
                if progress is not None:
                    progress(share)
            with self._told_if_killed():
                kind, content = self._connection.recv()
            if kind == wanted:
                return content
            if kind == "error":
                self.close()
                raise content
            share = content

    @contextlib.contextmanager
    def _told_if_killed(self) -> Iterator[None]:
        """SceneError where the other process is gone before it was done."""
        try:
            yield
        except (EOFError, OSError):
            self.close()
            raise SceneError(
                f"{self._source}: the process that loads it was ended from outside"
            ) from None


def begin_loading(source: str, environment: Path | None) -> SceneLoading | None:
    """Load in another process, unless this one has its libraries already and need not wait."""
    return None if "torch" in sys.modules else SceneLoading(source, environment)


def scene_arrays(
    scene: SceneDescription,
    tell: Callable[[str, float], None],
    loading: SceneLoading | None,
) -> SceneArrays:
    """What `loading` makes of the scene, or this process itself; `tell` hears how far it is."""

    def progress(share: float) -> None:
        tell("building the hierarchy", share)

    progress(0.0)
    if loading is None:
        from renderer.scene_build import build_scene_arrays  # numba: half a second to import

        return build_scene_arrays(scene, progress)
    arrays = loading.arrays(progress)
    progress(1.0)
    return arrays


def _load(connection: Connection, source: str, environment: Path | None) -> None:
    """What the other process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that is waited for
    with contextlib.suppress(BrokenPipeError):  # nobody waits any longer
        try:
            scene = read_scene(source, environment)
            connection.send(("scene", scene))
            _send_arrays(connection, scene)
        except BrokenPipeError:
            raise
        except SceneError as error:
            connection.send(("error", error))
        except Exception:
            connection.send(("error", RuntimeError(traceback.format_exc())))


def _send_arrays(connection: Connection, scene: SceneDescription) -> None:
    """Numbers and empty arrays in one message, then what fills the arrays, one by one."""
    from renderer.scene_build import build_scene_arrays

    arrays = build_scene_arrays(scene, lambda share: connection.send(("progress", share)))
    values = vars(arrays)
    blank = {n: Blank(v) if isinstance(v, np.ndarray) else v for n, v in values.items()}
    connection.send(("arrays", blank))
    for value in values.values():
        if isinstance(value, np.ndarray):
            connection.send_bytes(_bytes(np.ascontiguousarray(value)))


class Blank:
    """Stands for an array in a message; arrives as an empty one of its shape."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is sent."""
        return np.empty, (self._array.shape, self._array.dtype.str)


def _bytes(array: np.ndarray) -> memoryview:
    """The memory of a contiguous array."""
    return array.reshape(-1).view(np.uint8).data
