"""DICOM series are written back as derived series with the same geometry, types and units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.uid import ImplicitVRLittleEndian
from pydicom.uid import RLELossless

from app.offline.stack_files.formats import open_stack_file
from denoiser.errors import DataError
from denoiser.restoration.stacks.plane_array import PlaneArray
from tests.app.offline.stack_files.dicom_series import write_series
from tests.app.offline.stack_files.rewriting import random_values
from tests.app.offline.stack_files.rewriting import rewrite

DERIVED = {"ImageType", "SOPInstanceUID", "SeriesInstanceUID", "DerivationDescription", "PixelData"}


def by_place(folder: Path) -> list[Dataset]:
    """Images of a folder from the lowest to the highest."""
    images = [pydicom.dcmread(path) for path in folder.iterdir()]
    return sorted(images, key=lambda image: float(image.ImagePositionPatient[2]))


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("dtype", ["u2", "i2"])
def test_values_are_replaced_and_elements_stay(dtype: str, syntax: str, tmp_path: Path) -> None:
    stored = random_values((5, 12, 14), dtype) * 10
    write_series(tmp_path / "in", stored, syntax, RescaleSlope=0.5, RescaleIntercept=-20.0)
    assert rewrite(tmp_path / "in", tmp_path / "out", tmp_path / "scratch") == ()
    old, new = by_place(tmp_path / "in"), by_place(tmp_path / "out")
    assert {path.name for path in (tmp_path / "in").iterdir()} == {
        path.name for path in (tmp_path / "out").iterdir()
    }
    for before, after, values in zip(old, new, stored):
        half = (values * 0.5 - 20.0) / 2  # in the unit of the modality
        np.testing.assert_array_equal(after.pixel_array, np.rint((half + 20.0) / 0.5))
        assert after.file_meta.TransferSyntaxUID == syntax
        assert after.ImageType == ["DERIVED", "PRIMARY", "M"]
        assert after.SOPInstanceUID != before.SOPInstanceUID
        assert after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID
        for element in before:
            assert element.keyword in DERIVED or after[element.keyword] == element
    assert len({image.SeriesInstanceUID for image in new}) == 1
    assert len({image.SOPInstanceUID for image in new}) == 5


def test_slices_are_in_the_order_of_their_places_and_dark_is_low(tmp_path: Path) -> None:
    stored = random_values((5, 12, 14), "u2")
    write_series(tmp_path / "in", stored, PhotometricInterpretation="MONOCHROME1")
    values = open_stack_file(tmp_path / "in", tmp_path).groups[0].values
    for z in range(5):
        np.testing.assert_array_equal(values.plane(0, z), -stored[z].astype(np.float32))


def test_padding_stays_and_values_outside_the_bits_are_clamped_with_a_note(tmp_path: Path) -> None:
    stored = random_values((2, 12, 14), "u2")
    stored[:, :3] = 4000
    write_series(tmp_path / "in", stored, PixelPaddingValue=4000, LargestImagePixelValue=4000)
    file = open_stack_file(tmp_path / "in", tmp_path)
    assert np.isnan(file.groups[0].values.plane(0, 0)[:3]).all()
    too_large = PlaneArray(np.full((2, 12, 14), 5000.0, np.float32))
    too_large.array[:, 3:, 1:] = 7.0
    too_large.array[:, :3] = np.nan
    notes = file.write(tmp_path / "out", [too_large])
    assert notes == (f"{tmp_path / 'in'}: 18 values outside the stored range were clamped",)
    for image in by_place(tmp_path / "out"):
        assert (image.pixel_array[:3] == 4000).all() and (image.pixel_array[3:, 1:] == 7).all()
        assert (image.pixel_array[3:, 0] == 4095).all() and image.LargestImagePixelValue == 4095


def test_several_images_at_each_place_are_several_sequences(tmp_path: Path) -> None:
    stored = random_values((5, 12, 14), "u2")
    write_series(tmp_path / "in", stored)
    for number, path in enumerate(sorted((tmp_path / "in").iterdir())):
        image = pydicom.dcmread(path)
        image.InstanceNumber = 100 + number
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = f"1.2.{number}"
        image.PixelData = (image.pixel_array + 1).astype("<u2").tobytes()
        image.save_as(path.with_name(f"second-{path.name}"))
    values = open_stack_file(tmp_path / "in", tmp_path).groups[0].values
    assert values.shape == (2, 5, 12, 14)
    np.testing.assert_array_equal(values.plane(1, 3), stored[3] + 1.0)


def test_frames_of_one_file_have_their_own_slopes(tmp_path: Path) -> None:
    stored = random_values((3, 12, 14), "u2")
    write_series(tmp_path / "in", stored[:1], NumberOfFrames=3, PixelData=stored.tobytes())
    path = next((tmp_path / "in").iterdir())
    image = pydicom.dcmread(path)
    frames = []
    for slope in (1.0, 2.0, 4.0):
        transformation = Dataset()
        transformation.RescaleSlope, transformation.RescaleIntercept = slope, 0.0
        frame = Dataset()
        frame.PixelValueTransformationSequence = Sequence([transformation])
        frames.append(frame)
    image.PerFrameFunctionalGroupsSequence = Sequence(frames)
    image.save_as(path)
    values = open_stack_file(path, tmp_path).groups[0].values
    np.testing.assert_array_equal(values.plane(0, 2), 4.0 * stored[2])
    rewrite(path, tmp_path / "out.dcm", tmp_path / "scratch")
    np.testing.assert_array_equal(pydicom.dcmread(tmp_path / "out.dcm").pixel_array, stored // 2)


def test_compressed_images_are_written_uncompressed(tmp_path: Path) -> None:
    stored = random_values((3, 12, 14), "u2")
    write_series(tmp_path / "in", stored)
    for path in (tmp_path / "in").iterdir():
        image = pydicom.dcmread(path)
        image.compress(RLELossless)
        image.save_as(path)
    rewrite(tmp_path / "in", tmp_path / "out", tmp_path / "scratch")
    for image, values in zip(by_place(tmp_path / "out"), stored):
        assert image.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
        np.testing.assert_array_equal(image.pixel_array, values // 2)


def test_unusable_images_are_refused_in_one_line(tmp_path: Path) -> None:
    write_series(tmp_path / "rgb", random_values((1, 12, 14), "u2"), SamplesPerPixel=3)
    with pytest.raises(DataError, match="grey images are restored"):
        open_stack_file(tmp_path / "rgb", tmp_path)
    write_series(tmp_path / "short", random_values((1, 12, 14), "u2"), PixelData=b"\0" * 10)
    with pytest.raises(DataError, match=r"image-00\.dcm: "):
        open_stack_file(tmp_path / "short", tmp_path)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "notes.txt").write_text("nothing")
    with pytest.raises(DataError, match="no DICOM images"):
        open_stack_file(tmp_path / "text", tmp_path)
    (tmp_path / "broken.dcm").write_bytes(b"no DICOM")
    with pytest.raises(DataError, match=r"broken\.dcm: "):
        open_stack_file(tmp_path / "broken.dcm", tmp_path)
