"""Scene process: reads a scene and builds its tables while this process imports its libraries.

Host code. Importing torch, Taichi's front end and building a scene are all Python, of which a
process does one thing at a time; two processes keep two cores busy. The other process imports
neither torch nor Taichi. It sends messages: the fraction done, the scene's outline, the file with
its tables, or why there are none.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app.base.errors import UsageError
from app.session.scene_cache import KeptScene
from app.session.scene_cache import keep
from app.session.scene_cache import read_kept
from app.session.scene_cache import write_kept
from renderer.tables.arrays import SceneArrays
from scenes.loader import read_scene
from scenes.model.description import SceneError
from scenes.model.summary import SceneOutline
from scenes.model.summary import outline_of

POLL_SECONDS = 0.05  # between two calls of the progress function
TABLES = "scene.safetensors"  # in a temporary folder

Message = tuple[str, Any]
"""Kind (progress, scene, file, error) and content."""


class SceneProcess:
    """A scene that another process reads and builds."""

    def __init__(self, source: str, environment: Path | None, cache: Path | None = None) -> None:
        """Start the process.

        Args:
            source: name of a built-in scene, or a file.
            cache: file to keep the built scene in for later starts.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="hush-scene-")
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        work = (theirs, source, environment, cache, Path(self._folder.name) / TABLES)
        self._process = context.Process(target=_build, args=work, daemon=True)
        self._process.start()
        theirs.close()
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        # Messages are taken in meanwhile: the other process never waits for a full pipe.
        told = (ours, source, self._messages.put)
        self._receiver = threading.Thread(target=receive, args=told, daemon=True)
        self._receiver.start()

    def outline(self) -> SceneOutline:
        """Outline of the scene, once it is read. SceneError where that fails."""
        scene: SceneOutline = self._next("scene")
        return scene

    def arrays(self, progress: Callable[[float], None]) -> SceneArrays:
        """Tables of the scene, after its outline; `progress` is called with the fraction done."""
        path: Path = self._next("file", progress)
        built = read_kept(path)
        self.close()
        if built is None:
            raise SceneError(f"{path}: the tables of the scene cannot be read back")
        return built.arrays

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.terminate()
        self._process.join()
        self._receiver.join()
        self._folder.cleanup()

    def _next(self, wanted: str, progress: Callable[[float], None] | None = None) -> Any:
        """Content of the next message of a kind; raises the error that comes instead."""
        done = 0.0
        while True:
            try:
                kind, content = self._messages.get(timeout=POLL_SECONDS)
            except queue.Empty:
                if progress is not None:
                    progress(done)
                continue
            if kind == wanted:
                return content
            if kind == "error":
                self.close()
                raise content
            done = content


def receive(connection: Connection, source: str, tell: Callable[[Message], None]) -> None:
    """Hand on every message up to the file or an error; then close the connection."""
    kind = ""
    with connection:
        while kind not in ("file", "error"):
            try:
                kind, content = connection.recv()
            except (EOFError, OSError):
                kind, content = "error", SceneError(
                    f"{source}: the process that loads it was ended from outside"
                )
            except Exception as error:  # a message that is none must not leave anyone waiting
                kind, content = "error", error
            tell((kind, content))


def _build(
    connection: Connection, source: str, environment: Path | None, cache: Path | None, tables: Path
) -> None:
    """Work of the other process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    with contextlib.suppress(BrokenPipeError):  # nobody waits any more
        try:
            scene = read_scene(source, environment)
            outline = outline_of(scene)
            connection.send(("scene", outline))
            from renderer.tables.build import build_scene_arrays

            arrays = build_scene_arrays(scene, lambda done: connection.send(("progress", done)))
            built = KeptScene(outline, arrays)
            if cache is None or not keep(cache, built):
                cache = tables
                write_kept(tables, built)
            connection.send(("file", cache))
        except BrokenPipeError:
            raise
        except (SceneError, UsageError) as error:
            connection.send(("error", error))
        except Exception:
            connection.send(("error", RuntimeError(traceback.format_exc())))
