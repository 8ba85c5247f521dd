"""Restored files keep size, format, bit depth, alpha and metadata; memory use stays bounded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest
import tifffile
from PIL import Image

from app.main import USER_ERROR
from app.main import main
from denoiser.restoration.checkpoint import save_restoration
from denoiser.restoration.sample_images import default_test
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.trainer import RestorationTrainer

ROOT = Path(__file__).resolve().parents[4]
MEMORY_PROBE = """
import re, sys
import app.offline.run, torch
from app.main import main
def memory(name):
    return int(re.search(name + r":\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
imported = memory("VmRSS")
code = main(sys.argv[1:])
print(memory("VmHWM") - imported)
sys.exit(code)
"""
"""Prints by how many MiB the peak exceeds the memory after the imports. The peak from `resource`
would include the parent process's memory.
"""


@pytest.fixture(scope="module", params=[1, 3])
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Checkpoint of an untrained network, with one channel and with three."""
    path = tmp_path_factory.mktemp("network") / "net.safetensors"
    save_restoration(
        path,
        RestorationTrainer(RestorationSettings(task="gaussian", channels=request.param), "cpu"),
    )
    return path


CASES = Path(__file__).resolve().parents[3] / "cases" / "restoration"


def denoise(checkpoint: Path, output: Path, *inputs: Path) -> int:
    """Run the denoise stage and return the exit code."""
    words = ["--offline", "--stage", "denoise", "--device", "cpu", "--quiet"]
    words += ["--checkpoint", str(checkpoint), "--output", str(output)]
    return main([*words, "--input", *map(str, inputs)])


def photo(side: int = 96) -> np.ndarray:
    """Photograph (side, side + 10, 3) uint8."""
    return default_test(3).pixels[0].numpy()[100 : 100 + side, 120 : 130 + side]


def header(path: Path) -> oiio.ImageSpec:
    source = oiio.ImageInput.open(str(path))
    assert source is not None, path
    return source.spec()


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_denoised_file_keeps_format_size_and_metadata(
    checkpoint: Path, tmp_path: Path, suffix: str
) -> None:
    source = tmp_path / f"in.{suffix}"
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "a cat", 6
    options = {"exif": exif} if suffix != "tif" else {}
    Image.fromarray(photo()).save(source, dpi=(300, 300), **options)
    assert denoise(checkpoint, tmp_path / "out", source) == 0
    before, after = header(source), header(tmp_path / "out" / f"in.{suffix}")
    assert (after.width, after.height, after.nchannels) == (106, 96, 3)
    assert after.format == before.format
    if suffix != "tif":
        kept = Image.open(tmp_path / "out" / f"in.{suffix}").getexif()
        assert kept[0x0112] == 6
        assert suffix == "png" or kept[0x010E] == "a cat"
    changed = np.asarray(Image.open(tmp_path / "out" / f"in.{suffix}").convert("RGB"), int)
    assert np.abs(changed - photo().astype(int)).mean() > 1.0, "the image is unchanged"


@pytest.mark.parametrize("kind", ["uint16", "float"])
def test_denoised_file_keeps_bit_depth_and_alpha(
    checkpoint: Path, tmp_path: Path, kind: str
) -> None:
    white = 65535 if kind == "uint16" else 1.0
    pixels = np.dstack([photo() / 255.0, np.linspace(0.1, 1, 96 * 106).reshape(96, 106)]) * white
    stored = pixels.astype(np.uint16 if kind == "uint16" else np.float32)
    spec = oiio.ImageSpec(106, 96, 4, kind)
    spec.attribute("oiio:UnassociatedAlpha", 1)
    source = tmp_path / "in.tif"
    output = oiio.ImageOutput.create(str(source))
    assert output.open(str(source), spec) and output.write_image(stored) and output.close()
    assert denoise(checkpoint, tmp_path / "out", source) == 0
    config = oiio.ImageSpec()
    config.attribute("oiio:UnassociatedAlpha", 1)
    result = oiio.ImageBuf(str(tmp_path / "out" / "in.tif"), 0, 0, config)
    after = result.get_pixels(oiio.UINT16 if kind == "uint16" else oiio.FLOAT)
    assert str(result.spec().format) == kind
    np.testing.assert_array_equal(after[..., 3], stored[..., 3])
    assert not np.array_equal(after[..., :3], stored[..., :3])


def test_every_page_of_a_tiff_is_restored(checkpoint: Path, tmp_path: Path) -> None:
    source, target = CASES / "five_pages.tif", tmp_path / "out" / "five_pages.tif"
    assert denoise(checkpoint, tmp_path / "out", source) == 0
    before, after = tifffile.imread(source), tifffile.imread(target)
    assert after.shape == before.shape == (5, 96, 128) and after.dtype == before.dtype
    for noisy, restored in zip(before, after):
        assert not np.array_equal(noisy, restored)
        assert np.corrcoef(noisy.ravel(), restored.ravel())[0, 1] > 0.9


def test_two_signal_channels_are_both_restored(checkpoint: Path, tmp_path: Path) -> None:
    source, target = CASES / "two_channels.tif", tmp_path / "out" / "two_channels.tif"
    assert denoise(checkpoint, tmp_path / "out", source) == 0
    before, after = tifffile.imread(source), tifffile.imread(target)
    assert after.shape == before.shape and after.dtype == before.dtype
    for channel in range(2):
        assert not np.array_equal(before[..., channel], after[..., channel])


def test_animations_are_refused_in_one_line(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = [Image.fromarray(photo() // (n + 1)) for n in range(2)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], lossless=True)
    assert denoise(checkpoint, tmp_path / "out", tmp_path / "a.webp") == USER_ERROR
    assert "a.webp: several images in one file are read from TIFF only" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


def test_denoised_grey_image_has_one_channel(checkpoint: Path, tmp_path: Path) -> None:
    Image.fromarray(photo()[..., 0]).save(tmp_path / "grey.png")
    assert denoise(checkpoint, tmp_path / "out", tmp_path / "grey.png") == 0
    assert header(tmp_path / "out" / "grey.png").nchannels == 1


def test_folders_keep_their_structure(checkpoint: Path, tmp_path: Path) -> None:
    for name in ("a.png", "deep/b.png"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo(32)).save(tmp_path / "in" / name)
    assert denoise(checkpoint, tmp_path / "out", tmp_path / "in") == 0
    files = sorted(
        p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.png")
    )
    assert files == ["a.png", "deep/b.png"]


def test_originals_are_never_overwritten(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(photo(32)).save(tmp_path / "a.png")
    before = (tmp_path / "a.png").read_bytes()
    assert denoise(checkpoint, tmp_path, tmp_path / "a.png") == USER_ERROR
    assert denoise(checkpoint, tmp_path / "o", tmp_path / "a.png", tmp_path) == USER_ERROR
    assert capsys.readouterr().err.count("\n") == 2
    assert (tmp_path / "a.png").read_bytes() == before and not (tmp_path / "o" / "a.png").exists()


def test_multi_layer_exr_is_rejected(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layers = oiio.ImageBuf(oiio.ImageSpec(32, 32, 7, oiio.FLOAT))
    assert layers.write(str(tmp_path / "layers.exr"))
    assert denoise(checkpoint, tmp_path / "out", tmp_path / "layers.exr") == USER_ERROR
    assert "layers.exr: 7 channels" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


def test_lost_pixels_in_a_lossy_file_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pixels = photo(48).copy()
    pixels[::2] = 0
    for name in ("lost.png", "lost.jpg"):
        Image.fromarray(pixels).save(tmp_path / name)
    words = "--offline --stage denoise --task bernoulli --device cpu --quiet --input".split()
    names = [str(tmp_path / name) for name in ("lost.png", "lost.jpg")]
    assert main([*words, *names, "--output", str(tmp_path / "out")]) == 0
    error = capsys.readouterr().err
    assert "lost.jpg: compressed with loss" in error and "lost.png" not in error
    restored = np.asarray(Image.open(tmp_path / "out" / "lost.png"))
    assert np.array_equal(restored[1::2], pixels[1::2]) and (restored[::2] > 0).any()


def test_denoising_a_large_image_needs_less_than_1000_mib(tmp_path: Path) -> None:
    """The network alone would need some 2 GB for these 3 megapixels at once."""
    path = tmp_path / "net.safetensors"
    save_restoration(path, RestorationTrainer(RestorationSettings(task="gaussian"), "cpu"))
    Image.fromarray(np.tile(photo(100), (13, 22, 1))).save(tmp_path / "large.tif")
    words = ["--offline", "--stage", "denoise", "--device", "cpu", "--quiet"]
    words += ["--checkpoint", str(path), "--input", str(tmp_path / "large.tif")]
    done = subprocess.run(
        [sys.executable, "-c", MEMORY_PROBE, *words, "--output", str(tmp_path / "out")],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr

    assert int(done.stdout.splitlines()[-1]) < 1000
