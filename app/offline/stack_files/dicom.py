"""DICOM: a folder of the images of series, or a single file, also of several frames.

Host code. Values are read with their rescale slope and intercept, darkest first also where the file
shows them inverted (MONOCHROME1), and written back as they were stored. The result is a derived
series: new UIDs, image type DERIVED and a description of the derivation, as the standard requires.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.uid import generate_uid

from app.base.files import partial_file
from app.offline.stack_files.base import Group
from app.offline.stack_files.base import StackFile
from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.plane_array import arrange

DESCRIPTION = "Noise reduced by Hush, trained on this series alone"
GREY = ("MONOCHROME1", "MONOCHROME2")
POSITION_DECIMALS = 3  # millimetres; slices that are nearer than this are at the same place


@dataclass(frozen=True, eq=False)
class _Frame:
    """One image of a file."""

    path: Path
    number: int
    """Of the frame in its file, from 0."""
    slope: float
    intercept: float
    is_inverted: bool
    """Larger values are shown darker."""

    def to_values(self, stored: np.ndarray) -> np.ndarray:
        """Values in the unit of the modality, darkest first, float64."""
        values: np.ndarray = stored.astype(np.float64) * self.slope + self.intercept
        return -values if self.is_inverted else values

    def to_stored(self, values: np.ndarray) -> np.ndarray:
        """Inverse of `to_values`, not rounded."""
        upright = -values if self.is_inverted else values
        stored: np.ndarray = (upright.astype(np.float64) - self.intercept) / self.slope
        return stored


@dataclass(frozen=True, eq=False)
class _Series:
    """Frames of a series as sequences of slices."""

    name: str
    frames: list[list[_Frame]]
    """One list of slices, from one end to the other, per sequence."""
    size: tuple[int, int]


def open_dicom(path: Path, scratch: Path) -> StackFile:
    """Open a file or a folder; DataError if an image is damaged or of a kind not supported."""
    return _DicomFile(path, scratch)


class _DicomFile(StackFile):
    """Series whose values are expanded to scratch files."""

    def __init__(self, path: Path, scratch: Path) -> None:
        self._series = _find_series(path)
        groups = []
        for number, series in enumerate(self._series):
            shape = (len(series.frames), len(series.frames[0]), *series.size)
            expanded = scratch / f"series-{number}.raw"
            with open(expanded, "wb") as out:
                for sequence in series.frames:
                    for frame in sequence:
                        out.write(_values(frame).astype(np.float32).tobytes())
            array = np.memmap(expanded, np.float32, "r", 0, shape)
            name = series.name if len(self._series) > 1 else ""
            groups.append(Group(name, arrange(array, 1, 2, 3), None))
        super().__init__(path, groups)

    def write(self, target: Path, restored: Sequence[PlaneArray]) -> tuple[str, ...]:
        """Write every file again, with new values and UIDs."""
        by_file: dict[Path, list[tuple[_Frame, np.ndarray]]] = {}
        for series, values in zip(self._series, restored):
            for n, sequence in enumerate(series.frames):
                for z, frame in enumerate(sequence):
                    by_file.setdefault(frame.path, []).append((frame, values.plane(n, z)))
        clamped = 0
        for path, frames in by_file.items():
            place = target / path.relative_to(self.path) if self.path.is_dir() else target
            place.parent.mkdir(parents=True, exist_ok=True)
            dataset = pydicom.dcmread(path)
            clamped += _replace_pixels(dataset, frames)
            _mark_derived(dataset)
            with partial_file(place) as partial:
                dataset.save_as(partial, enforce_file_format=True)
        if clamped:
            return (f"{self.path}: {clamped} values outside the stored range were clamped",)
        return ()


def _find_series(path: Path) -> list[_Series]:
    """Series of a file or folder, by UID and size; other files of a folder do not count."""
    files = [path]
    if path.is_dir():
        files = sorted(each for each in path.rglob("*") if each.is_file())
    found: dict[tuple[str, int, int], list[tuple[Path, Dataset]]] = {}
    for file in files:
        try:
            header = pydicom.dcmread(file, stop_before_pixels=True)
        except InvalidDicomError as error:
            if path.is_dir():
                continue
            raise DataError(f"{file}: {one_line(error)}") from error
        except Exception as error:  # pydicom's errors for damaged files have no common class
            raise DataError(f"{file}: {one_line(error)}") from error
        if "Rows" not in header or "Columns" not in header:
            continue
        _check(file, header)
        key = (str(header.get("SeriesInstanceUID", "")), int(header.Rows), int(header.Columns))
        found.setdefault(key, []).append((file, header))
    if not found:
        raise DataError(f"{path}: no DICOM images in it")
    return [
        _sorted_series(uid, (rows, columns), each) for (uid, rows, columns), each in found.items()
    ]


def _check(path: Path, header: Dataset) -> None:
    """DataError for images whose values could not be written back."""
    kind = header.get("PhotometricInterpretation")
    if int(header.get("SamplesPerPixel", 1)) != 1 or kind not in GREY:
        raise DataError(f"{path}: photometric interpretation {kind}; grey images are restored")
    if int(header.get("BitsAllocated", 0)) not in (8, 16, 32):
        raise DataError(f"{path}: {header.get('BitsAllocated')} bits allocated, expected 8, 16, 32")
    if "ImageType" in header and "LOCALIZER" in header.ImageType:
        raise DataError(f"{path}: a localizer among the images; restore the series without it")


def _sorted_series(uid: str, size: tuple[int, int], files: list[tuple[Path, Dataset]]) -> _Series:
    """Frames in the order of their places; several at each place become several sequences."""
    frames: list[tuple[tuple[float, ...], _Frame]] = []
    for path, header in files:
        for number in range(int(header.get("NumberOfFrames", 1) or 1)):
            slope, intercept = _rescale(header, number)
            is_inverted = header.PhotometricInterpretation == "MONOCHROME1"
            frame = _Frame(path, number, slope, intercept, is_inverted)
            instance = float(header.get("InstanceNumber", 0) or 0)
            frames.append(((_position(header, number), instance, float(number)), frame))
    places: dict[float, list[_Frame]] = {}
    for (position, _, _), frame in sorted(frames, key=lambda each: each[0]):
        places.setdefault(position, []).append(frame)
    counts = {len(each) for each in places.values()}
    if len(counts) == 1 and len(places) > 1:
        sequences = [list(each) for each in zip(*places.values())]
    else:  # no positions, or an uneven number of images at each: by number
        sequences = [[frame for _, frame in sorted(frames, key=lambda each: each[0][1:])]]
    return _Series(f"series {uid}", sequences, size)


def _position(header: Dataset, number: int) -> float:
    """Distance along the normal of the image plane, mm; 0 if the file does not say."""
    planes = [header]
    shared = header.get("SharedFunctionalGroupsSequence") or []
    frames = header.get("PerFrameFunctionalGroupsSequence") or []
    if number < len(frames):
        planes = [*(s[0] for s in (_in(frames[number], "PlanePositionSequence"),) if s), header]
    position = next((p.ImagePositionPatient for p in planes if "ImagePositionPatient" in p), None)
    groups = [frames[number]] if number < len(frames) else []
    oriented = [s[0] for s in (_in(g, "PlaneOrientationSequence") for g in [*groups, *shared]) if s]
    axes = next(
        (p.ImageOrientationPatient for p in [*oriented, header] if "ImageOrientationPatient" in p),
        None,
    )
    if position is None or axes is None:
        return 0.0
    normal = np.cross(np.array(axes[:3], float), np.array(axes[3:], float))
    return round(float(normal @ np.array(position, float)), POSITION_DECIMALS)


def _rescale(header: Dataset, number: int) -> tuple[float, float]:
    """Slope and intercept of a frame."""
    frames = header.get("PerFrameFunctionalGroupsSequence") or []
    shared = header.get("SharedFunctionalGroupsSequence") or []
    groups = [frames[number]] if number < len(frames) else []
    for group in [*groups, *shared]:
        if transformation := _in(group, "PixelValueTransformationSequence"):
            return float(transformation[0].RescaleSlope), float(transformation[0].RescaleIntercept)
    slope = float(header.get("RescaleSlope", 1.0) or 1.0)
    return slope, float(header.get("RescaleIntercept", 0.0) or 0.0)


def _in(group: Dataset, keyword: str) -> Sequence[Dataset]:
    return group.get(keyword) or []


def _values(frame: _Frame) -> np.ndarray:
    """(H, W) float64 values of a frame; padding is NaN."""
    dataset = _read(frame.path)
    stored = _stored(dataset)[frame.number]
    values = frame.to_values(stored)
    values[_padding(dataset, stored)] = np.nan
    return values


def _read(path: Path) -> Dataset:
    try:
        dataset = pydicom.dcmread(path)
        dataset.pixel_array  # decodes, and keeps the result
    except Exception as error:  # of damaged data, or where a decoder is not installed
        raise DataError(f"{path}: {one_line(error)}") from error
    return dataset


def _stored(dataset: Dataset) -> np.ndarray:
    """(frames, H, W) stored values."""
    array: np.ndarray = dataset.pixel_array
    return array.reshape(-1, dataset.Rows, dataset.Columns)


def _padding(dataset: Dataset, stored: np.ndarray) -> np.ndarray:
    """Mask of the pixels that lie outside the image."""
    if "PixelPaddingValue" not in dataset:
        return np.zeros(stored.shape, bool)
    value = int(dataset.PixelPaddingValue)
    limit = int(dataset.get("PixelPaddingRangeLimit", value))
    return (stored >= min(value, limit)) & (stored <= max(value, limit))


def _replace_pixels(dataset: Dataset, frames: list[tuple[_Frame, np.ndarray]]) -> int:
    """Overwrite the stored values of some frames; return the number of values clamped."""
    stored = _stored(dataset).copy()
    bits, is_signed = int(dataset.BitsStored), bool(dataset.PixelRepresentation)
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if is_signed else (0, 2**bits - 1)
    clamped = 0
    for frame, values in frames:
        is_measured = np.isfinite(values)
        new = np.rint(frame.to_stored(values[is_measured]))
        clamped += int(np.count_nonzero((new < low) | (new > high)))
        stored[frame.number][is_measured] = new.clip(low, high).astype(stored.dtype)
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax.is_compressed:
        dataset.file_meta.TransferSyntaxUID = syntax = ExplicitVRLittleEndian
    order = "<" if syntax.is_little_endian else ">"
    content = stored.astype(stored.dtype.newbyteorder(order)).tobytes()
    dataset.PixelData = content + b"\0" * (len(content) % 2)
    dataset["PixelData"].VR = (
        "OB" if stored.dtype.itemsize == 1 and not syntax.is_implicit_VR else "OW"
    )
    dataset["PixelData"].is_undefined_length = False
    for keyword, value in (
        ("SmallestImagePixelValue", stored.min()),
        ("LargestImagePixelValue", stored.max()),
    ):
        if keyword in dataset:
            setattr(dataset, keyword, int(value))
    return clamped


def _mark_derived(dataset: Dataset) -> None:
    """Give the image new UIDs, the same whenever it is restored, and mark it as derived."""
    series, image = str(dataset.get("SeriesInstanceUID", "")), str(dataset.SOPInstanceUID)
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[DESCRIPTION, series])
    dataset.SOPInstanceUID = generate_uid(entropy_srcs=[DESCRIPTION, image])
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    kind = list(dataset.get("ImageType", ["ORIGINAL", "PRIMARY"]))
    dataset.ImageType = ["DERIVED", *kind[1:]]
    dataset.DerivationDescription = DESCRIPTION
