"""Runs the mode that the command line asks for.

Host code. Bad input ends in one line on stderr and exit code 2.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app.command_line import parse_options
from app.cpu_start import with_cpu_start
from app.errors import UsageError
from app.options import Options
from app.outputs import prepare_folder
from denoiser.checkpoint import CheckpointError
from denoiser.picture_files import DataError
from renderer.backend import BackendError
from scenes.description import SceneDescription
from scenes.description import SceneError
from scenes.loader import load_scene

USER_ERROR = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code of the program."""
    try:
        options = parse_options(sys.argv[1:] if arguments is None else arguments)
        if options.mode in ("viewer", "offline"):
            options = with_cpu_start(options)
        if options.offline is not None:
            from app.offline import run_offline

            return run_offline(options)
        width, height = options.session.render.size
        scene = load_scene(options.scene, options.environment, width / height)
        for note in scene.notes:
            print(f"{scene.name}: {note}", file=sys.stderr)
        return run(scene, options)
    except (UsageError, SceneError, DataError, CheckpointError, BackendError) as error:
        print(f"error: {error}", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED


def run(scene: SceneDescription, options: Options) -> int:
    """Dispatch; each mode is imported only when it runs, so that none needs another's libraries."""
    if options.save is not None:
        # Better now than when hours of training are to be written.
        prepare_folder(options.save.parent)
    if options.mode == "render":
        from app.render_image import render_image

        render_image(scene, options)
        return 0
    if options.mode == "benchmark":
        from app.benchmark import run_benchmark

        return run_benchmark(scene, options)
    if options.mode == "study":
        from app.online_study import run_online_study

        return run_online_study(scene, options)
    if options.mode == "viewer":
        code = _run_viewer(scene, options)
        if code is not None:
            return code
    from app.headless import run_headless

    return run_headless(scene, options)


def _run_viewer(scene: SceneDescription, options: Options) -> int | None:
    """Exit code of the viewer, None where there is no display to open it on."""
    from app.viewer import NoDisplayError
    from app.viewer import run_viewer

    try:
        return run_viewer(scene, options)
    except NoDisplayError as error:
        print(f"{error}: running the headless flythrough instead", file=sys.stderr)
        return None
