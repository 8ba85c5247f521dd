"""One image without the denoiser: layers of the EXR, tone curve of the PNG.

Host code.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from app.headless.render_image import PASS_SPP
from app.main import USER_ERROR
from tests.app.runs import SIZE
from tests.app.runs import run

SPP = PASS_SPP + 4  # two render passes with different sample counts
NAMES = (
    *("R", "G", "B", "albedo.R", "albedo.G", "albedo.B"),
    *("normal.X", "normal.Y", "normal.Z", "depth.Z"),
)


def pixels_of(path: Path) -> tuple[tuple[str, ...], np.ndarray]:
    """Channel names and pixels (H, W, C) float32 of an image file."""
    image = oiio.ImageBuf(str(path))
    pixels = image.get_pixels(oiio.FLOAT)
    assert pixels is not None and pixels.shape[:2] == SIZE[::-1]
    return tuple(image.spec().channelnames), pixels


def test_exr_has_radiance_and_features(tmp_path: Path) -> None:
    path = tmp_path / "new" / "picture.exr"
    assert run("--render", path, "--spp", str(SPP)) == 0
    assert [item.name for item in path.parent.iterdir()] == [path.name]
    names, pixels = pixels_of(path)
    assert sorted(names) == sorted(NAMES) and np.isfinite(pixels).all()
    layer = dict(zip(names, np.moveaxis(pixels, -1, 0)))
    for name in ("albedo.R", "albedo.G", "albedo.B"):
        assert 0.0 <= layer[name].min() and 0.3 < layer[name].max() <= 1.0 + 1e-5
    # Seen from the front, the left wall is red and the right wall green.
    row = SIZE[1] // 2
    assert layer["albedo.R"][row, 1] > 2 * layer["albedo.G"][row, 1]
    assert layer["albedo.G"][row, -2] > 2 * layer["albedo.R"][row, -2]
    length = np.sqrt(sum(layer[f"normal.{axis}"] ** 2 for axis in "XYZ"))
    assert length.max() <= 1.0 + 1e-5 and np.median(length) > 0.95
    assert layer["depth.Z"].max() > layer["depth.Z"].min() > 0.0


def test_render_takes_its_camera_from_the_first_keyframe(tmp_path: Path) -> None:
    """The first keyframe looks out of the open front of the box, so no pixel hits a surface."""
    key = {"time": 3.0, "position": [0.0, 1.0, 6.8], "forward": [0, 0, 1], "up": [0, 1, 0]}
    other = key | {"time": 4.0, "forward": [0, 0, -1]}
    path = tmp_path / "path.json"
    content = {"format": "hush-camera-path", "version": 1, "keyframes": [key, other]}
    path.write_text(json.dumps(content))
    assert run("--render", tmp_path / "out.exr", "--spp", "1", "--path", str(path)) == 0
    names, pixels = pixels_of(tmp_path / "out.exr")
    assert not pixels[..., names.index("depth.Z")].any()
    words = ("--spp", "1", "--path", str(tmp_path / "none.json"))
    assert run("--render", tmp_path / "other.exr", *words) == USER_ERROR
    assert not (tmp_path / "other.exr").exists()


def test_png_is_the_exr_with_the_papers_tone_curve(tmp_path: Path) -> None:
    for name in ("picture.exr", "picture.png"):
        assert run("--render", tmp_path / name, "--spp", str(SPP), "--seed", "3") == 0
    names, radiance = pixels_of(tmp_path / "picture.exr")
    channels = [names.index(name) for name in "RGB"]
    color = radiance[..., channels]
    _, png = pixels_of(tmp_path / "picture.png")
    np.testing.assert_allclose(png, (color / (1 + color)) ** (1 / 2.2), atol=0.51 / 255)


@pytest.mark.parametrize("suffix", [".exr", ".PNG"])
def test_image_file_suffix_is_case_insensitive(tmp_path: Path, suffix: str) -> None:
    assert run("--render", tmp_path / f"p{suffix}", scene="furnace") == 0
    assert (tmp_path / f"p{suffix}").stat().st_size > 0


def test_furnace_mean_radiance_is_one(tmp_path: Path) -> None:
    """The mean over render passes of unequal sample counts is unbiased."""
    path = tmp_path / "furnace.exr"
    words = ("--spp", str(SPP), "--max-depth", "64")
    assert run("--render", path, *words, scene="furnace") == 0
    _, pixels = pixels_of(path)
    np.testing.assert_allclose(pixels[..., :3].mean(), 1.0, rtol=0.02)
