"""NIfTI volumes as axial slices of magnitudes.

Host code. Axes are taken from the affine matrix of the file, so that a volume gives the same slices
however it is stored.
"""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np

from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.image_files import LUMA

VOLUME_SUFFIXES = (".nii", ".nii.gz")


def read_axial_slices(path: Path) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Axial slices (rows from front to back, columns from left to right) from bottom
    to top, float32 in [0, 1] with the volume's largest value at 1; and notes, a line each.

    DataError if the file is damaged, is no volume or series of one, or has no value above 0.
    """
    notes: list[str] = []
    volume = as_magnitudes(path, _read(path), notes)
    peak = float(volume.max())
    if peak <= 0.0:
        raise DataError(f"{path}: no voxel is above 0")
    # Axes are right, anterior, superior; image rows run towards the back, hence the rotation.
    slices = [np.rot90(volume[:, :, z] / peak) for z in range(volume.shape[2])]
    return slices, tuple(notes)


def as_magnitudes(path: Path, values: np.ndarray, notes: list[str]) -> np.ndarray:
    """Values of any type as float32 >= 0; what is changed is added to `notes`.

    Colours become their luminance, complex numbers their magnitude, NaN 0; if values are negative,
    all are shifted so that the smallest is 0. DataError for infinite values.
    """
    if values.dtype.names:
        notes.append(f"{path}: colours were taken as their luminance")
        values = np.stack([values[name] for name in values.dtype.names[:3]], axis=-1) @ LUMA
    if values.dtype.kind == "c":
        notes.append(f"{path}: complex values were taken as their magnitude")
        values = np.abs(values)
    values = np.asarray(values, np.float32)
    if missing := int(np.count_nonzero(np.isnan(values))):
        notes.append(f"{path}: {missing} values that are not a number were taken as 0")
        values = np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf)
    if infinite := int(np.count_nonzero(np.isinf(values))):
        raise DataError(f"{path}: {infinite} values are infinite")
    if values.size and (smallest := float(values.min())) < 0.0:
        notes.append(f"{path}: values from {smallest:g} were shifted so that the smallest is 0")
        values = values - np.float32(smallest)
    return values


def _read(path: Path) -> np.ndarray:
    """(X, Y, Z) values of any type, axes right, anterior, superior."""
    try:
        stored = nibabel.as_closest_canonical(nibabel.load(path))  # type: ignore[arg-type]
        shape = stored.shape
        values = np.asanyarray(stored.dataobj)  # type: ignore[attr-defined]
    except Exception as error:  # nibabel's errors for damaged files have no common class
        raise DataError(f"{path}: {one_line(error)}") from error
    if not values.size:
        raise DataError(f"{path}: no voxels, the volume is {shape}")
    values = values.reshape(shape + (1,) * (3 - len(shape)))
    values = values.reshape(values.shape[:3] + tuple(n for n in values.shape[3:] if n > 1))
    if values.ndim != 3:
        raise DataError(f"{path}: {values.ndim} dimensions, but a volume has 3")
    return values
