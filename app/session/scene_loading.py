"""Loads a scene in another process, while this one imports its libraries and compiles.

Host code. Importing torch, Taichi's front end and the making of a scene are all Python, of which a
process does one thing at a time; two processes keep two cores busy. The other one knows neither
torch nor Taichi. It sends messages: how far it is, the scene's outline, its arrays, or why there
are none.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from io import FileIO
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from app.session.scene_cache import KeptScene
from app.session.scene_cache import keep
from app.session.scene_cache import place_of
from app.session.scene_cache import read_kept
from renderer.tables.arrays import SceneArrays
from scenes.loader import read_scene
from scenes.model.description import SceneDescription
from scenes.model.description import SceneError
from scenes.model.summary import Outline
from scenes.model.summary import SceneOutline
from scenes.model.summary import outline_of

POLL_SECONDS = 0.05  # between two signs of life while one waits

Message = tuple[str, Any]
"""What it is (progress, scene, arrays, error), and that itself."""


class SceneLoading:
    """A scene that is being made elsewhere."""

    def __init__(self, source: str, environment: Path | None) -> None:
        """Begin; `source` is the name of a built-in scene, or a file."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        work = (theirs, source, environment)
        self._process = context.Process(target=_load, args=work, daemon=True)
        self._process.start()
        theirs.close()
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        # New memory is slow to get; this thread gets it while the other one compiles.
        told = (ours, source, self._messages.put)
        self._receiver = threading.Thread(target=receive, args=told, daemon=True)
        self._receiver.start()

    def scene(self) -> SceneOutline:
        """Of what `read_scene` gives. SceneError if that is nothing."""
        scene: SceneOutline = self._next("scene")
        return scene

    def arrays(self, progress: Callable[[float], None]) -> SceneArrays:
        """Everything to upload, after the outline; `progress` is called with the share done."""
        arrays: SceneArrays = self._next("arrays", progress)
        self.close()
        return arrays

    def close(self) -> None:
        """End the other process, whatever it does."""
        self._process.terminate()
        self._process.join()
        self._receiver.join()

    def _next(self, wanted: str, progress: Callable[[float], None] | None = None) -> Any:
        """What the next message of this kind brings."""
        share = 0.0
        while True:
            try:
                kind, content = self._messages.get(timeout=POLL_SECONDS)
            except queue.Empty:
                if progress is not None:
                    progress(share)
                continue
            if kind == wanted:
                return content
            if kind == "error":
                self.close()
                raise content
            share = content


def receive(connection: Connection, source: str, tell: Callable[[Message], None]) -> None:
    """Hand on every message until there are the arrays, or an error; then close the connection."""
    kind = ""
    with connection:
        while kind not in ("arrays", "error"):
            try:
                kind, content = connection.recv()
                if kind == "arrays":
                    content = _receive_arrays(connection, content)
            except (EOFError, OSError):
                kind, content = "error", SceneError(
                    f"{source}: the process that loads it was ended from outside"
                )
            except Exception as error:  # else whoever waits would wait for ever
                kind, content = "error", error
            tell((kind, content))


def _receive_arrays(connection: Connection, values: dict[str, Any]) -> SceneArrays:
    """Fill the empty ones."""
    with _stream(connection, "rb") as stream:
        for value in values.values():
            if isinstance(value, np.ndarray):
                _read(stream, value)
    return SceneArrays(**values)


def begin_loading(source: str, environment: Path | None) -> SceneLoading | None:
    """Load in another process, unless this one has its libraries already and need not wait."""
    return None if "torch" in sys.modules else SceneLoading(source, environment)


def scene_arrays(
    scene: Outline,
    tell: Callable[[str, float], None],
    loading: SceneLoading | None,
) -> SceneArrays:
    """What `loading` makes of the scene, or this process itself; `tell` hears how far it is."""

    def progress(share: float) -> None:
        tell("building the hierarchy", share)

    progress(0.0)
    if loading is None:
        from renderer.tables.build import build_scene_arrays  # numba: half a second to import

        assert isinstance(scene, SceneDescription), "an outline has nothing to build"
        return build_scene_arrays(scene, progress)
    arrays = loading.arrays(progress)
    progress(1.0)
    return arrays


def _load(connection: Connection, source: str, environment: Path | None) -> None:
    """What the other process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that is waited for
    with contextlib.suppress(BrokenPipeError):  # nobody waits any longer
        try:
            _send_arrays(connection, _make(connection, source, environment))
        except BrokenPipeError:
            raise
        except SceneError as error:
            connection.send(("error", error))
        except Exception:
            connection.send(("error", RuntimeError(traceback.format_exc())))


def _make(connection: Connection, source: str, environment: Path | None) -> SceneArrays:
    """Tell the scene's outline; build its arrays, or take those that were kept."""
    place = place_of(source, environment)
    kept = None if place is None else read_kept(place)
    if kept is not None:
        connection.send(("scene", kept.outline))
        return kept.arrays
    scene = read_scene(source, environment)
    outline = outline_of(scene)
    connection.send(("scene", outline))
    from renderer.tables.build import build_scene_arrays

    arrays = build_scene_arrays(scene, lambda share: connection.send(("progress", share)))
    if place is not None:
        keep(place, KeptScene(outline, arrays))
    return arrays


def _send_arrays(connection: Connection, arrays: SceneArrays) -> None:
    """Numbers and empty arrays in one message, then what fills the arrays, one by one."""
    values = vars(arrays)
    blank = {n: Blank(v) if isinstance(v, np.ndarray) else v for n, v in values.items()}
    connection.send(("arrays", blank))
    with _stream(connection, "wb") as stream:
        for value in values.values():
            if isinstance(value, np.ndarray):
                _write(stream, np.ascontiguousarray(value))


class Blank:
    """Stands for an array in a message; arrives as an empty one of its shape."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is sent."""
        return np.empty, (self._array.shape, self._array.dtype.str)


def _stream(connection: Connection, mode: str) -> FileIO:
    """The pipe itself: a connection's own way takes five times as long for large arrays."""
    return FileIO(connection.fileno(), mode, closefd=False)


def _read(stream: FileIO, array: np.ndarray) -> None:
    """Read what a contiguous array holds. EOFError where the stream ends before."""
    left = _bytes(array)
    while left:
        count = stream.readinto(left)
        if not count:
            raise EOFError
        left = left[count:]


def _write(stream: FileIO, array: np.ndarray) -> None:
    """Write what a contiguous array holds."""
    left = _bytes(array)
    while left:
        left = left[stream.write(left) :]


def _bytes(array: np.ndarray) -> memoryview:
    """The memory of a contiguous array."""
    return array.reshape(-1).view(np.uint8).data
