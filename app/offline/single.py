"""The task `single`: restores each noisy image by itself, without pairs and without clean data.

Host code.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from app.base.errors import UsageError
from app.base.files import write_json
from app.base.progress import StartProgress
from app.offline.distributed import Processes
from app.offline.estimate_report import estimate_entry
from app.offline.pictures.denoise import denoise_files
from app.offline.pictures.denoise import picture_jobs
from app.offline.pictures.picture_file import read_pages
from app.offline.pictures.raw_photograph import is_raw
from app.offline.pictures.raw_photograph import linear_pixels
from app.offline.pictures.restore_part import RestorePart
from app.offline.pictures.restore_part import Tell
from app.offline.residual_figure import write_residual_figure
from app.results.provenance import versions
from app.settings.options import Options
from denoiser.option import to_json
from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import BYTE_STEPS
from denoiser.restoration.image_files import white_value
from denoiser.restoration.pretrained import PHOTO
from denoiser.restoration.pretrained import load_pretrained
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.settings import SINGLE
from denoiser.restoration.single.noise_correlation import CORRELATED
from denoiser.restoration.single.restoration import SingleResult
from denoiser.restoration.single.restoration import SingleSettings
from denoiser.restoration.single.restoration import restore_alone
from denoiser.settings import Init

NO_WEIGHTS = "no weights are shipped for photographs: starting from random ones"
FROM_WEIGHTS = "starting from the shipped weights for photographs"


def restore_single(
    options: Options, folder: Path, processes: Processes, device: torch.device
) -> int:
    """Restore the files of --input one by one into `folder`; write `report.json`. Exit code 0.

    Several processes share the files.
    """
    offline = options.offline
    assert offline is not None
    if not offline.inputs:
        raise UsageError(f"--task {SINGLE} needs --input FILE or DIR")
    jobs = picture_jobs(offline.inputs, folder)
    start = None
    if offline.init is Init.PRETRAINED:
        start = load_pretrained(PHOTO, device)
        if processes.is_first:
            print(NO_WEIGHTS if start is None else FROM_WEIGHTS, file=sys.stderr)
    training = offline.training
    settings = SingleSettings(offline.seconds, training.seed, training.precision)
    results: list[dict[str, Any]] = []
    progress = StartProgress(options.is_quiet or not processes.is_first)
    begin = time.monotonic()
    own = processes.share_of(jobs)
    for number, job in enumerate(own):

        def tell(text: str, fraction: float, done: int = number) -> None:
            progress(text, (done + fraction) / len(own))

        entries: list[dict[str, Any]] = []
        denoise_files(_single_part(start, settings, device, entries), [job], tell)
        results.append({"images": entries, "residual": _draw_residual(*job, folder)})
    progress.close()
    results = processes.gather(results, device)
    if not processes.is_first:
        return 0
    images = [entry for result in results for entry in result["images"]]
    if note := _correlation_note([entry["noise_correlation"] for entry in images]):
        print(note, file=sys.stderr)
    names = [str(target.relative_to(folder)) for _, target in jobs]
    report = {
        "task": SINGLE,
        "init": "random" if start is None else Init.PRETRAINED.value,
        "seconds": time.monotonic() - begin,
        "files": names,
        "images": images,
        "residual_correlation": {name: result["residual"] for name, result in zip(names, results)},
        "settings": to_json(options),
        "versions": versions(),
    }
    write_json(folder / "report.json", report)
    print(f"{folder}: {len(jobs)} images restored")
    return 0


def _single_part(
    start: Restorer | None,
    settings: SingleSettings,
    device: torch.device,
    entries: list[dict[str, Any]],
) -> RestorePart:
    """Function that restores colours by themselves, and adds what was found to `entries`."""

    def restore(pixels: np.ndarray, tell: Tell) -> Iterator[tuple[int, np.ndarray]]:
        planes = pixels.transpose(2, 0, 1).astype(np.float32) / np.float32(white_value(pixels))
        noisy = torch.from_numpy(planes + np.float32(BLACK)).to(device)
        result = restore_alone(noisy, start, settings, tell)
        entries.append(_entry(result))
        yield 0, (result.image.cpu().numpy() - np.float32(BLACK)).transpose(1, 2, 0)

    return restore


def _draw_residual(source: Path, target: Path, folder: Path) -> float:
    """Write the figure of the first page of a file; return the residual's autocorrelation."""
    noisy = linear_pixels(source) if is_raw(source) else read_pages(source)[0].pixels
    restored = read_pages(target)[0].pixels
    colors = noisy.shape[2] - (noisy.shape[2] in (2, 4))
    before, after = (each[..., :colors].mean(2, dtype=np.float64) for each in (noisy, restored))
    return write_residual_figure(folder, str(target.relative_to(folder)), before, after)


def _entry(result: SingleResult) -> dict[str, Any]:
    """What the report says of one image, or of one channel of several."""
    noise = result.noise
    return {
        "sigma_at_black": math.sqrt(noise.read) * BYTE_STEPS,
        "sigma_at_white": math.sqrt(noise.read + noise.gain) * BYTE_STEPS,
        "noise_correlation": result.correlation,
        "steps": result.step_count,
        "estimated_decrease_of_squared_error": result.gain,
        **estimate_entry(result.estimate),
    }


def _correlation_note(found: list[float]) -> str | None:
    """Note on images whose noise is not independent between pixels, None without any."""
    count = sum(value > CORRELATED for value in found)
    if not count:
        return None
    return (
        f"{count} of {len(found)} images: the noise of neighbouring pixels is correlated (up to"
        f" {max(found):.2f}), which training on them would mistake for content: restored without"
        " it; some of the noise stays"
    )
