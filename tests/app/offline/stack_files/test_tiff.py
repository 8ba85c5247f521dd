"""TIFF stacks are written back with every tag, whatever their layout and compression."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from app.offline.stack_files.formats import open_stack_file
from denoiser.errors import DataError
from tests.app.offline.stack_files.rewriting import halved
from tests.app.offline.stack_files.rewriting import random_values
from tests.app.offline.stack_files.rewriting import rewrite

DERIVED = {"StripOffsets", "StripByteCounts", "TileOffsets", "TileByteCounts"}
GREY = {"photometric": "minisblack"}
LAYOUTS: dict[str, tuple[tuple[int, ...], str, dict[str, Any]]] = {
    "plain": ((5, 40, 50), "u2", GREY),
    "signed": ((5, 40, 50), "i2", GREY),
    "big-endian": ((5, 40, 50), "u2", {**GREY, "byteorder": ">"}),
    "bigtiff": ((5, 40, 50), "f4", {**GREY, "bigtiff": True}),
    "deflate": ((5, 40, 50), "u2", {**GREY, "compression": "zlib", "predictor": True}),
    "strips": ((5, 40, 50), "f8", {**GREY, "compression": "zlib", "rowsperstrip": 7}),
    "lzw": ((5, 40, 50), "u2", {**GREY, "compression": "lzw", "predictor": True}),
    "packbits": ((5, 40, 50), "u1", {**GREY, "compression": "packbits"}),
    "float predictor": ((5, 40, 50), "f4", {**GREY, "compression": "zlib", "predictor": True}),
    "tiles": ((5, 40, 50), "f4", {**GREY, "tile": (16, 32)}),
    "compressed tiles": ((5, 40, 50), "f4", {**GREY, "tile": (16, 32), "compression": "zlib"}),
    "rgb": ((4, 40, 50, 3), "u1", {"photometric": "rgb", "compression": "zlib"}),
    "planar": ((4, 3, 40, 50), "u1", {"photometric": "rgb", "planarconfig": "separate"}),
    "one": ((40, 50), "u2", GREY),
    "imagej": (
        (5, 40, 50),
        "u2",
        {"imagej": True, "metadata": {"axes": "ZYX", "spacing": 0.5, "unit": "um"}},
    ),
    "ome": (
        (2, 3, 6, 40, 50),
        "u1",
        {"ome": True, "metadata": {"axes": "TCZYX", "PhysicalSizeZ": 1.5}, "compression": "zlib"},
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_values_are_replaced_and_tags_stay(layout: str, tmp_path: Path) -> None:
    shape, dtype, arguments = LAYOUTS[layout]
    values = random_values(shape, dtype)
    tifffile.imwrite(tmp_path / "in.tif", values, software="a microscope", **arguments)
    assert rewrite(tmp_path / "in.tif", tmp_path / "out.tif", tmp_path / "scratch") == ()
    with tifffile.TiffFile(tmp_path / "in.tif") as old, tifffile.TiffFile(
        tmp_path / "out.tif"
    ) as new:
        np.testing.assert_array_equal(new.asarray().reshape(shape), halved(values))
        assert new.series[0].axes == old.series[0].axes and len(new.pages) == len(old.pages)
        for before, after in zip(old.pages, new.pages):
            was, now = ({t.name: t.value for t in page.aspage().tags} for page in (before, after))
            assert was.keys() == now.keys()
            assert all(was[name] == now[name] for name in was.keys() - DERIVED)


def test_slices_lie_along_depth_and_channels_are_sequences(tmp_path: Path) -> None:
    values = random_values((2, 3, 6, 8, 9), "u1")
    tifffile.imwrite(tmp_path / "a.ome.tif", values, ome=True, metadata={"axes": "TCZYX"})
    group = open_stack_file(tmp_path / "a.ome.tif", tmp_path).groups[0]
    assert group.values.shape == (6, 6, 8, 9) and group.limits == (0.0, 255.0)
    np.testing.assert_array_equal(group.values.plane(4, 2), values[1, 1, 2])


def test_every_series_of_a_file_is_restored(tmp_path: Path) -> None:
    values = [random_values((3, 40, 50), "u2"), random_values((20, 30), "f4")]
    with tifffile.TiffWriter(tmp_path / "in.tif") as file:
        for each in values:
            file.write(each, photometric="minisblack")
    rewrite(tmp_path / "in.tif", tmp_path / "out.tif", tmp_path / "scratch")
    with tifffile.TiffFile(tmp_path / "out.tif") as new:
        for series, each in zip(new.series, values):
            np.testing.assert_array_equal(series.asarray(), halved(each))


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_lower_resolutions_of_a_pyramid_are_means_of_the_restored_one(
    compression: str | None, tmp_path: Path
) -> None:
    values = random_values((3, 64, 80), "u2")
    arguments: dict[str, Any] = {**GREY, "tile": (16, 16), "compression": compression}
    with tifffile.TiffWriter(tmp_path / "in.ome.tif", ome=True) as file:
        file.write(values, subifds=2, metadata={"axes": "ZYX"}, **arguments)
        file.write(values[:, ::2, ::2], subfiletype=1, **arguments)
        file.write(values[:, ::4, ::4], subfiletype=1, **arguments)
    rewrite(tmp_path / "in.ome.tif", tmp_path / "out.ome.tif", tmp_path / "scratch")
    with tifffile.TiffFile(tmp_path / "out.ome.tif") as new:
        levels = [level.asarray() for level in new.series[0].levels]
    np.testing.assert_array_equal(levels[0], halved(values))
    for level, side in zip(levels[1:], (2, 4), strict=True):
        blocks = halved(values).reshape(3, 64 // side, side, 80 // side, side).astype(float)
        np.testing.assert_array_equal(level, np.rint(blocks.mean((2, 4))))


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ({"compression": "jpeg"}, "compressed with JPEG"),
        ({"photometric": "palette", "colormap": np.zeros((3, 256), np.uint16)}, "palettes"),
    ],
)
def test_pixels_that_cannot_be_written_back_are_refused(
    arguments: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", random_values((16, 16), "u1"), **arguments)
    with pytest.raises(DataError, match=reason):
        open_stack_file(tmp_path / "a.tif", tmp_path)


def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", random_values((5, 40, 50), "u2"), compression="zlib")
    content = (tmp_path / "a.tif").read_bytes()
    for kept in (3, 100, len(content) // 2):
        (tmp_path / "b.tif").write_bytes(content[:kept])
        with pytest.raises(DataError, match=r"b\.tif: "):
            open_stack_file(tmp_path / "b.tif", tmp_path)
