"""Headless runs of a few tiny frames, and readers for the files they write.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import OpenImageIO as oiio
import torch

from tests.app.runs import run

FRAMES = 4
MEASURED = ("--reference-every", "2", "--reference-spp", "8")
FILES = {
    "frames.csv",
    "report.json",
    "flythrough.mp4",
    "convergence.png",
    "checkpoint.safetensors",
    "last_frame.exr",
}


def run_headless(folder: Path) -> Path:
    """Finish a run of FRAMES frames in `folder` and return `folder`."""
    assert run("--headless", folder, "--frames", str(FRAMES), *MEASURED) == 0
    return folder


def video_frames(folder: Path) -> list[np.ndarray]:
    """Every frame of the video, (H, W, 3) uint8."""
    with av.open(str(folder / "flythrough.mp4")) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def layers_of(folder: Path) -> dict[str, torch.Tensor]:
    """Colours (H, W, 3) of each layer of last_frame.exr, by layer name."""
    image = oiio.ImageBuf(str(folder / "last_frame.exr"))
    names = image.spec().channelnames
    pixels = torch.from_numpy(image.get_pixels(oiio.FLOAT))
    layers = {name.removesuffix(".R") for name in names if name.endswith(".R")}
    return {
        n: torch.stack([pixels[..., names.index(f"{n}.{c}")] for c in "RGB"], 2) for n in layers
    }
