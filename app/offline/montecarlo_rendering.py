"""Renders views of scenes into files, in one or several processes.

Host code. View number n is rendered by process n modulo the process count, and does not depend on
the process. Complete views are kept: the next run renders only the missing ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.base.errors import UsageError
from app.base.files import prepare_folder
from app.base.files import read_json
from app.base.files import write_json
from app.base.image_files import write_exr
from app.base.progress import frames_bar
from app.camera_path.viewpoints import viewpoints
from app.offline.distributed import Processes
from app.session.integrator_settings import integrator_settings
from app.session.session import REFERENCE_SEED
from app.settings.options import Options
from denoiser.option import to_json
from denoiser.rendered.files import FORMAT
from denoiser.rendered.files import HALF_LAYERS
from denoiser.rendered.files import LIST_NAME
from denoiser.rendered.files import VERSION
from denoiser.rendered.files import ViewEntry
from denoiser.restoration.settings import TargetKind
from renderer import backend
from renderer.film import Film
from renderer.renderer import Renderer
from scenes.loader import load_scene
from scenes.model.description import Camera
from scenes.model.description import SceneDescription

CLEAN_PASS_SPP = 16  # samples per pixel of each half in one pass of a clean image


@dataclass(frozen=True, eq=False)
class PlannedView:
    """One view to be rendered."""

    entry: ViewEntry
    number: int
    """Index among all views, and frame index of the halves' random streams; the clean images of all
    views share theirs."""
    scene: SceneDescription
    camera: Camera


def render_views(options: Options, folder: Path, processes: Processes) -> None:
    """Render the missing views of this process; the first process writes the list of all views.

    The folder is created. The samples per pixel of clean images, `options.reference_spp`, are
    rounded up to a multiple of 32.

    Raises:
        UsageError: the folder lists other views or cannot be written, two scenes have the same
            name, or the camera path is invalid.
        SceneError, BackendError: a scene or the device cannot be used.
    """
    prepare_folder(folder)
    plan = _planned_views(options)
    _write_list(folder, options, plan, processes)
    own = [view for view in plan if view.number % processes.count == processes.rank]
    missing = [view for view in own if not all(p.exists() for p in view.entry.paths(folder))]
    is_quiet = options.is_quiet or not processes.is_first
    bar = frames_bar(missing, len(own), len(own) - len(missing), is_quiet)
    bar.unit = "view"
    for view, renderer in _with_renderers(bar, options):
        _render_view(view, renderer, options, folder)


def _planned_views(options: Options) -> list[PlannedView]:
    """All views, in order; without clean targets only those of the last scene have clean images."""
    assert options.offline is not None
    width, height = options.session.render.size
    scenes = [
        load_scene(s, options.environment, width / height, options.load_options)
        for s in options.scenes
    ]
    names = [scene.name for scene in scenes]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"argument --scene: two scenes are called {name}")
    needs_clean = TargetKind.CLEAN in options.offline.targets
    plan: list[PlannedView] = []
    for source, scene in zip(options.scenes, scenes):
        seed = options.session.render.seed
        cameras = viewpoints(scene, source, options.path, options.offline.views_per_scene, seed)
        has_clean = needs_clean or scene is scenes[-1]
        for index, camera in enumerate(cameras):
            entry = ViewEntry(f"{scene.name}-{index:04d}", scene.name, has_clean)
            plan.append(PlannedView(entry, len(plan), scene, camera))
    return plan


def _write_list(
    folder: Path, options: Options, plan: list[PlannedView], processes: Processes
) -> None:
    """Write `views.json`. UsageError if one with other content exists."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        **to_json(options.session.render),
        "clean_spp": options.reference_spp,
        "environment": options.environment and options.environment.name,
        "views": [
            {
                "name": view.entry.name,
                "scene": view.entry.scene,
                "has_clean": view.entry.has_clean,
                "camera": _camera_json(view.camera),
            }
            for view in plan
        ],
    }
    path = folder / LIST_NAME
    if path.exists():
        if read_json(path) != json.loads(json.dumps(content)):
            raise UsageError(f"{path}: lists other views, choose another folder")
    elif processes.is_first:
        write_json(path, content)


def _camera_json(camera: Camera) -> dict[str, object]:
    return {
        "to_world": np.asarray(camera.to_world).tolist(),
        "fov_x": camera.fov_x,
        "aperture_radius": camera.aperture_radius,
        "focus_distance": camera.focus_distance,
    }


def _with_renderers(
    views: Iterator[PlannedView], options: Options
) -> Iterator[tuple[PlannedView, Renderer]]:
    """Yield each view with the renderer of its scene; only one renderer is kept at a time."""
    started = backend.start(options.session.device)
    scene, renderer = None, None
    for view in views:
        if renderer is None or view.scene is not scene:
            scene, renderer = view.scene, Renderer(view.scene, started)
        yield view, renderer


def _render_view(view: PlannedView, renderer: Renderer, options: Options, folder: Path) -> None:
    """Write the files of one view."""
    render = options.session.render
    settings = integrator_settings(render)
    pair = renderer.render(view.camera, render.size, view.number, settings)
    for index, half in enumerate((pair.a, pair.b)):
        layers = {name: getattr(half, name) for name in HALF_LAYERS}
        write_exr(view.entry.half_path(folder, index), layers)
    if not view.entry.has_clean:
        return
    film = Film()
    passes = -(-options.reference_spp // (2 * CLEAN_PASS_SPP))
    clean = replace(settings, spp=CLEAN_PASS_SPP, seed=REFERENCE_SEED)
    for index in range(passes):
        film.add(renderer.render(view.camera, render.size, index, clean))
    mean = film.mean()
    assert mean is not None
    write_exr(view.entry.clean_path(folder), {"color": mean})
