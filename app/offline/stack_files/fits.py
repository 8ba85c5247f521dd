"""FITS images of astronomy (.fits, .fit, .fts; also .gz and .bz2), every image extension.

Host code. Values are restored as stored, so BSCALE and BZERO apply as they do to the original;
BLANK and NaN mark pixels without a measurement. DATAMIN, DATAMAX and checksums are computed anew.
"""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path

import numpy as np
from astropy.io import fits

from app.offline.stack_files.base import StackFile
from app.offline.stack_files.raw import Block
from app.offline.stack_files.raw import RawStackFile
from app.offline.stack_files.raw import expanded_file
from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.plane_array import arrange

TYPES = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
"""Type of the stored values by BITPIX."""
CHECKSUMS = ("CHECKSUM", "DATASUM")
DERIVED = ("DATAMIN", "DATAMAX", *CHECKSUMS)
"""Header fields that the format derives from the values."""


def open_fits(path: Path, scratch: Path) -> StackFile:
    """Open the images of a file; tables stay as they are. DataError if it is damaged."""
    raw = expanded_file(path, scratch)
    blocks: list[Block] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of unusual headers, which stay as they are
        try:
            with fits.open(
                raw, do_not_scale_image_data=True, disable_image_compression=True
            ) as file:
                for number, unit in enumerate(file):
                    blocks += _blocks(path, unit, number)
        except DataError:
            raise
        except Exception as error:  # astropy's errors for damaged files have no common class
            raise DataError(f"{path}: {one_line(error)}") from error
    return RawStackFile(path, raw, blocks, partial(_update_header, blocks=blocks))


def _blocks(path: Path, unit: fits.hdu.base._BaseHDU, number: int) -> list[Block]:
    header = unit.header
    if header.get("ZIMAGE") is True:
        raise DataError(f"{path}: extension {number} is compressed in tiles; expand it first")
    if not isinstance(unit, (fits.PrimaryHDU, fits.ImageHDU)) or header["NAXIS"] < 2:
        return []
    shape = tuple(int(header[f"NAXIS{axis}"]) for axis in range(header["NAXIS"], 0, -1))
    if not all(shape):
        return []
    name = f"extension {number}" if number else ""
    missing = float(header["BLANK"]) if "BLANK" in header and header["BITPIX"] > 0 else None
    dtype = np.dtype(TYPES[header["BITPIX"]])
    return [Block(name, unit.fileinfo()["datLoc"], dtype, shape, "C", _arrange, missing)]


def _arrange(array: np.ndarray) -> PlaneArray:
    """Slices along NAXIS3; further axes number sequences."""
    rows = array.ndim - 2
    return arrange(array, rows - 1 if rows else None, rows, rows + 1)


def _update_header(path: Path, blocks: list[Block]) -> None:
    """Compute anew what the headers derive from the values."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with fits.open(path, do_not_scale_image_data=True, disable_image_compression=True) as file:
            by_place = {unit.fileinfo()["datLoc"]: number for number, unit in enumerate(file)}
            derived = {
                by_place[block.offset]: block
                for block in blocks
                if any(key in file[by_place[block.offset]].header for key in DERIVED)
            }
        if not derived:
            return
        with fits.open(
            path, "update", do_not_scale_image_data=True, disable_image_compression=True
        ) as file:
            for number, block in derived.items():
                header = file[number].header
                scale, zero = header.get("BSCALE", 1.0), header.get("BZERO", 0.0)
                low, high = sorted(zero + scale * value for value in _extremes(path, block))
                for key, value in (("DATAMIN", low), ("DATAMAX", high)):
                    if key in header:
                        header[key] = value
                if any(key in header for key in CHECKSUMS):
                    file[number].add_checksum()


def _extremes(path: Path, block: Block) -> tuple[float, float]:
    """Smallest and largest stored value with a measurement; 0 and 0 without any."""
    low, high = np.inf, -np.inf
    for _, values in block.map(path, "r"):
        sequences, slices = values.shape[:2]
        for sequence in range(sequences):
            for z in range(slices):
                plane = values.plane(sequence, z)
                found = plane[np.isfinite(plane) & (plane != block.missing)]
                if found.size:
                    low, high = min(low, float(found.min())), max(high, float(found.max()))
    return (low, high) if low <= high else (0.0, 0.0)
