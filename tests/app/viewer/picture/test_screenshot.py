"""Screenshots are files that other programs can read.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from app.base.errors import UsageError
from app.viewer.picture.screenshot import save_screenshot
from tests.app.reports import DENOISED_COLOR
from tests.app.reports import SIZE
from tests.app.reports import make_report


def test_screenshot_writes_png_pixels_and_exr_layers(tmp_path: Path) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    picture = save_screenshot(tmp_path / "new", make_report(), pixels)
    np.testing.assert_array_equal(oiio.ImageBuf(str(picture)).get_pixels(oiio.UINT8), pixels)
    exr = oiio.ImageBuf(str(picture.with_suffix(".exr")))
    names = exr.spec().channelnames
    assert names[:3] == ("R", "G", "B")
    assert {"albedo.R", "normal.Z", "depth.Z", "noisy.G", "mean.B", "reference.R"} <= set(names)
    np.testing.assert_allclose(exr.getpixel(5, 7)[:3], DENOISED_COLOR, rtol=1e-6)
    assert exr.getpixel(5, 7)[names.index("depth.Z")] == 3.0


def test_screenshot_of_a_single_frame_has_no_reference_layer(tmp_path: Path) -> None:
    report = make_report()
    moving = replace(report, reference_spp=2 * report.pair.spp)
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    exr = save_screenshot(tmp_path, moving, pixels).with_suffix(".exr")
    names = oiio.ImageBuf(str(exr)).spec().channelnames
    assert "mean.R" in names and "reference.R" not in names


def test_screenshots_get_increasing_numbers_and_overwrite_nothing(tmp_path: Path) -> None:
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    names = [save_screenshot(tmp_path, make_report(), pixels).name for _ in range(3)]
    assert names == ["screenshot-001.png", "screenshot-002.png", "screenshot-003.png"]
    assert len(list(tmp_path.iterdir())) == 6, "temporary files left behind"
    (tmp_path / "screenshot-002.png").unlink()
    assert save_screenshot(tmp_path, make_report(), pixels).name == "screenshot-004.png"


def test_screenshot_to_an_impossible_folder_is_a_one_line_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError) as caught:
        save_screenshot(tmp_path / "file" / "folder", make_report(), np.zeros((1, 1, 3), np.uint8))
    assert "\n" not in str(caught.value)
