"""Markdown tables of rows and of experiments.

Host code.
"""

from __future__ import annotations

from typing import Iterable
from typing import Sequence

from benchmarks.experiments.record import Experiment


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """Table with the first `left` columns aligned left and the others, numbers, right."""
    lines = [
        f"| {' | '.join(headings)} |",
        f"|{'---|' * left}{'---:|' * (len(headings) - left)}",
    ]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def experiment_tables(experiments: Sequence[Experiment]) -> str:
    """A table for each default, in the order of its first row, with the default above it.

    An alternative is printed where it changes. The commands follow once, below the tables.
    """
    by_default: dict[str, list[Experiment]] = {}
    for row in experiments:
        by_default.setdefault(row.default, []).append(row)
    parts = [f"**Default: {default}**\n\n{_table(rows)}" for default, rows in by_default.items()]
    commands = sorted({row.command for row in experiments if row.command})
    if commands:
        parts.append("Commands:\n\n```\n" + "\n".join(commands) + "\n```")
    return "\n\n".join(parts)


def _table(experiments: Sequence[Experiment]) -> str:
    """Table of the alternatives to one default."""
    rows = []
    alternative = ""
    for row in experiments:
        unit = "" if row.unit in ("", "1") else f", {row.unit}"
        rows.append(
            (
                "" if row.alternative == alternative else row.alternative,
                row.metric + unit,
                row.default_value,
                row.alternative_value,
                _signed(row.change),
                row.commit,
            )
        )
        alternative = row.alternative
    headings = ("alternative", "metric", "default is", "alternative is", "change", "commit")
    return markdown_table(headings, rows, left=2)


def _signed(number: str) -> str:
    """Number with its sign, also if it is positive."""
    return number if not number or number.startswith("-") else f"+{number}"
