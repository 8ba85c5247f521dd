"""Image files: bit depths, encodings, alpha, embedded files and errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenes.images.encodings import decode_srgb
from scenes.images.encodings import encode_srgb
from scenes.images.encodings import linear_texels
from scenes.images.files import read_environment
from scenes.images.files import read_image
from scenes.images.files import read_image_bytes
from scenes.model.description import SceneError
from tests.scenes.image_fixtures import write_float
from tests.scenes.image_fixtures import write_png


def test_color_is_not_premultiplied_by_alpha(tmp_path: Path) -> None:
    texels = np.zeros((2, 3, 4), np.uint8)
    texels[0, 0] = (200, 100, 50, 10)
    write_png(tmp_path / "a.png", texels)
    assert np.array_equal(read_image(tmp_path / "a.png").texels, texels)


def test_grey_image_is_expanded_to_rgba(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((1, 1, 1), 77, np.uint8))
    assert read_image(tmp_path / "a.png").texels.tolist() == [[[77, 77, 77, 255]]]


def test_16_bit_png_is_converted_to_8_bits(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((1, 1, 3), 32896, np.uint16))
    assert read_image(tmp_path / "a.png").texels[0, 0, 0] == 128


def test_exr_reflectance_is_srgb_encoded_by_default(tmp_path: Path) -> None:
    write_float(tmp_path / "a.exr", np.full((2, 2, 3), 0.2158605))
    assert read_image(tmp_path / "a.exr").texels[0, 0, 0] == 128
    assert read_image(tmp_path / "a.exr", is_srgb=False).texels[0, 0, 0] == 55


def test_hdr_light_image_keeps_values_above_one(tmp_path: Path) -> None:
    radiance = np.array([[[80.0, 4.0, 0.25], [0.5, 0.25, 1.0]], [[0, 0, 0], [255.6, 1e-3, 0]]])
    write_float(tmp_path / "a.exr", radiance)
    image = read_image(tmp_path / "a.exr", is_light=True)
    step = radiance.max(axis=2, keepdims=True) / 255
    assert (np.abs(linear_texels(image) - radiance) <= step).all()
    # Images that are not light are clipped to 1; 8-bit images are at most 1 as light too.
    assert linear_texels(read_image(tmp_path / "a.exr")).max() == 1.0
    write_png(tmp_path / "a.png", np.full((1, 1, 3), 255, np.uint8))
    assert linear_texels(read_image(tmp_path / "a.png", is_light=True)).max() == 1.0


def test_image_bytes_are_decoded_or_rejected(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 9, np.uint8))
    image = read_image_bytes((tmp_path / "a.png").read_bytes(), "images[0]")
    assert image.texels[0, 0].tolist() == [9, 9, 9, 255]
    with pytest.raises(SceneError, match="images.1.: not an image"):
        read_image_bytes(b"hello", "images[1]")


@pytest.mark.parametrize("suffix", [".exr", ".hdr"])
def test_environment_image_keeps_hdr_radiance(tmp_path: Path, suffix: str) -> None:
    radiance = np.array([[[8.0, 4.0, 2.0], [0.5, 0.25, 1.0]]])
    write_float(tmp_path / f"a{suffix}", radiance)
    read, _ = read_environment(tmp_path / f"a{suffix}")
    assert read.dtype == np.float32 and read.shape == (1, 2, 3)
    # RGBE stores 8-bit mantissas that share the exponent of the largest channel.
    assert np.allclose(read, radiance, rtol=1e-2)


def test_missing_and_damaged_images_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="a.png: no such file"):
        read_image(tmp_path / "a.png")
    write_png(tmp_path / "a.png", np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8))
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:3000])
    with pytest.raises(SceneError, match="a.png: damaged image"):
        read_image(tmp_path / "a.png")
    (tmp_path / "b.hdr").write_bytes(b"hello")
    with pytest.raises(SceneError, match="b.hdr: not a readable image"):
        read_environment(tmp_path / "b.hdr")


def test_srgb_round_trip() -> None:
    values = np.linspace(0.0, 1.0, 256)
    assert np.allclose(encode_srgb(decode_srgb(values)), values, atol=1e-6)
