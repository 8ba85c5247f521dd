"""A folder of TIFF images is one stack: order of the slices, and files written back one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from app.offline.stack_files.formats import open_stack_file
from denoiser.errors import DataError
from tests.app.offline.stack_files.rewriting import halved
from tests.app.offline.stack_files.rewriting import random_values
from tests.app.offline.stack_files.rewriting import rewrite


def write_slices(folder: Path, values: np.ndarray, **arguments: object) -> None:
    """Write slice k as `Slice_k.tif`, without leading zeros."""
    folder.mkdir()
    for number, each in enumerate(values):
        tifffile.imwrite(folder / f"Slice_{number}.tif", each, software="a scanner", **arguments)


@pytest.mark.parametrize(
    "shape, dtype, arguments",
    [
        ((12, 40, 50), "u2", {"compression": "zlib", "predictor": True}),
        ((12, 40, 50), "f4", {"byteorder": ">"}),
        ((11, 40, 50, 3), "u1", {"photometric": "rgb"}),
    ],
)
def test_slices_follow_the_numbers_in_their_names_and_tags_stay(
    shape: tuple[int, ...], dtype: str, arguments: dict[str, object], tmp_path: Path
) -> None:
    values = random_values(shape, dtype)
    write_slices(tmp_path / "in", values, **arguments)
    (tmp_path / "in" / "notes.txt").write_text("exposure 10 ms")
    group = open_stack_file(tmp_path / "in", tmp_path).groups[0]
    assert group.values.shape == (3 if len(shape) > 3 else 1, *shape[:3])
    plane = values[10, ..., 2] if len(shape) > 3 else values[10]
    np.testing.assert_array_equal(group.values.plane(len(shape[3:]) * 2, 10), plane)
    assert rewrite(tmp_path / "in", tmp_path / "out", tmp_path / "scratch") == ()
    assert len(list((tmp_path / "out").iterdir())) == len(values)
    for number, each in enumerate(values):
        with tifffile.TiffFile(tmp_path / "out" / f"Slice_{number}.tif") as new:
            np.testing.assert_array_equal(new.asarray(), halved(each))
            assert new.pages[0].tags["Software"].value == "a scanner"
            assert new.byteorder == arguments.get("byteorder", "<")


@pytest.mark.parametrize(
    "last, reason",
    [
        (random_values((40, 51), "u2"), r"Slice_3\.tif: 51x40 pixels.*Slice_0\.tif has 50x40"),
        (random_values((40, 50), "f4"), "1 channels of float32, but"),
        (random_values((3, 40, 50), "u2"), "several slices"),
    ],
)
def test_slices_that_do_not_fit_are_refused(last: np.ndarray, reason: str, tmp_path: Path) -> None:
    write_slices(tmp_path / "in", random_values((3, 40, 50), "u2"))
    tifffile.imwrite(tmp_path / "in" / "Slice_3.tif", last, photometric="minisblack")
    with pytest.raises(DataError, match=reason):
        open_stack_file(tmp_path / "in", tmp_path)


def test_a_damaged_slice_is_named(tmp_path: Path) -> None:
    write_slices(tmp_path / "in", random_values((3, 40, 50), "u2"))
    damaged = tmp_path / "in" / "Slice_1.tif"
    damaged.write_bytes(damaged.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"Slice_1\.tif: "):
        open_stack_file(tmp_path / "in", tmp_path)
