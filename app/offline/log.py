"""Log of an offline training, one row per measurement: `training.csv`.

Host code.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from app.base.errors import UsageError
from app.base.files import write_text
from denoiser.errors import one_line

LogRow = dict[str, float]
"""One row: `iteration`, and for each kind of targets `loss_KIND` and `psnr_KIND` (dB)."""


def write_log(path: Path, rows: list[LogRow]) -> None:
    """Write all rows; the columns are those of the last row."""
    text = io.StringIO()
    names = list(rows[-1]) if rows else ["iteration"]
    writer = csv.DictWriter(text, names, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def read_log(path: Path, last: int) -> list[LogRow]:
    """Read the rows of an earlier run up to iteration `last`; none if there is no log.

    UsageError if the file cannot be read.
    """
    if not path.exists():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [
                {
                    name: int(text) if name == "iteration" else float(text)
                    for name, text in row.items()
                    if text
                }
                for row in csv.DictReader(file)
            ]
        return [row for row in rows if row["iteration"] <= last]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: cannot be resumed: {one_line(error)}") from error
