"""Experiments: the rows are consistent, and the committed pages equal those generated from them.

Host code.
"""

from __future__ import annotations

import importlib.util
import shlex
from pathlib import Path

import pytest

from benchmarks.experiments.markdown import experiment_tables
from benchmarks.experiments.pages import EXPERIMENTS_PAGE
from benchmarks.experiments.pages import HERE
from benchmarks.experiments.pages import PERFORMANCE_PAGE
from benchmarks.experiments.pages import experiments_page
from benchmarks.experiments.pages import performance_page
from benchmarks.experiments.record import COLUMNS
from benchmarks.experiments.record import Experiment
from benchmarks.experiments.record import read_experiments

FILES = sorted(HERE.glob("*/*.csv"))
ROW = "depth 6,depth 3,time per frame,ms,100,60,-40,,0123abc"


def test_pages_equal_those_generated_from_the_rows() -> None:
    assert EXPERIMENTS_PAGE.read_text(encoding="utf-8") == experiments_page()
    assert PERFORMANCE_PAGE.read_text(encoding="utf-8") == performance_page()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rows_are_consistent_and_their_commands_exist(path: Path) -> None:
    rows = read_experiments(path)

    keys = [(row.default, row.alternative, row.metric) for row in rows]
    assert rows and len(set(keys)) == len(keys)
    for words in {tuple(shlex.split(row.command)) for row in rows} - {()}:
        assert words[0] in ("python", "hush"), words
        if words[:2] == ("python", "-m"):
            assert importlib.util.find_spec(words[2]) is not None, words


@pytest.mark.parametrize(
    "row, message",
    [
        (ROW.replace("-40", "-30"), "expected a change of -40"),
        (ROW.replace("0123abc", "0123xyz"), "expected a commit"),
        (ROW.replace("ms,", ",", 1), "a unit needs a value"),
        (ROW.replace("60,", ","), "a change needs both values"),
        (ROW.replace("depth 3", ""), "default, alternative and metric must not be empty"),
        (ROW + ",more", "expected 9 columns"),
    ],
)
def test_contradictory_row_is_refused_with_file_and_line(
    row: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(",".join(COLUMNS) + f"\n{ROW}\n{row}\n")

    with pytest.raises(ValueError, match=f"rows.csv, line 3: {message}"):
        read_experiments(path)


def test_missing_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(",".join(COLUMNS[:-1]) + "\n")

    with pytest.raises(ValueError, match="rows.csv: expected the columns default, .*commit"):
        read_experiments(path)


def test_table_signs_changes_and_prints_each_command_once() -> None:
    command = "hush --benchmark"
    rows = [
        Experiment("a", "b", "time", "ms", "1", "3", "2", command, "0123abc"),
        Experiment("a", "b", "PSNR", "dB", "30", "29", "-1", command, "0123abc"),
    ]

    text = experiment_tables(rows)

    assert "**Default: a**" in text
    assert "| b | time, ms | 1 | 3 | +2 | 0123abc |" in text
    assert "|  | PSNR, dB | 30 | 29 | -1 | 0123abc |" in text
    assert text.count(command) == 1
