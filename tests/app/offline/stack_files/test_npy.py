"""NumPy arrays and archives of them are written back as they were."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from app.offline.stack_files.formats import open_stack_file
from denoiser.errors import DataError
from tests.app.offline.stack_files.rewriting import halved
from tests.app.offline.stack_files.rewriting import random_values
from tests.app.offline.stack_files.rewriting import rewrite


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["u1", ">u2", "i4", "f2", "f8"])
def test_an_array_keeps_type_and_order(dtype: str, order: str, tmp_path: Path) -> None:
    values = np.asarray(random_values((5, 12, 14), dtype), order=order)  # type: ignore
    np.save(tmp_path / "in.npy", values)
    assert rewrite(tmp_path / "in.npy", tmp_path / "out.npy", tmp_path / "scratch") == ()
    new = np.load(tmp_path / "out.npy")
    np.testing.assert_array_equal(new, halved(values))
    assert (new.dtype, new.flags.f_contiguous) == (values.dtype, order == "F")


@pytest.mark.parametrize(
    "shape, expected",
    [
        ((12, 14), (1, 1, 12, 14)),
        ((5, 12, 14), (1, 5, 12, 14)),
        ((5, 12, 14, 3), (3, 5, 12, 14)),
        ((12, 14, 3), (3, 1, 12, 14)),
        ((2, 5, 12, 14), (2, 5, 12, 14)),
        ((5, 12, 3), (3, 1, 5, 12)),
        ((5, 4, 3), (1, 5, 4, 3)),
    ],
)
def test_axes_of_an_array(
    shape: tuple[int, ...], expected: tuple[int, ...], tmp_path: Path
) -> None:
    np.save(tmp_path / "a.npy", np.zeros(shape))
    assert open_stack_file(tmp_path / "a.npy", tmp_path).groups[0].values.shape == expected


def test_an_archive_keeps_its_members_and_their_compression(tmp_path: Path) -> None:
    volume, image = random_values((5, 12, 14), "f8"), random_values((12, 14), "u2")
    names = np.array(["a", "b"])
    np.savez_compressed(tmp_path / "in.npz", volume=volume, names=names, image=image)
    rewrite(tmp_path / "in.npz", tmp_path / "out.npz", tmp_path / "scratch")
    with np.load(tmp_path / "out.npz") as new:
        assert new.files == ["volume", "names", "image"]
        np.testing.assert_array_equal(new["volume"], halved(volume))
        np.testing.assert_array_equal(new["image"], halved(image))
        np.testing.assert_array_equal(new["names"], names)
    for entry in zipfile.ZipFile(tmp_path / "out.npz").infolist():
        assert entry.compress_type == zipfile.ZIP_DEFLATED


def test_unusable_files_are_refused_in_one_line(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", random_values((5, 12, 14), "f8"))
    content = (tmp_path / "a.npy").read_bytes()
    for kept in (0, 20, 200):
        (tmp_path / "b.npy").write_bytes(content[:kept])
        with pytest.raises(DataError, match=r"b\.npy: "):
            open_stack_file(tmp_path / "b.npy", tmp_path)
    for name, array in (
        ("row", np.zeros(5)),
        ("empty", np.zeros((0, 3, 4))),
        ("text", np.full((3, 4), "a")),
        ("truths", np.zeros((3, 4), bool)),
    ):
        np.save(tmp_path / f"{name}.npy", array)
        with pytest.raises(DataError, match=rf"{name}\.npy: "):
            open_stack_file(tmp_path / f"{name}.npy", tmp_path)
    np.savez(tmp_path / "names.npz", names=np.array(["a"]))
    with pytest.raises(DataError, match="no image data"):
        open_stack_file(tmp_path / "names.npz", tmp_path)
    (tmp_path / "c.npz").write_bytes(b"PK\3\4 broken")
    with pytest.raises(DataError, match="damaged archive"):
        open_stack_file(tmp_path / "c.npz", tmp_path)
