"""MRC and CCP4 maps of electron microscopy (.mrc, .mrcs, .map, .rec, .st; also .gz and .bz2).

Host code. The smallest, largest, mean value and deviation in the header are computed anew.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import mrcfile
import numpy as np

from app.offline.stack_files.base import StackFile
from app.offline.stack_files.raw import Block
from app.offline.stack_files.raw import RawStackFile
from app.offline.stack_files.raw import expanded_file
from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.plane_array import arrange

HEADER_BYTES = 1024
VOLUME_STACK = range(401, 631)
"""Space group numbers of stacks of volumes (Cheng et al. 2015)."""


def open_mrc(path: Path, scratch: Path) -> StackFile:
    """Open a map, a stack of images or a stack of volumes; DataError if it is damaged."""
    raw = expanded_file(path, scratch)
    try:
        with mrcfile.open(raw, header_only=True) as file:
            header = file.header
            dtype = mrcfile.utils.data_dtype_from_header(header)
            shape = mrcfile.utils.data_shape_from_header(header)
    except ValueError as error:  # NumPy's and mrcfile's
        raise DataError(f"{path}: {one_line(error)}") from error
    block = Block("", HEADER_BYTES + int(header.nsymbt), dtype, shape, "C", _arrange)
    return RawStackFile(path, raw, [block], _update_statistics)


def _arrange(array: np.ndarray) -> PlaneArray:
    """Slices along the sections of a map; a stack of volumes is several sequences."""
    rows = array.ndim - 2
    return arrange(array, rows - 1 if rows else None, rows, rows + 1)


def _update_statistics(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of values that are not finite, which are allowed here
        with mrcfile.mmap(path, "r+") as file:
            file.update_header_stats()
