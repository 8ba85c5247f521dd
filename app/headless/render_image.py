"""Renders one image without the denoiser.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from app.base.errors import UsageError
from app.base.files import prepare_folder
from app.base.image_files import to_display
from app.base.image_files import write_exr
from app.base.image_files import write_png
from app.base.progress import PREPARING
from app.base.progress import StartProgress
from app.base.progress import frames_bar
from app.camera_path.files import load_camera_path
from app.session.integrator_settings import integrator_settings
from app.session.loaded_scene import LoadedScene
from app.settings.options import Options
from renderer import backend
from renderer.frame import Half
from renderer.renderer import Renderer
from renderer.renderer import compile_path_tracer
from scenes.model.description import Camera

PASS_SPP = 16  # samples per pixel and pass; few, so that the progress bar moves often
SUFFIXES = (".exr", ".png")


def render_image(scene: LoadedScene, options: Options) -> int:
    """Render to `options.output`: .exr with feature layers, or tone-mapped .png. Exit code 0.

    Without `options.output` the file is render.exr. Its layers: linear radiance, albedo, normal,
    depth. `options.session.render.spp` is the image's samples per pixel: only one half is rendered.
    The camera is the scene's, or that at the start of the camera path if one is given.

    Raises:
        UsageError: the file has another suffix or cannot be written, or the camera path is
            invalid.
    """
    path = options.output or Path("render.exr")
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: an image file must be .exr or .png")
    camera = scene.camera
    if options.path is not None:
        camera = load_camera_path(options.path).camera_at(0.0, camera)
    prepare_folder(path.parent)
    progress = StartProgress(options.is_quiet)
    started = backend.start(options.session.device)
    progress(PREPARING, 0.0)
    compile_path_tracer(started)
    renderer = Renderer(scene.arrays(progress), started)
    progress.close()
    layers = _accumulate(renderer, camera, options)
    if path.suffix.lower() == ".png":
        write_png(path, to_display(layers["color"]))
    else:
        write_exr(path, layers)
    print(f"{path}: {options.session.render.spp} samples per pixel")
    return 0


def _accumulate(renderer: Renderer, camera: Camera, options: Options) -> dict[str, torch.Tensor]:
    """Mean of all passes for each layer, (H, W, C); NaN and infinite samples stay visible."""
    render = options.session.render
    spp = [min(PASS_SPP, render.spp - done) for done in range(0, render.spp, PASS_SPP)]
    totals: dict[str, torch.Tensor] = {}
    layer: Callable[[Half, str], torch.Tensor] = getattr
    for index in frames_bar(range(len(spp)), len(spp), 0, options.is_quiet):
        settings = integrator_settings(replace(render, spp=spp[index]))
        half = renderer.render_half(camera, render.size, index, 0, settings)
        for name in ("color", "albedo", "normal", "distance"):
            totals[name] = totals.get(name, 0) + layer(half, name) * (spp[index] / render.spp)
    return totals
