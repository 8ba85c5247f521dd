"""Experiment: one measured alternative to a default, a row of `quality/` or `performance/*.csv`.

The columns of the files are the fields of `Experiment`, in their order.

Host code.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path

COMMIT = re.compile(r"[0-9a-f]{7}")


@dataclass(frozen=True)
class Experiment:
    """One metric of one alternative to a default. Numbers keep the digits of the file."""

    default: str
    """Setting and its value in the code."""
    alternative: str
    """What was measured instead."""
    metric: str
    """Quantity, scene, frames, initial weights, network, machine."""
    unit: str
    """Unit of the three values; `1` for pure numbers, `ratio` for values relative to another's."""
    default_value: str
    """Mean over seeds, frames or turns with the default; empty where it was not measured."""
    alternative_value: str
    """The same with the alternative."""
    change: str
    """`alternative_value - default_value`; empty where one of them is missing."""
    command: str
    """Command line that measures it; empty where the alternative is gone from the code."""
    commit: str
    """Commit that was measured, or that recorded the value."""


COLUMNS = tuple(field.name for field in fields(Experiment))


def read_experiments(path: Path) -> list[Experiment]:
    """Rows of one file.

    Raises ValueError with file and line if a column is missing, a number is none, the change is
    not the difference of the values, or the commit is not seven hexadecimal digits.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name}: expected the columns {', '.join(COLUMNS)}")
        rows = []
        for row in reader:
            location = f"{path.name}, line {reader.line_num}"
            if None in row or None in row.values():
                raise ValueError(f"{location}: expected {len(COLUMNS)} columns")
            experiment = Experiment(**row)
            _check(experiment, location)
            rows.append(experiment)
    return rows


def _check(row: Experiment, location: str) -> None:
    """Raise ValueError, with `location`, if a row contradicts itself."""
    for text in (row.default, row.alternative, row.metric):
        if not text:
            raise ValueError(f"{location}: default, alternative and metric must not be empty")
    if not COMMIT.fullmatch(row.commit):
        raise ValueError(
            f"{location}: expected a commit of seven hexadecimal digits: {row.commit!r}"
        )
    if bool(row.unit) != bool(row.default_value or row.alternative_value):
        raise ValueError(f"{location}: a unit needs a value, and a value a unit")
    if row.default_value and row.alternative_value:
        difference = float(row.alternative_value) - float(row.default_value)
        last_digit = 10.0 ** -_decimals(row.change)
        if not row.change or abs(float(row.change) - difference) > 0.6 * last_digit:
            raise ValueError(f"{location}: expected a change of {difference:g}: {row.change!r}")
    elif row.change:
        raise ValueError(f"{location}: a change needs both values")


def _decimals(number: str) -> int:
    """Digits after the decimal point."""
    return len(number.partition(".")[2])
