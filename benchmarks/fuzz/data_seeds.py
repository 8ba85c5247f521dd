"""Seed files of the other readers: camera paths, checkpoints, scans, bursts and rendered views.

Host code. Each function writes folders with one file `main.*` or `views.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.fuzz.image_seeds import write_image

VIEW_CHANNELS = (
    *("R", "G", "B", "albedo.R", "albedo.G", "albedo.B", "normal.X", "normal.Y", "normal.Z"),
    *("depth.Z", "mirrored.Y"),
)
"""Channels of a half of a rendered view."""


def _camera_path(folder: Path) -> None:
    keyframe = {"position": [0.0, 1.0, 6.8], "forward": [0.0, 0.0, -1.0], "up": [0.0, 1.0, 0.0]}
    keyframes = [{"time": float(time), **keyframe, "fov_x": 45.0} for time in range(3)]
    content = {"format": "hush-camera-path", "version": 1, "keyframes": keyframes}
    (folder / "main.json").write_text(json.dumps(content, indent=1))


def _checkpoint(folder: Path) -> None:
    from denoiser.online.checkpoint import save
    from denoiser.online.trainer import Trainer
    from denoiser.settings import DenoiserSettings
    from denoiser.settings import NetworkName

    save(folder / "main.safetensors", Trainer(DenoiserSettings(network=NetworkName("fast")), "cpu"))


def _restoration(folder: Path) -> None:
    from denoiser.restoration.checkpoint import save_restoration
    from denoiser.restoration.settings import RestorationSettings
    from denoiser.restoration.trainer import RestorationTrainer

    save_restoration(folder / "main.safetensors", RestorationTrainer(RestorationSettings(), "cpu"))


def _scans(folder: Path) -> None:
    import nibabel

    volume = np.random.default_rng(1).random((8, 9, 3)).astype(np.float32)
    for number, kind in enumerate((np.float32, np.int16, np.uint8)):
        image = nibabel.Nifti1Image((volume * 200).astype(kind), np.eye(4))
        for suffix in (".nii", ".nii.gz"):
            path = folder / f"{number}{suffix}" / f"main{suffix}"
            path.parent.mkdir()
            nibabel.save(image, path)
    for name, slices in (("f", volume), ("u", (volume * 255).astype(np.uint8))):
        (folder / name).mkdir()
        subjects = np.array([f"s{index}" for index in range(len(slices))])
        np.savez(folder / name / "main.npz", slices=slices, subject=subjects)
    write_image(folder / "image" / "main.png", 1)


def _bursts(folder: Path) -> None:
    for suffix in ("png", "tif", "jpg"):
        write_image(folder / suffix / "a" / f"main.{suffix}", 3)
        write_image(folder / suffix / "b" / f"main.{suffix}", 3, "uint8", Software="b")


def _views(folder: Path) -> None:
    rows, columns = 8, 12
    view = {"name": "v", "scene": "s", "has_clean": True}
    content = {"format": "hush-views", "version": 1, "size": [columns, rows], "spp": 2}
    (folder / "views.json").write_text(json.dumps({**content, "views": [view]}, indent=1))
    for half in "ab":
        path, count = folder / f"v-{half}.exr", len(VIEW_CHANNELS)
        write_image(path, count, "float", size=(rows, columns), names=VIEW_CHANNELS)
    write_image(folder / "v-clean.exr", 3, "float", size=(rows, columns))


DATA_SEEDS: dict[str, Callable[[Path], None]] = {
    "camera-path": _camera_path,
    "checkpoint": _checkpoint,
    "restoration": _restoration,
    "scans": _scans,
    "bursts": _bursts,
    "views": _views,
}
"""Function that writes the seeds of each reader."""
