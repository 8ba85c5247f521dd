"""Runs: headless flythrough and offline restoration as functions.

Host code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from app.api.scene import Scene
from app.base.errors import UsageError
from app.base.files import read_json
from app.base.interrupt import INTERRUPTED
from app.settings.modes import HEADLESS
from app.settings.options import Options
from app.settings.session_settings import SessionSettings
from renderer.backend import choose_device

RUN_NAMES = ("path", "reference_every", "reference_spp", "resume", "save", "is_quiet")


def fly(
    scene: Scene, frames: int = 300, output: Path | str = "out", **settings: Any
) -> dict[str, Any]:
    """Render a camera path, train and denoise: the headless mode.

    Writes report.json, frames.csv, flythrough.mp4, convergence.png, last_frame.exr and
    checkpoint.safetensors into the folder `output`.

    Args:
        settings: fields of `SessionSettings`, `RenderSettings`, `DenoiserSettings` (size, spp,
            network, train_steps, crop, ...), and path, reference_every, reference_spp, resume,
            save, is_quiet of `Options`.

    Returns:
        The content of report.json.

    Raises:
        KeyboardInterrupt: Ctrl-C; everything up to that frame is written.
        UsageError, CheckpointError: invalid input; one line.
    """
    from app.headless.run import run_headless

    run = {name: settings.pop(name) for name in RUN_NAMES if name in settings}
    for name in ("path", "resume", "save"):
        run[name] = None if run.get(name) is None else Path(run[name])
    session = SessionSettings().changed(**settings)
    options = Options(
        HEADLESS,
        scenes=(scene.loaded.source,),
        session=session,
        frames=frames,
        output=Path(output),
        **run,
    )
    if run_headless(scene.loaded, options) == INTERRUPTED:
        raise KeyboardInterrupt
    report: dict[str, Any] = read_json(Path(output) / "report.json")
    return report


def restore(
    image: Path | str | np.ndarray,
    checkpoint: Path | str | None = None,
    output: Path | str | None = None,
    device: str = "auto",
) -> np.ndarray:
    """Restore an image with a network that was trained offline, by default the shipped one.

    Args:
        image: file, also a raw photograph of a camera, or (H, W) or (H, W, C) array: uint8, uint16,
            or float32 with white at 1.
        checkpoint: file of the trained network; None: the weights for photographs that are
            shipped.
        output: file to write, of the same size, format and metadata; only for an image from a file.

    Returns:
        (H, W, C) restored pixels of the image's own type; of a raw photograph float32, linear.

    Raises:
        DataError, CheckpointError, UsageError: invalid input; one line.
    """
    from app.offline.pictures.denoise import denoise_file
    from app.offline.pictures.denoise import restored_pixels
    from app.offline.pictures.picture_file import only_page
    from app.offline.pictures.raw_photograph import is_raw
    from app.offline.pictures.raw_photograph import restored_raw
    from app.offline.pictures.raw_photograph import write_linear
    from app.offline.pictures.restore_part import load_image_restorer
    from app.offline.pictures.restore_part import network_part
    from denoiser.restoration.pretrained import PHOTO

    restorer = load_image_restorer(
        None if checkpoint is None else Path(checkpoint), PHOTO, choose_device(device)
    )
    if not isinstance(image, np.ndarray) and is_raw(Path(image)):
        pixels = restored_raw(network_part(restorer), Path(image))
        if output is not None:
            write_linear(Path(output), pixels)
        return pixels
    if not isinstance(image, np.ndarray):
        page = only_page(Path(image))
        if output is not None:
            denoise_file(network_part(restorer), Path(image), Path(output))
            return only_page(Path(output)).pixels
        return restored_pixels(network_part(restorer), page.pixels, has_alpha=page.has_alpha)
    if output is not None:
        raise UsageError("output: only for an image from a file")
    return restored_pixels(network_part(restorer), image if image.ndim == 3 else image[..., None])
