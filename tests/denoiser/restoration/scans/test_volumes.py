"""NIfTI volumes as axial slices: orientation, colours, complex numbers, NaN, negative values.

Host code. The files of `tests/cases/restoration` are synthetic blobs.
"""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest

from denoiser.errors import DataError
from denoiser.restoration.scans.dataset import read_scans
from denoiser.restoration.scans.volumes import read_axial_slices

CASES = Path(__file__).resolve().parents[3] / "cases" / "restoration"


def save(path: Path, values: np.ndarray, affine: np.ndarray | None = None) -> Path:
    nibabel.save(nibabel.Nifti1Image(values, np.eye(4) if affine is None else affine), path)
    return path


def test_a_volume_gives_the_same_axial_slices_however_its_axes_are_stored() -> None:
    ras, notes = read_axial_slices(CASES / "axes_ras.nii.gz")
    pir, others = read_axial_slices(CASES / "axes_pir_same_volume.nii.gz")
    assert len(ras) == len(pir) == 30 and not notes and not others
    assert ras[0].shape == (48, 40)  # rows along y, columns along x
    np.testing.assert_allclose(np.stack(pir), np.stack(ras), atol=1e-6)
    assert np.stack(ras).max() == pytest.approx(1.0)


def test_rows_run_towards_the_back_and_columns_to_the_right(tmp_path: Path) -> None:
    values = np.zeros((4, 5, 3), np.float32)
    values[3, 4, 0] = 2.0  # right, front, bottom
    slices, _ = read_axial_slices(save(tmp_path / "a.nii", values))
    assert slices[0].shape == (5, 4) and slices[0][0, 3] == 1.0


def test_one_slice_is_a_volume(tmp_path: Path) -> None:
    slices, notes = read_axial_slices(CASES / "one_slice.nii.gz")
    assert len(slices) == 1 and slices[0].shape == (48, 40) and not notes
    flat = save(tmp_path / "flat.nii", np.ones((6, 7), np.float32))
    assert [one.shape for one in read_axial_slices(flat)[0]] == [(7, 6)]


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("negative_values.nii.gz", "values from -499.991 were shifted so that the smallest is 0"),
        ("nan_background.nii.gz", "1440 values that are not a number were taken as 0"),
        ("rgb24.nii.gz", "colours were taken as their luminance"),
    ],
)
def test_what_is_changed_is_noted(name: str, note: str) -> None:
    slices, notes = read_axial_slices(CASES / name)
    assert len(slices) == 30 and notes == (f"{CASES / name}: {note}",)
    values = np.stack(slices)
    assert np.isfinite(values).all() and values.max() == 1.0 and values.min() >= 0.0
    assert read_scans(CASES / name).notes == notes


def test_complex_values_are_taken_as_their_magnitude(tmp_path: Path) -> None:
    values = np.full((4, 4, 2), 3 + 4j, np.complex64)
    values[0, 0, 0] = 10.0
    slices, notes = read_axial_slices(save(tmp_path / "a.nii", values))
    assert slices[1][0, 0] == pytest.approx(0.5) and "magnitude" in notes[0]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.ones((4, 4, 4, 3), np.float32), "4 dimensions, but a volume has 3"),
        (np.full((4, 4, 4), np.inf, np.float32), "64 values are infinite"),
        (np.zeros((4, 4, 4), np.float32), "no voxel is above 0"),
    ],
)
def test_unusable_volumes_raise_one_line(tmp_path: Path, values: np.ndarray, reason: str) -> None:
    path = save(tmp_path / "a.nii", values)
    with pytest.raises(DataError, match=f"{path}: {reason}"):
        read_axial_slices(path)


@pytest.mark.parametrize(
    ("values", "white", "note"),
    [
        (np.array([0, 255], np.uint8), 255, None),
        (np.array([0, 65535], np.uint16), 65535, None),
        (np.array([0.0, 0.5], np.float32), 1, None),
        (np.array([0, 4000], np.int16), 4000, "values up to 4000 were divided by the largest"),
        (np.array([0.0, 8.0]), 8, "values up to 8 were divided by the largest"),
        (np.array([-2.0, 2.0]), 4, "values from -2 were shifted"),
    ],
)
def test_archives_of_any_type_are_scaled_by_a_stated_rule(
    tmp_path: Path, values: np.ndarray, white: float, note: str | None
) -> None:
    np.savez(tmp_path / "a.npz", slices=np.tile(values, (2, 8, 4)), subject=np.array(["a", "b"]))
    scans = read_scans(tmp_path / "a.npz")
    shifted = values.astype(float) - min(float(values.min()), 0.0)
    found = float(scans.images.image(0).max()) + 0.5
    assert found == pytest.approx(float(shifted.max()) / white, abs=1e-5)
    assert not scans.notes if note is None else note in scans.notes[0]
