"""Reading of image files: formats, bit depths, channels, orientation, one-line errors, crops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest
import torch
from PIL import Image

from denoiser.errors import DataError
from denoiser.restoration import image_files
from denoiser.restoration.dataset import read_images
from denoiser.restoration.image_files import image_paths
from denoiser.restoration.image_files import read_pixels
from denoiser.restoration.image_files import to_channels
from denoiser.restoration.sample_images import TEST
from denoiser.restoration.sample_images import TRAINING
from denoiser.restoration.sample_images import default_test
from denoiser.restoration.sample_images import default_training
from denoiser.seeds import generator_at

SIZE = (20, 30)  # height and width
CASES = Path(__file__).resolve().parents[2] / "cases" / "restoration"


@pytest.fixture
def pixels() -> np.ndarray:
    """(20, 30, 3) uint8, smooth enough for JPEG."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    return np.stack([8 * x, 12 * y, 120 + 2 * x + y], axis=-1).astype(np.uint8)


def write(path: Path, pixels: np.ndarray, kind: str) -> Path:
    """Write `pixels` with OpenImageIO as values of type `kind`, and return `path`."""
    spec = oiio.ImageSpec(pixels.shape[1], pixels.shape[0], pixels.shape[2], kind)
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), spec) and output.write_image(pixels) and output.close()
    return path


@pytest.mark.parametrize("suffix", ["png", "tif", "webp", "jpg", "bmp"])
def test_every_file_format_decodes_to_the_written_pixels(
    tmp_path: Path, pixels: np.ndarray, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    options = {"jpg": {"quality": 100, "subsampling": 0}, "webp": {"lossless": True}}
    Image.fromarray(pixels).save(path, **options.get(suffix, {}))
    limit = 4 if suffix == "jpg" else 0
    assert np.abs(read_pixels(path).astype(int) - pixels).max() <= limit


@pytest.mark.parametrize(("kind", "white"), [("uint16", 65535), ("float", 1.0)])
def test_uint16_and_float_images_keep_their_precision(
    tmp_path: Path, pixels: np.ndarray, kind: str, white: float
) -> None:
    deep = (pixels / 255.0 * white).astype(np.uint16 if kind == "uint16" else np.float32)
    write(tmp_path / "deep.tif", deep, kind)
    np.testing.assert_array_equal(read_pixels(tmp_path / "deep.tif"), deep)
    image = read_images(tmp_path, 3).image(0)
    np.testing.assert_allclose(image.permute(1, 2, 0).numpy(), pixels / 255.0 - 0.5, atol=2e-5)


def test_grey_and_alpha_images_are_converted_to_network_channels(
    tmp_path: Path, pixels: np.ndarray
) -> None:
    Image.fromarray(pixels[..., 0]).save(tmp_path / "grey.png")
    rgba = np.dstack([pixels, np.full(SIZE, 77, np.uint8)])
    Image.fromarray(rgba).save(tmp_path / "rgba.png")
    grey, with_alpha = (read_pixels(tmp_path / name) for name in ("grey.png", "rgba.png"))
    assert to_channels(grey, 3).shape == (*SIZE, 3)
    np.testing.assert_array_equal(to_channels(grey, 3)[..., 2], pixels[..., 0])
    np.testing.assert_array_equal(to_channels(with_alpha, 3), pixels)
    luma = pixels.astype(float) @ (0.299, 0.587, 0.114)
    assert np.abs(to_channels(with_alpha, 1)[..., 0] - luma).max() <= 0.51


def test_exif_orientation_is_applied(tmp_path: Path, pixels: np.ndarray) -> None:
    turned = Image.fromarray(np.ascontiguousarray(np.rot90(pixels)))
    exif = turned.getexif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    turned.save(tmp_path / "turned.png", exif=exif)
    np.testing.assert_array_equal(read_pixels(tmp_path / "turned.png"), pixels)


def test_folders_are_listed_recursively_in_order_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.png", "a.jpg", ".hidden.png", "b/1.PNG", "notes.txt"):
        Image.new("RGB", (4, 4)).save(tmp_path / name, format="PNG")
    assert [p.relative_to(tmp_path).as_posix() for p in image_paths(tmp_path)] == [
        *("a.jpg", "b/1.PNG", "b/2.png")
    ]


@pytest.mark.parametrize(
    "case", ["missing", "empty", "text", "truncated", "small", "nan", "layers"]
)
def test_unusable_image_files_raise_one_line_errors(
    tmp_path: Path, pixels: np.ndarray, case: str
) -> None:
    folder = tmp_path / "pictures"
    if case != "missing":
        folder.mkdir()
    if case == "text":
        (folder / "a.png").write_text("no picture")
    if case == "truncated":
        Image.fromarray(np.random.default_rng(0).integers(0, 255, (99, 99, 3), np.uint8)).save(
            folder / "a.png"
        )
        data = (folder / "a.png").read_bytes()
        (folder / "a.png").write_bytes(data[: len(data) // 2])
    if case == "small":
        Image.fromarray(pixels).save(folder / "a.png")
    if case == "nan":
        write(folder / "a.tif", np.full((*SIZE, 3), np.nan, np.float32), "float")
    if case == "layers":
        write(folder / "a.exr", np.zeros((*SIZE, 7), np.float32), "float")
    with pytest.raises(DataError) as caught:
        read_images(folder, 3, min_side=25)
    message = str(caught.value)
    assert "\n" not in message and str(folder) in message


def test_default_training_and_test_images_are_disjoint_and_large_enough() -> None:
    assert not set(TRAINING) & set(TEST)
    for channels in (1, 3):
        images = default_training(channels), default_test(channels)
        assert [len(each) for each in images] == [11, 2]
        for image in images[0].pixels + images[1].pixels:
            assert image.shape[2] == channels and min(image.shape[:2]) >= 256


def test_horizontal_crop_positions_are_roughly_uniform() -> None:
    images = default_test(1)
    ramp = torch.arange(40).repeat(30, 1)[..., None].to(torch.uint8)
    ramps = type(images)((ramp,), ("ramp",))
    lefts = [
        int((float(ramps.crop(0, 8, generator_at("cpu", i))[0, 0, 0]) + 0.5) * 255 + 0.5)
        for i in range(3300)
    ]
    counts = np.bincount(lefts, minlength=33)
    assert len(counts) == 33 and counts.min() > 60 and counts.max() < 145


def test_too_many_pixels_raise_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(np.zeros((5, 8, 3), np.uint8)).save(tmp_path / "a.png")
    assert read_pixels(tmp_path / "a.png").shape == (5, 8, 3)
    monkeypatch.setattr(image_files, "MAX_PIXELS", 39)
    with pytest.raises(DataError, match="8 x 5 pixels are too many"):
        read_pixels(tmp_path / "a.png")


def test_all_pages_of_a_tiff_are_training_images() -> None:
    images = read_images(CASES / "five_pages.tif", 1)
    assert images.names == tuple(f"five_pages.tif#{page}" for page in range(1, 6))
    assert len({pixels.numpy().tobytes() for pixels in images.pixels}) == 5
    with pytest.raises(DataError, match="five_pages.tif: 5 pages, expected one"):
        read_pixels(CASES / "five_pages.tif")


def test_signal_channels_are_not_taken_for_colour_and_alpha() -> None:
    with pytest.raises(DataError, match="two_channels.tif: 2 channels, none of them alpha"):
        read_images(CASES / "two_channels.tif", 3)
