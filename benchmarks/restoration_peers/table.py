"""Prints Markdown tables of the measured rows.

python -m benchmarks.restoration_peers.table benchmarks/results/restoration-peers.csv
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from benchmarks.restoration_peers.pictures import CENTRE
from benchmarks.restoration_peers.pictures import NOISES
from benchmarks.restoration_peers.rows import Row
from benchmarks.restoration_peers.rows import read_rows

LABELS = {
    "hush": "Hush, shipped weights",
    "hush-single": "Hush, `--task single --init random`, 45 s",
    "bm3d": "BM3D",
    "zs-n2n": "ZS-N2N",
    "noise2vst": "Noise2VST with FFDNet",
    "careamics": "CAREamics, N2V",
}
SETS = {"kodak": "Kodak", "bsd300_test": "BSD300", "set14": "Set14"}
CROPS = {"kodak" + CENTRE: "Kodak, 256 x 256"}
NOISE_LABELS = {"gaussian-25": "$\\sigma = 25$", "poisson-30": "$\\lambda = 30$"}
INPUT = "noisy"


def cells_of(rows: Iterable[Row], set_name: str, noise: str) -> dict[str, list[Row]]:
    """Rows of a set and noise by method."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if (row.set, row.noise) == (set_name, noise):
            found.setdefault(row.method, []).append(row)
    return found


def on_common_pictures(rows: list[Row]) -> list[Row]:
    """Rows of the pictures that every method measured, for each set and noise apart."""
    kept = []
    for set_name, noise in sorted({(row.set, row.noise) for row in rows}):
        cells = cells_of(rows, set_name, noise)
        names = [{row.picture for row in cell} for cell in cells.values()]
        common = set.intersection(*names)
        kept += [row for cell in cells.values() for row in cell if row.picture in common]
    return kept


def psnr_table(rows: list[Row], sets: dict[str, str]) -> list[str]:
    """Lines of a table: methods x (sets and noises), mean PSNR, and the time per picture.

    A mean over fewer pictures than another method's has their count behind it. The time is that of
    the first set, a share of the training on the set included.
    """
    columns = [(set_name, noise) for set_name in sets for noise in NOISES]
    columns = [column for column in columns if cells_of(rows, *column)]
    counts = [max(map(len, cells_of(rows, *column).values())) for column in columns]
    heads = [
        f"{sets[set_name]}, {count}, {NOISE_LABELS[noise]}"
        for (set_name, noise), count in zip(columns, counts)
    ]
    lines = [_line(["method", *heads, "s"]), "|---" + "|---:" * (len(heads) + 1) + "|"]
    inputs = [_mean_input(cells_of(rows, *column)) for column in columns]
    lines.append(_line([INPUT, *inputs, "-"]))
    for method, label in LABELS.items():
        cells = [cells_of(rows, *column).get(method, []) for column in columns]
        if any(cells):
            figures = [_psnr(cell, count) for cell, count in zip(cells, counts)]
            lines.append(_line([label, *figures, _seconds(rows, method, next(iter(sets)))]))
    return lines


def _psnr(cell: list[Row], count: int) -> str:
    if not cell:
        return "-"
    mark = "" if len(cell) == count else f" ({len(cell)})"
    return f"{fmean(row.psnr for row in cell):.2f}{mark}"


def _mean_input(cells: dict[str, list[Row]]) -> str:
    longest = max(cells.values(), key=len)
    return f"{fmean(row.input_psnr for row in longest):.2f}"


def _seconds(rows: list[Row], method: str, set_name: str) -> str:
    """Mean CPU time per picture of a set, with its share of the training on the set."""
    cell = [row for row in rows if (row.method, row.set) == (method, set_name)]
    times = [row.seconds + row.fit_seconds for row in cell if not math.isnan(row.seconds)]
    if not times:
        return "-"
    seconds = fmean(times)
    return f"{seconds:.1f}" if seconds < 10.0 else f"{seconds:.0f}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the tables of all pictures, of those of Kodak that all methods share, and of crops."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rows", type=Path)
    rows = read_rows(parser.parse_args().rows)
    print(*psnr_table(rows, SETS), "", sep="\n")
    print(*psnr_table(on_common_pictures(rows), {"kodak": SETS["kodak"]}), "", sep="\n")
    print(*psnr_table(on_common_pictures(rows), CROPS), sep="\n")


if __name__ == "__main__":
    main()
