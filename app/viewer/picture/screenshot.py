"""Screenshots: PNG of the displayed image, multi-layer EXR of the frame's images.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.base.files import free_path
from app.base.files import prepare_folder
from app.base.image_files import write_exr
from app.base.image_files import write_png
from app.results.frame_layers import frame_layers
from app.session.report import FrameReport

STEM = "screenshot"


def save_screenshot(folder: Path, report: FrameReport, pixels: np.ndarray) -> Path:
    """Write folder/screenshot-NNN.png and .exr; returns the PNG's path. UsageError if it fails.

    Args:
        pixels: (H, W, 3) uint8, the image as displayed.
    """
    prepare_folder(folder)
    picture = free_path(folder, STEM, ".png", ".exr")
    write_png(picture, pixels)
    reference = report.reference if report.has_rested else None
    write_exr(picture.with_suffix(".exr"), frame_layers(report, reference))
    return picture
