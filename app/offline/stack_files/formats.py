"""Formats of stacks, by the ends of file names.

Host code. Each format's library is imported when a file of it is opened: most are optional.
"""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from pathlib import Path

from app.base.errors import UsageError
from app.offline.stack_files.base import StackFile
from denoiser.errors import DataError

EXTRA = "stacks"
"""Extra of the package that installs the libraries of all formats."""


@dataclass(frozen=True)
class StackFormat:
    """A format and the function that opens its files."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    """Module of this package."""
    opener: str
    """Function of the module, from (path, scratch folder) to a `StackFile`."""
    library: str | None = None
    """Optional package that it needs."""

    def open(self, path: Path, scratch: Path) -> StackFile:
        """Open a file; DataError if it is unusable, UsageError if the library is missing."""
        try:
            module = importlib.import_module(f"{__package__}.{self.module}")
        except ModuleNotFoundError as error:
            raise UsageError(
                f"{path}: {self.name} needs the package {error.name}: install hush[{EXTRA}]"
            ) from error
        opened: StackFile = getattr(module, self.opener)(path, scratch)
        return opened


DICOM = StackFormat("DICOM", (".dcm", ".dicom", ".ima"), "dicom", "open_dicom", "pydicom")
FORMATS = (
    StackFormat(
        "TIFF", (".tif", ".tiff", ".ome.tif", ".ome.tiff"), "tiff", "open_tiff", "tifffile"
    ),
    StackFormat(
        "MRC",
        tuple(
            suffix + compression
            for suffix in (".mrc", ".mrcs", ".map", ".rec", ".st")
            for compression in ("", ".gz", ".bz2")
        ),
        "mrc",
        "open_mrc",
        "mrcfile",
    ),
    StackFormat(
        "FITS",
        tuple(
            suffix + compression
            for suffix in (".fits", ".fit", ".fts")
            for compression in ("", ".gz", ".bz2")
        ),
        "fits",
        "open_fits",
        "astropy",
    ),
    StackFormat("NIfTI", (".nii", ".nii.gz"), "nifti", "open_nifti"),
    DICOM,
    StackFormat("NumPy", (".npy",), "npy", "open_npy"),
    StackFormat("NumPy archive", (".npz",), "npy", "open_npz"),
)
"""Every format of files."""
TIFF_FOLDER = StackFormat("TIFF", (), "tiff_folder", "open_tiff_folder", "tifffile")
"""Format of a folder with TIFF images in it; other folders are opened as DICOM."""


def open_stack_file(path: Path, scratch: Path) -> StackFile:
    """Open a file of a stack, or a folder of TIFF slices or DICOM images.

    Args:
        scratch: existing folder for values of compressed files, of the size of these values.

    Raises:
        DataError: the file is missing, damaged or of an unknown or unsupported kind.
        UsageError: the library of its format is not installed.
        OSError: `scratch` cannot be written.
    """
    check_format(path)
    return format_of(path).open(path, scratch)


def check_format(path: Path) -> None:
    """Raise DataError if a file is missing, or of a format that is not known by its name."""
    if not os.path.exists(path):
        raise DataError(f"{path}: no such file")
    format_of(path)


def is_stack_alone(path: Path) -> bool:
    """True for files that only hold stacks, as opposed to images."""
    return any(path.name.lower().endswith(each.suffixes) for each in FORMATS if each.name != "TIFF")


def format_of(path: Path) -> StackFormat:
    """Format of a file or folder, by the names; DataError for an unknown one."""
    if path.is_dir():
        shown = [each for each in path.iterdir() if not each.name.startswith(".")]
        has_tiff = any(each.suffix.lower() in (".tif", ".tiff") for each in shown)
        return TIFF_FOLDER if has_tiff else DICOM
    name = path.name.lower()
    for each in FORMATS:
        if name.endswith(each.suffixes):
            return each
    known = ", ".join(dict.fromkeys(each.suffixes[0] for each in FORMATS))
    raise DataError(f"{path}: unknown format; stacks are read from {known} and folders")
