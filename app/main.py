"""Program entry: run the mode that the command line selects.

Host code. Bad input ends in one line on stderr and exit code 2.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Sequence
from importlib import import_module

from app.base.errors import UsageError
from app.base.files import prepare_folder
from app.base.interrupt import INTERRUPTED
from app.base.memory import is_out_of_memory
from app.cli.parser import parse_options
from app.session.loaded_scene import LoadedScene
from app.session.loaded_scene import open_scene
from app.settings.cpu_defaults import with_cpu_defaults
from app.settings.options import Options
from denoiser.errors import CheckpointError
from denoiser.errors import DataError
from denoiser.errors import one_line
from renderer.errors import BackendError
from scenes.model.description import SceneError

USER_ERROR = 2
FALLBACK_NOTICE = "running the headless flythrough instead"
OUT_OF_MEMORY = "out of memory: smaller images, crops or batches need less"

Mode = Callable[[LoadedScene, Options], int]


def main(arguments: Sequence[str] | None = None, program: str = "run_viewer.py") -> int:
    """Run a command line, by default the process's own; return the exit code."""
    scene = None
    try:
        options = parse_options(sys.argv[1:] if arguments is None else arguments, program)
        if options.offline is not None:
            from app.offline.run import run_offline

            return run_offline(with_cpu_defaults(options))
        scene = open_scene(
            options.scene, options.environment, options.load_options, may_start_process=True
        )
        return run(options, scene)
    except (UsageError, SceneError, DataError, CheckpointError, BackendError) as error:
        print(f"error: {error}", file=sys.stderr)
        return USER_ERROR
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        print(f"error: {OUT_OF_MEMORY}", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        if scene is not None:
            scene.close()


def run(options: Options, scene: LoadedScene) -> int:
    """Import the mode, which may overlap with building the scene, then run it on the scene."""
    # Taichi before torch: for each of its functions Taichi scans all modules imported so far.
    import_module("taichi")
    mode = MODES[options.mode]()
    if options.mode == "viewer":
        options = with_cpu_defaults(options)
    width, height = options.session.render.size
    scene.framed(width / height)
    for note in scene.notes:
        print(f"{scene.name}: {note}", file=sys.stderr)
    if options.save is not None:
        # Fail now rather than when hours of training are to be saved.
        prepare_folder(options.save.parent)
        if options.save.is_dir():
            raise UsageError(f"{options.save}: cannot be written: is a folder")
    return mode(scene, options)


def _render() -> Mode:
    from app.headless.render_image import render_image

    return render_image


def _benchmark() -> Mode:
    from app.headless.benchmark import run_benchmark

    return run_benchmark


def _study() -> Mode:
    from app.headless.online_study import run_online_study

    return run_online_study


def _headless() -> Mode:
    from app.headless.run import run_headless

    return run_headless


def _viewer() -> Mode:
    """The viewer, or the headless flythrough where there is no display or no OpenGL."""
    try:
        from app.viewer.loop.viewer import NoDisplayError
        from app.viewer.loop.viewer import run_viewer
    except ImportError as error:  # importing the bindings loads system libraries
        print(f"cannot open a window: {one_line(error)}: {FALLBACK_NOTICE}", file=sys.stderr)
        return _headless()

    def view(scene: LoadedScene, options: Options) -> int:
        try:
            return run_viewer(scene, options)
        except NoDisplayError as error:
            print(f"{error}: {FALLBACK_NOTICE}", file=sys.stderr)
        return _headless()(scene, options)

    return view


MODES: dict[str, Callable[[], Mode]] = {
    "viewer": _viewer,
    "headless": _headless,
    "benchmark": _benchmark,
    "render": _render,
    "study": _study,
}
"""Loaders of the modes; each imports its mode's modules, so no mode needs another's libraries."""
