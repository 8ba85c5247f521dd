"""Scene process: reads a scene and builds its tables while this process imports its libraries.

Host code. Importing torch, Taichi's front end and building a scene are all Python code, of which
one process runs one thread at a time; two processes use two cores. The other process imports
neither torch nor Taichi. It sends messages: the fraction done, the scene's outline, the file with
its tables, or the error that prevented them.
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
from app.session.scene_cache import CachedScene
from app.session.scene_cache import keep
from app.session.scene_cache import read_scene_file
from app.session.scene_cache import write_scene_file
from renderer.tables.arrays import SceneArrays
from scenes.loader import load_scene_without_camera
from scenes.model.description import SceneError
from scenes.model.options import LoadOptions
from scenes.model.summary import SceneOutline
from scenes.model.summary import outline_of

POLL_SECONDS = 0.05  # interval between calls of the progress function while waiting
TABLES = "scene.safetensors"  # file name, in a temporary folder

Message = tuple[str, Any]
"""Kind (progress, scene, file, error) and content."""


class SceneProcess:
    """A scene that another process reads and builds."""

    def __init__(
        self,
        source: str,
        environment: Path | None,
        options: LoadOptions = LoadOptions(),
        cache: Path | None = None,
    ) -> None:
        """Start the process.

        Args:
            source: name of a built-in scene, or a file.
            cache: file to keep the built scene in for later starts.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="hush-scene-")
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        work = (theirs, source, environment, options, cache, Path(self._folder.name) / TABLES)
        self._process = context.Process(target=_build, args=work, daemon=True)
        self._process.start()
        theirs.close()
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        # A thread receives messages, so that the other process never blocks on a full pipe.
        arguments = (ours, source, self._messages.put)
        self._receiver = threading.Thread(target=receive, args=arguments, daemon=True)
        self._receiver.start()

    def outline(self) -> SceneOutline:
        """Wait for the outline of the scene. SceneError where it cannot be read."""
        scene: SceneOutline = self._next("scene")
        return scene

    def arrays(self, progress: Callable[[float], None]) -> SceneArrays:
        """Wait for the tables, after `outline`; `progress` is called with the fraction done."""
        path: Path = self._next("file", progress)
        built = read_scene_file(path)
        self.close()
        if built is None:
            raise SceneError(f"{path}: the tables of the scene cannot be read back")
        return built.arrays

    def close(self) -> None:
        """End the process at once and remove its temporary folder."""
        self._process.terminate()
        self._process.join()
        self._receiver.join()
        self._folder.cleanup()

    def _next(self, wanted: str, progress: Callable[[float], None] | None = None) -> Any:
        """Wait for a message of kind `wanted`; return its content, or raise an error received."""
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
    """Pass every message to `tell`, up to the file or an error; then close the connection."""
    kind = ""
    with connection:
        while kind not in ("file", "error"):
            try:
                kind, content = connection.recv()
            except (EOFError, OSError):
                kind, content = "error", SceneError(
                    f"{source}: the process that loads it was ended from outside"
                )
            except Exception as error:  # a broken message must not leave the receiver waiting
                kind, content = "error", error
            tell((kind, content))


def _build(
    connection: Connection,
    source: str,
    environment: Path | None,
    options: LoadOptions,
    cache: Path | None,
    tables: Path,
) -> None:
    """Read, build and send the scene; runs in the other process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the parent process
    with contextlib.suppress(BrokenPipeError):  # the parent process no longer listens
        try:
            scene = load_scene_without_camera(source, environment, options)
            outline = outline_of(scene)
            connection.send(("scene", outline))
            from renderer.tables.build import build_scene_arrays

            arrays = build_scene_arrays(scene, lambda done: connection.send(("progress", done)))
            del scene  # textures and environment, before the tables are copied to the file
            built = CachedScene(outline, arrays)
            if cache is None or not keep(cache, built):
                cache = tables
                write_scene_file(tables, built)
            connection.send(("file", cache))
        except BrokenPipeError:
            raise
        except (SceneError, UsageError) as error:
            connection.send(("error", error))
        except Exception:
            connection.send(("error", RuntimeError(traceback.format_exc())))
