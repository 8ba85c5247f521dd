"""Scan files: npz, NIfTI and PNG, split by subject, one-line errors for broken files."""

from __future__ import annotations

import zipfile
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

from denoiser.errors import DataError
from denoiser.restoration.corruptions.kspace import SIDE
from denoiser.restoration.scans.dataset import read_scans


def slices(count: int, side: int = 64, seed: int = 0) -> np.ndarray:
    """(count, side, side) uint8 random slices, none of them empty."""
    return np.random.default_rng(seed).integers(1, 255, (count, side, side), np.uint8)


def write_npz(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def test_npz_slices_are_centered_in_odd_squares_and_empty_ones_dropped(tmp_path: Path) -> None:
    stored = slices(4)
    stored[3] = 0
    path = write_npz(tmp_path / "a.npz", slices=stored, subject=np.array(["x", "x", "y", "y"]))
    scans = read_scans(path)
    assert len(scans.images) == 3 and scans.subjects == ("x", "x", "y"), "empty slice not dropped"
    image = scans.images.image(0)
    assert image.shape == (1, SIDE, SIDE)
    inner = (image[0, 95 : 95 + 64, 95 : 95 + 64].numpy() + 0.5) * 255
    np.testing.assert_allclose(inner, stored[0], atol=1e-3)
    assert float(image[0, :90].max()) == -0.5


def test_volumes_are_normalised_and_each_is_one_subject(tmp_path: Path) -> None:
    for name, scale in (("s1.nii.gz", 500.0), ("s2.nii", 3.0)):
        volume = np.random.default_rng(1).random((300, 40, 5)).astype(np.float32) * scale
        nibabel.save(nibabel.Nifti1Image(volume, np.eye(4)), tmp_path / name)
    scans = read_scans(tmp_path)
    assert set(scans.subjects) == {"s1", "s2"} and len(scans.images) == 10
    assert max(float(scans.images.image(i).max()) for i in range(5)) == pytest.approx(0.5)
    assert len(read_scans(tmp_path / "s2.nii").images) == 5


@pytest.mark.parametrize(
    "names", [("p1/a.png", "p1/b.png", "p2/a.png"), ("p1-01.png", "p1-02.png", "p2-01.png")]
)
def test_subjects_of_png_files_come_from_folder_or_file_names(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(slices(1)[0]).save(tmp_path / name)
    assert read_scans(tmp_path).subjects == ("p1", "p1", "p2")


def test_training_and_test_sets_share_no_subject(tmp_path: Path) -> None:
    subjects = np.repeat([f"s{i:02d}" for i in range(20)], 3)
    path = write_npz(tmp_path / "a.npz", slices=slices(60), subject=subjects)
    scans = read_scans(path)
    train, test = scans.split(0)
    sides = [{name.split("-")[0] for name in part.names} for part in (train, test)]
    assert not sides[0] & sides[1] and len(sides[1]) == 4
    assert (len(train), len(test)) == (48, 12)
    assert scans.split(0)[1].names == test.names != scans.split(1)[1].names


@pytest.mark.parametrize(
    "case",
    [
        "missing",
        "no npz",
        "no subject",
        "nan",
        "flat",
        "one subject",
        "empty",
        "nan volume",
        "no volume",
        "no bytes",
        "one array",
        "subject of all",
        "unknown voxels",
        "cut volume",
        "empty volume",
        "text slices",
        "no array",
        "unclosed header",
        "no rows",
    ],
)
def test_invalid_scan_files_raise_one_line_errors(tmp_path: Path, case: str) -> None:
    path = tmp_path / "a.npz"
    if case == "no npz":
        path.write_text("no")
    elif case == "no subject":
        write_npz(path, slices=slices(2))
    elif case == "nan":
        write_npz(path, slices=np.full((2, 8, 8), np.nan, np.float32), subject=np.array(["a", "b"]))
    elif case == "flat":
        write_npz(path, slices=slices(2)[0], subject=np.array(["a"] * 64))
    elif case == "no rows":
        write_npz(path, slices=np.zeros((2, 0, 8), np.float32), subject=np.array(["a", "b"]))
    elif case == "one subject":
        write_npz(path, slices=slices(2), subject=np.array(["a", "a"]))
    elif case == "empty":
        write_npz(path, slices=0 * slices(2), subject=np.array(["a", "b"]))
    elif case == "nan volume":
        path = tmp_path / "a.nii"
        volume = np.full((8, 8, 8), np.nan, np.float32)
        nibabel.save(nibabel.Nifti1Image(volume, np.eye(4)), path)
    elif case == "no volume":
        path = tmp_path / "a.nii.gz"
        path.write_bytes(b"\x1f\x8b nothing")
    elif case == "no bytes":
        path.write_bytes(b"")
    elif case == "one array":
        np.save(tmp_path / "a.npy", slices(2))
        (tmp_path / "a.npy").rename(path)
    elif case == "subject of all":
        write_npz(path, slices=slices(2), subject=np.array("a"))
    elif case == "unknown voxels":
        path = tmp_path / "a.nii"
        nibabel.save(nibabel.Nifti1Image(np.ones((8, 8, 8), np.float32), np.eye(4)), path)
        header = bytearray(path.read_bytes())
        header[70:72] = (999).to_bytes(2, "little")
        path.write_bytes(header)
    elif case == "cut volume":
        path = tmp_path / "a.nii.gz"
        noise = np.random.default_rng(0).random((16, 16, 16)).astype(np.float32)
        nibabel.save(nibabel.Nifti1Image(noise, np.eye(4)), path)
        path.write_bytes(path.read_bytes()[:4000])
    elif case == "empty volume":
        path = tmp_path / "a.nii"
        nibabel.save(nibabel.Nifti1Image(np.ones((8, 8, 8), np.float32), np.eye(4)), path)
        header = bytearray(path.read_bytes())
        header[42:44] = bytes(2)
        path.write_bytes(header)
    elif case == "text slices":
        write_npz(path, slices=np.full((2, 8, 8), "a"), subject=np.array(["a", "b"]))
    elif case in ("no array", "unclosed header"):
        # An entry without the signature of an array is bytes to NumPy.
        np.save(tmp_path / "slices.npy", slices(2))
        entry = (tmp_path / "slices.npy").read_bytes()
        entry = b"bytes" if case == "no array" else entry.replace(b"}", b" ")
        write_npz(path, subject=np.array(["a", "b"]))
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("slices.npy", entry)
    with pytest.raises(DataError) as caught:
        read_scans(path).split(0)
    assert "\n" not in str(caught.value)
    if case == "one array":
        assert "holds one array" in str(caught.value)
