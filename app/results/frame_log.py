"""One row per frame of a flythrough: `frames.csv`.

Host code.
"""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path
from typing import Any

from app.base.errors import UsageError
from app.base.files import write_text
from denoiser.errors import one_line

INTEGERS = ("frame", "step_count", "nonfinite")  # integer columns; the others are decimal


@dataclass(frozen=True)
class FrameRow:
    """Timings and measures of a frame. Measures are None where no reference was rendered."""

    frame: int
    """Frames done, this one included."""
    render_ms: float
    train_ms: float
    denoise_ms: float
    total_ms: float
    loss: float | None
    """Mean over the frame's training steps, None without any."""
    step_count: int
    """Optimiser updates so far."""
    nonfinite: int
    """Pixels with a NaN or infinite sample."""
    psnr_noisy: float | None = None
    """PSNR in dB on T(v) of half a alone."""
    psnr_mean: float | None = None
    psnr_denoised: float | None = None
    relmse_mean: float | None = None
    relmse_denoised: float | None = None
    trimmed_relmse_denoised: float | None = None
    """relMSE without the worst 0.1 % of pixels: fireflies dominate the plain relMSE."""
    comparison_ms: float | None = None
    """Training and denoising of the comparison; None without one."""
    psnr_comparison: float | None = None
    relmse_comparison: float | None = None


def write_rows(path: Path, rows: list[FrameRow]) -> None:
    """Write all rows as CSV; None becomes an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(FrameRow)], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: "" if value is None else value for name, value in asdict(row).items()}
        )
    write_text(path, text.getvalue())


def _cell(name: str, text: str) -> Any:
    """Value of a cell by its column's type."""
    if text == "":
        return None
    return int(text) if name in INTEGERS else float(text)


def read_rows(path: Path) -> list[FrameRow]:
    """Rows of an earlier run. Raises UsageError if the file is not a frame log."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return [FrameRow(**{name: _cell(name, text) for name, text in row.items()}) for row in rows]
    except (OSError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: cannot be resumed: {one_line(error)}") from error
