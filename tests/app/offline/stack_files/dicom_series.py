"""Writes DICOM series with made-up content.

Host code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.uid import generate_uid

MR = "1.2.840.10008.5.1.4.1.1.4"
SPACING = 2.5  # millimetres between slices


def write_series(folder: Path, stored: np.ndarray, syntax: str = "", **fields: Any) -> None:
    """Write (S, H, W) uint16 or int16 values, whose slices are numbered from the top down.

    Args:
        syntax: UID of the transfer syntax; default: explicit, little-endian.
        fields: further elements of every image by keyword, which may replace these.
    """
    folder.mkdir()
    series, study = generate_uid(), generate_uid()
    for z, values in enumerate(stored):
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = syntax or ExplicitVRLittleEndian
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = MR
        dataset.SOPInstanceUID = generate_uid()
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.SeriesInstanceUID, dataset.StudyInstanceUID = series, study
        dataset.PatientName, dataset.Modality = "Doe^J", "MR"
        dataset.InstanceNumber = len(stored) - z
        dataset.ImagePositionPatient = [0.0, 0.0, SPACING * z]
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "M"]
        dataset.Rows, dataset.Columns = values.shape
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
        dataset.PixelRepresentation = int(values.dtype.kind == "i")
        dataset.PixelData = values.astype(values.dtype.newbyteorder("<")).tobytes()
        for keyword, value in fields.items():
            setattr(dataset, keyword, value)
        # File names are in another order than the slices.
        name = f"image-{(7 * z) % len(stored):02d}.dcm"
        dataset.save_as(folder / name, enforce_file_format=True)
