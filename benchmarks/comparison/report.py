"""Formats reports of `compare_denoisers` as a Markdown table, curves over the frames, and images.

    python -m benchmarks.comparison.report comparison-*.json --curves curves.png \\
        --images images paths.png

The best value of each camera path is in bold. `--alone` prints the rows of `best:alone`, which has
no history. `--images` takes the folder to which `compare_denoisers` wrote its last frames, and
the image file to draw them in.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from app.base.figures import new_figure
from app.base.figures import save_figure
from app.results.comparison_figure import Panel
from app.results.comparison_figure import draw_comparison
from app.results.comparison_figure import tone_mapped_planes
from benchmarks.comparison.entry import file_name
from scenes.images.files import read_environment

LABELS = {
    "mean of halves": "mean of halves",
    "oidn high": "Open Image Denoise",
    "oidn high:prefiltered": "the same, features prefiltered",
    "unet": "`unet`",
    "fast": "`fast`",
    "best:scratch": "`best`, scratch",
    "best": "`best`",
}
"""Table labels of the denoisers by name; a report need not have all."""
SCENE_LABELS = {"reading-room": "default scene"}
"""Table labels of scenes whose label is not their name."""
LABELS_WITHOUT_HISTORY = {
    "oidn high": "Open Image Denoise",
    "oidn high:prefiltered": "the same, features prefiltered",
    "best:alone": "`best`",
}
"""Table labels of the denoisers by name in the table without history."""
NOT_DENOISED = "mean of halves"
"""Name of the row that is never marked as the best."""


@dataclass(frozen=True)
class Column:
    """Column of the table: heading, number format and order."""

    heading: str
    format: str
    best: Callable[[Iterable[float]], float] | None
    """Function that selects the best of several values; None if no value is better."""


COLUMNS = {
    "psnr": Column("PSNR", "{:.2f}", max),
    "relmse": Column("relMSE", "{:.4f}", min),
    "flip": Column("HDR-FLIP", "{:.3f}", min),
    "mean_radiance": Column("brightness", "{:.3f}", None),
    "flicker": Column("flicker", "{:.4f}", min),
    "flicker_at_rest": Column("at rest", "{:.4f}", min),
    "flicker_without_history": Column("without history", "{:.4f}", min),
}
DRAWN = ("noisy half", "unet", "fast", "best:scratch", "best", "oidn high")
"""Denoisers whose images are drawn, in the order of columns; the reference is the last one."""


def names_in_report(report: dict[str, Any], names: Iterable[str]) -> list[str]:
    """Those of `names` that the report has results of."""
    return [name for name in names if name in report["results"]]


def rows_of(report: dict[str, Any], labels: dict[str, str], shown: list[str]) -> list[str]:
    """Table rows of a report, one for each denoiser, with the columns `shown`."""
    names = names_in_report(report, labels)
    cells = {key: cells_of(report, names, key) for key in shown}
    scene = SCENE_LABELS.get(report["scene"], report["scene"])
    return [
        f"| {scene} | {labels[name]} | {' | '.join(cells[key][name] for key in shown)} |"
        for name in names
    ]


def cells_of(report: dict[str, Any], names: list[str], key: str) -> dict[str, str]:
    """Cells of a column by denoiser; the best in bold, with all that are equal to it as printed."""
    column, results = COLUMNS[key], report["results"]
    values = {name: results[name].get(key) for name in names}
    texts = {n: column.format.format(math.nan if v is None else v) for n, v in values.items()}
    competing = [float(text) for name, text in texts.items() if name != NOT_DENOISED]
    if column.best is None or not competing:
        return texts
    best = column.best(competing)
    return {
        name: f"**{text}**" if name != NOT_DENOISED and float(text) == best else text
        for name, text in texts.items()
    }


def draw_curves(path: Path, reports: list[dict[str, Any]]) -> None:
    """Plot PSNR over frames, a panel for each scene; of two neighbouring frames the later one."""
    figure = new_figure(4.2 * len(reports), 3.6)
    grid = figure.subplots(1, len(reports), squeeze=False)
    for axes, report in zip(grid[0], reports):
        for name in names_in_report(report, ("oidn high", "best:scratch", "best")):
            rows = report["results"][name]["rows"]
            frames = {row["frame"] for row in rows}
            rows = [row for row in rows if row["frame"] + 1 not in frames]
            points = [row["frame"] for row in rows], [row["psnr"] for row in rows]
            axes.plot(*points, marker=".", label=LABELS[name].replace("`", ""))
        axes.set_title(report["scene"])
        axes.set_xlabel("frame")
        axes.grid(alpha=0.3)
    grid[0][0].set_ylabel("PSNR of T(v), dB")
    figure.legend(*grid[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    save_figure(figure, path)


def draw_images(path: Path, folder: Path, reports: list[dict[str, Any]]) -> None:
    """Draw the last frame of each camera path, from the noisy half to the reference."""
    lines = []
    for report in reports:
        line = []
        names = names_in_report(report, DRAWN)
        for name in [*names, "reference"]:
            file = folder / f"{report['scene']}-{file_name(name)}.exr"
            planes = tone_mapped_planes(torch.from_numpy(read_environment(file)[0]))
            psnr = report["results"][name]["rows"][-1]["psnr"] if name in names else None
            line.append(Panel(LABELS.get(name, name).replace("`", ""), planes, psnr))
        lines.append(line)
    draw_comparison(path, lines)


def main() -> None:
    """Print the table, draw the requested figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reports", nargs="+", type=Path)
    parser.add_argument("--alone", action="store_true", help="rows without history")
    parser.add_argument("--curves", type=Path)
    parser.add_argument("--images", nargs=2, type=Path, metavar=("FOLDER", "FILE"))
    args = parser.parse_args()
    reports = [json.loads(path.read_text()) for path in args.reports]
    labels = LABELS_WITHOUT_HISTORY if args.alone else LABELS
    shown = [key for key in COLUMNS if not (args.alone and key == "flicker_at_rest")]
    print(f"| scene | denoiser | {' | '.join(COLUMNS[key].heading for key in shown)} |")
    print("|---" * (2 + len(shown)) + "|")
    for report in reports:
        print("\n".join(rows_of(report, labels, shown)))
    if args.curves is not None:
        draw_curves(args.curves, reports)
    if args.images is not None:
        draw_images(args.images[1], args.images[0], reports)


if __name__ == "__main__":
    main()
