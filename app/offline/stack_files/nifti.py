"""NIfTI volumes, single files (.nii, .nii.gz).

Host code. Values are restored as stored: slope and intercept of the header apply to the result as
they do to the original.
"""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np

from app.offline.stack_files.base import StackFile
from app.offline.stack_files.raw import Block
from app.offline.stack_files.raw import RawStackFile
from app.offline.stack_files.raw import expanded_file
from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.plane_array import arrange


def open_nifti(path: Path, scratch: Path) -> StackFile:
    """Open a volume, or a series of volumes; DataError if it is damaged."""
    raw = expanded_file(path, scratch)
    try:
        image = nibabel.load(raw)
        if not isinstance(image, (nibabel.Nifti1Image, nibabel.Nifti2Image)):
            raise DataError(f"{path}: not a NIfTI file")
        header = image.header
        dtype = header.get_data_dtype()
        offset = int(image.dataobj.offset)  # type: ignore[attr-defined]  # the header's is 0 by now
        shape = tuple(int(side) for side in header.get_data_shape())
    except DataError:
        raise
    except Exception as error:  # nibabel's errors for damaged files have no common class
        raise DataError(f"{path}: {one_line(error)}") from error
    if image.file_map["image"].filename != str(raw):
        raise DataError(f"{path}: a pair of header and image files, expected a single file")
    if len(shape) < 2:
        raise DataError(f"{path}: {len(shape)} dimensions, a volume has 3")
    dtype = dtype.newbyteorder(header.endianness)
    return RawStackFile(path, raw, [Block("", offset, dtype, shape, "F", _arrange)])


def _arrange(array: np.ndarray) -> PlaneArray:
    """Slices along the third axis, or where there is one slice, along time."""
    axis = None
    if array.ndim > 2:
        axis = 3 if array.shape[2] == 1 and array.ndim > 3 and array.shape[3] > 1 else 2
    return arrange(array, axis, 1, 0)
