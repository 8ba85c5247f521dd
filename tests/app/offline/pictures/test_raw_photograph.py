"""Raw photographs: colours, brightness and size of the result, and what the network gets to see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest
import tifffile
import torch
from scipy.ndimage import gaussian_filter
from skimage import data

from app.api.runs import restore as api_restore
from app.base.errors import UsageError
from app.main import USER_ERROR
from app.main import main
from app.offline.pictures.raw_photograph import linear_pixels
from app.offline.pictures.raw_photograph import restored_raw
from app.offline.pictures.restore_part import Tell
from app.offline.pictures.restore_part import load_image_restorer
from app.offline.pictures.restore_part import network_part
from denoiser.errors import DataError
from denoiser.restoration.pretrained import PHOTO
from tests.app.offline.pictures.dng import mosaic_of
from tests.app.offline.pictures.dng import write_dng

COLORS = ((0.2, 0.3, 0.6), (0.5, 0.5, 0.5))
PHOTONS = 200.0  # counted at white


def two_colors(height: int, width: int) -> np.ndarray:
    """(H, W, 3) image: its left half has the first colour, its right half the second."""
    image = np.empty((height, width, 3))
    image[:, : width // 2], image[:, width // 2 :] = COLORS
    return image


def unchanged(pixels: np.ndarray, tell: Tell) -> Iterator[tuple[int, np.ndarray]]:
    """Return the colours in two parts."""
    middle = len(pixels) // 2
    yield 0, pixels[:middle]
    yield middle, pixels[middle:]


@pytest.mark.parametrize("filters", ["RGGB", "BGGR", "GRBG", "GBRG"])
@pytest.mark.parametrize("size, margin", [((64, 96), 0), ((63, 95), 0), ((64, 96), 4)])
def test_colors_are_those_of_the_scene_in_linear_light(
    filters: str, size: tuple[int, int], margin: int, tmp_path: Path
) -> None:
    write_dng(tmp_path / "a.dng", mosaic_of(two_colors(*size), filters), filters, margin)
    pixels = restored_raw(unchanged, tmp_path / "a.dng")
    assert pixels.shape == (*size, 3) and pixels.dtype == np.float32
    for column, color in zip((20, 70), COLORS):
        np.testing.assert_allclose(
            pixels[8:-8, column], np.tile(color, (size[0] - 16, 1)), atol=2e-4
        )
    np.testing.assert_array_equal(pixels, linear_pixels(tmp_path / "a.dng"))


@pytest.mark.parametrize("filters, margin", [("RGGB", 0), ("GBRG", 0), ("RGGB", 1), ("GBRG", 3)])
def test_the_network_sees_one_white_balanced_image_for_each_green(
    filters: str, margin: int, tmp_path: Path
) -> None:
    write_dng(tmp_path / "a.dng", mosaic_of(two_colors(64, 96), filters), filters, margin)
    seen: list[np.ndarray] = []

    def look(pixels: np.ndarray, tell: Tell) -> Iterator[tuple[int, np.ndarray]]:
        seen.append(pixels)
        yield 0, pixels

    restored_raw(look, tmp_path / "a.dng")
    assert [image.shape for image in seen] == [(32, 48, 3)] * 2
    for image in seen:
        for column, color in zip((10, 38), COLORS):
            np.testing.assert_allclose(image[:, column], np.tile(color, (32, 1)), atol=2e-4)


def test_what_both_images_give_for_red_and_blue_is_averaged(tmp_path: Path) -> None:
    write_dng(tmp_path / "a.dng", mosaic_of(two_colors(64, 96), "RGGB"))
    factors = iter((1.0, 0.5))

    def scaled(pixels: np.ndarray, tell: Tell) -> Iterator[tuple[int, np.ndarray]]:
        yield 0, pixels * np.float32(next(factors))

    pixels = restored_raw(scaled, tmp_path / "a.dng")
    np.testing.assert_allclose(
        pixels[16:-16, 60:-8].mean((0, 1)), np.multiply(COLORS[1], 0.75), atol=0.01
    )


def test_noise_of_a_photograph_is_removed_and_its_brightness_kept(tmp_path: Path) -> None:
    encoded = data.astronaut()[:256, 100:356] / 255.0
    linear = gaussian_filter(encoded**2.2, (0.7, 0.7, 0.0))  # a lens is less sharp than the pixels
    mosaic = mosaic_of(linear, "RGGB")
    random = np.random.default_rng(0)
    write_dng(tmp_path / "in.dng", random.poisson(mosaic * PHOTONS) / PHOTONS)
    assert main(["restore", str(tmp_path), "--output", str(tmp_path / "out"), "--quiet"]) == 0
    restored = oiio.ImageBuf(str(tmp_path / "out" / "in.tif")).get_pixels(oiio.FLOAT)
    noisy = linear_pixels(tmp_path / "in.dng")
    before, after = (
        -10.0 * np.log10(np.square(image.clip(0, 1) ** (1 / 2.2) - linear ** (1 / 2.2)).mean())
        for image in (noisy, restored)
    )
    assert after - before > 2.0, (before, after)
    assert restored.mean() == pytest.approx(noisy.mean(), rel=0.005)


def test_the_single_task_and_python_restore_raw_photographs(tmp_path: Path) -> None:
    write_dng(tmp_path / "in.dng", mosaic_of(two_colors(64, 96), "RGGB"))
    command = ["--offline", "--task", "single", "--seconds", "1", "--device", "cpu", "--quiet"]
    command += ["--input", str(tmp_path / "in.dng"), "--output", str(tmp_path / "out")]
    assert main(command) == 0
    assert (tmp_path / "out" / "in.tif").exists()
    pixels = api_restore(tmp_path / "in.dng", output=tmp_path / "out" / "b.exr", device="cpu")
    written = oiio.ImageBuf(str(tmp_path / "out" / "b.exr")).get_pixels(oiio.FLOAT)
    np.testing.assert_array_equal(written, pixels)
    with pytest.raises(UsageError, match="linear light is written to"):
        api_restore(tmp_path / "in.dng", output=tmp_path / "out" / "b.png", device="cpu")


def test_files_that_cannot_be_restored_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = network_part(load_image_restorer(None, PHOTO, torch.device("cpu")))
    (tmp_path / "text.nef").write_text("no photograph")
    command = ["restore", str(tmp_path / "text.nef"), "--output", str(tmp_path / "out"), "--quiet"]
    assert main(command) == USER_ERROR
    error = capsys.readouterr().err
    assert "text.nef: " in error.splitlines()[-1]
    write_dng(tmp_path / "a.dng", mosaic_of(two_colors(64, 96), "RGGB"))
    content = (tmp_path / "a.dng").read_bytes()
    (tmp_path / "short.dng").write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"short\.dng: "):
        restored_raw(part, tmp_path / "short.dng")
    tifffile.imwrite(
        tmp_path / "linear.dng",
        np.zeros((64, 64, 3), np.uint16),
        photometric="linear_raw",
        extratags=[(50706, 1, 4, bytes((1, 4, 0, 0)), True), (50708, 2, 0, "Linear camera", True)],
    )
    with pytest.raises(DataError, match=r"linear\.dng: .*2 x 2 are supported"):
        restored_raw(part, tmp_path / "linear.dng")
