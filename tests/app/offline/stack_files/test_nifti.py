"""NIfTI volumes are written back with header, orientation and extensions, byte by byte."""

from __future__ import annotations

import gzip
from pathlib import Path

import nibabel
import numpy as np
import pytest

from app.offline.stack_files.formats import open_stack_file
from denoiser.errors import DataError
from tests.app.offline.stack_files.rewriting import halved
from tests.app.offline.stack_files.rewriting import random_values
from tests.app.offline.stack_files.rewriting import rewrite

AFFINE = np.array([[0, 0, 2.0, 1], [-1.5, 0, 0, 2], [0, 1, 0, 3], [0, 0, 0, 1]])


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", ["u1", "i2", ">i2", "u2", "f4", "f8"])
def test_values_are_replaced_and_the_header_stays(
    dtype: str, suffix: str, kind: type, tmp_path: Path
) -> None:
    values = random_values((14, 12, 5), dtype)
    header = kind.header_class(endianness=">" if dtype[0] == ">" else "<")  # type: ignore
    header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"scanned on Monday"))
    image = kind(values, AFFINE, header)
    image.set_data_dtype(values.dtype)
    image.header["descrip"] = b"a scan"
    image.header.set_slope_inter(0.25, -7.0)
    source, target = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    nibabel.save(image, source)
    assert rewrite(source, target, tmp_path / "scratch") == ()
    old, new = nibabel.load(source), nibabel.load(target)
    np.testing.assert_array_equal(new.dataobj.get_unscaled(), halved(old.dataobj.get_unscaled()))
    opened = gzip.open if suffix.endswith(".gz") else open
    start = new.dataobj.offset
    with opened(source, "rb") as a, opened(target, "rb") as b:
        assert a.read(start) == b.read(start)


def test_colours_complex_numbers_and_series_are_several_sequences(tmp_path: Path) -> None:
    rgb = np.zeros((14, 12, 5), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    rgb["G"] = random_values((14, 12, 5), "u1")
    nibabel.save(nibabel.Nifti1Image(rgb, AFFINE), tmp_path / "rgb.nii")
    groups = open_stack_file(tmp_path / "rgb.nii", tmp_path).groups
    assert [group.name for group in groups] == ["R", "G", "B"]
    rewrite(tmp_path / "rgb.nii", tmp_path / "new.nii", tmp_path / "scratch")
    new = np.asarray(nibabel.load(tmp_path / "new.nii").dataobj)
    np.testing.assert_array_equal(new["G"], rgb["G"] // 2)
    phases = (random_values((14, 12, 5), "f4") * (1 + 2j)).astype(np.complex64)
    nibabel.save(nibabel.Nifti1Image(phases, AFFINE), tmp_path / "phases.nii")
    names = [group.name for group in open_stack_file(tmp_path / "phases.nii", tmp_path).groups]
    assert names == ["real", "imaginary"]
    series = random_values((14, 12, 5, 3), "i2")
    nibabel.save(nibabel.Nifti1Image(series, AFFINE), tmp_path / "series.nii")
    values = open_stack_file(tmp_path / "series.nii", tmp_path).groups[0].values
    assert values.shape == (3, 5, 12, 14)
    np.testing.assert_array_equal(values.plane(2, 4), series[:, :, 4, 2].T)
    nibabel.save(nibabel.Nifti1Image(series[:, :, :1], AFFINE), tmp_path / "movie.nii")
    assert open_stack_file(tmp_path / "movie.nii", tmp_path).groups[0].values.shape[:2] == (1, 3)


def test_damaged_and_empty_files_are_refused_in_one_line(tmp_path: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(random_values((14, 12, 5), "i2"), AFFINE), tmp_path / "a.nii")
    content = (tmp_path / "a.nii").read_bytes()
    for kept in (0, 300, 400):
        (tmp_path / "b.nii").write_bytes(content[:kept])
        with pytest.raises(DataError, match=r"b\.nii: "):
            open_stack_file(tmp_path / "b.nii", tmp_path)
    (tmp_path / "c.nii.gz").write_bytes(gzip.compress(content)[:-40])
    with pytest.raises(DataError, match=r"c\.nii\.gz: damaged"):
        open_stack_file(tmp_path / "c.nii.gz", tmp_path)
    empty = np.zeros((0, 12, 5), np.int16)
    nibabel.save(nibabel.Nifti1Image(empty, AFFINE), tmp_path / "empty.nii")
    with pytest.raises(DataError, match="no values"):
        open_stack_file(tmp_path / "empty.nii", tmp_path)
