"""Measured rows in a CSV file: one of each method, set, noise and picture.

Host code.
"""

from __future__ import annotations

import csv
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One restored picture."""

    method: str
    """Name of the peer."""
    set: str
    """Name of the test set."""
    noise: str
    """Name of the noise."""
    picture: str
    """File name."""
    input_psnr: float
    """Of the noisy picture, not clipped, in dB."""
    psnr: float
    """Of the restored picture, clipped to [0, 1], in dB, over all values of RGB."""
    seconds: float
    """CPU time of the restoration on one thread; NaN: run on more threads."""
    fit_seconds: float
    """CPU time of the training on the whole set, divided by its pictures."""
    version: str
    """Packages and versions."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies the row: method, set, noise and picture."""
        return (self.method, self.set, self.noise, self.picture)


NAMES = [field.name for field in fields(Row)]


def read_rows(path: Path) -> list[Row]:
    """All rows of a file; none if it does not exist."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [_row(record) for record in csv.DictReader(file)]


def append_row(path: Path, row: Row) -> None:
    """Add a row, and first the names of the columns to a new file."""
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, NAMES, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(asdict(row))


def write_rows(path: Path, rows: list[Row]) -> None:
    """Replace the file by `rows`."""
    path.unlink(missing_ok=True)
    for row in rows:
        append_row(path, row)


def _row(record: dict[str, str]) -> Row:
    method, set_name, noise, picture, version = (
        record[name] for name in ("method", "set", "noise", "picture", "version")
    )
    input_psnr, psnr, seconds, fit_seconds = (
        float(record[name]) for name in ("input_psnr", "psnr", "seconds", "fit_seconds")
    )
    scores = (input_psnr, psnr, seconds, fit_seconds)
    return Row(method, set_name, noise, picture, *scores, version)
