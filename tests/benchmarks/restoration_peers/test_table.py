"""Rows and tables of the comparison of restorers."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from benchmarks.restoration_peers.rows import Row
from benchmarks.restoration_peers.rows import append_row
from benchmarks.restoration_peers.rows import read_rows
from benchmarks.restoration_peers.table import SETS
from benchmarks.restoration_peers.table import on_common_pictures
from benchmarks.restoration_peers.table import psnr_table

ROWS = [
    Row("hush", "kodak", "gaussian-25", "a.png", 20.0, 30.0, 0.5, 0.0, "1"),
    Row("hush", "kodak", "gaussian-25", "b.png", 20.0, 32.0, 0.5, 0.0, "1"),
    Row("bm3d", "kodak", "gaussian-25", "b.png", 20.0, 31.0, 100.0, 0.0, "bm3d 4"),
]


def test_rows_survive_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    for row in ROWS:
        append_row(path, row)
    assert read_rows(path) == ROWS


def test_means_over_fewer_pictures_are_marked() -> None:
    lines = psnr_table(ROWS, SETS)
    assert lines[0] == "| method | Kodak, 2, $\\sigma = 25$ | s |"
    assert lines[3:] == ["| Hush, shipped weights | 31.00 | 0.5 |", "| BM3D | 31.00 (1) | 100 |"]


def test_common_pictures_are_those_of_every_method() -> None:
    lines = psnr_table(on_common_pictures(ROWS), SETS)
    assert lines[3:] == ["| Hush, shipped weights | 32.00 | 0.5 |", "| BM3D | 31.00 | 100 |"]


def test_times_on_more_threads_do_not_count() -> None:
    rows = [*ROWS, replace(ROWS[2], picture="a.png", seconds=math.nan)]
    assert psnr_table(rows, SETS)[4] == "| BM3D | 31.00 | 100 |"
