"""GPU tests: the same radiance as on the CPU, and a headless run that learns.

Host code. Each test starts the program in a new process: a process has one Taichi runtime, which
runs on the CPU in the process of the other tests.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest
import torch

from tests.stats.z_test import block_means
from tests.stats.z_test import compare

ROOT = Path(__file__).resolve().parents[3]
SIDE, SPP, BLOCK = 48, 128, 8
PATIENCE_SECONDS = 600  # the first start on a machine compiles kernels for its GPU

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


def run(*words: str) -> str:
    """Run the program, check that it succeeds, and return its standard output."""
    command = [sys.executable, str(ROOT / "run_viewer.py"), "--quiet", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def radiance(folder: Path, device: str, seed: int) -> np.ndarray:
    """Rendered radiance (H, W, 3) float64 of the Cornell box."""
    path = folder / f"{device}-{seed}.exr"
    size = ("--size", f"{SIDE}x{SIDE}", "--spp", str(SPP), "--seed", str(seed))
    run("--render", "--scene", "cornell-box", "--device", device, *size, "--output", str(path))
    pixels = oiio.ImageBuf(str(path)).get_pixels(oiio.FLOAT)
    assert pixels is not None
    return pixels[..., :3].astype(np.float64)


def test_gpu_and_cpu_render_the_same_radiance(tmp_path: Path) -> None:
    estimates = [
        block_means(np.stack([radiance(tmp_path, device, seed) for seed in seeds]), BLOCK)
        for device, seeds in (("cpu", range(4)), ("cuda", range(4, 8)))
    ]
    assert compare(*estimates).is_accepted()


def test_headless_gpu_run_gains_over_3_db_from_denoising(tmp_path: Path) -> None:
    words = ("--headless", "--scene", "cornell-box", "--device", "cuda", "--size", "96x96")
    measured = ("--frames", "150", "--reference-every", "150", "--reference-spp", "512")
    run(*words, *measured, "--spp", "2", "--crop", "64", "--output", str(tmp_path))
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["device"] == torch.cuda.get_device_name()
    last = report["references"][-1]
    assert last["psnr_denoised"] > last["psnr_mean"] + 3.0
