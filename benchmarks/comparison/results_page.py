"""Generator of `docs/results.md`: one table and three plots from the comparison reports.

    python -m benchmarks.comparison.results_page

Reads `benchmarks/results/comparison-*-cpu.json`, which `compare_denoisers` wrote, fills in
`results_template.md`, and draws `docs/results/*.png`. A test compares the page with the reports.

Host code.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean
from typing import Any

from app.base.figures import new_figure
from app.base.figures import save_figure
from app.base.files import partial_file
from benchmarks.comparison.report import cells_of
from benchmarks.comparison.report import names_in_report

ROOT = Path(__file__).resolve().parent.parent.parent
REPORTS = ROOT / "benchmarks" / "results"
TEMPLATE = Path(__file__).with_name("results_template.md")
PAGE = ROOT / "docs" / "results.md"
PLOTS = ROOT / "docs" / "results"

SCENES = (
    "living-room",
    "staircase2",
    "classroom",
    "veach-ajar",
    "reading-room",
    "veach-bidir",
)
"""Order of the rows and panels."""
DENOISERS = {
    "mean of halves": "none (mean of both halves)",
    "oidn high": "OIDN",
    "oidn high:prefiltered": "OIDN, prefiltered features",
    "fast": "fast, pretrained",
    "best:scratch": "best, random weights",
    "best": "best, pretrained",
}
"""Columns of the table and series of the plots: heading by key in a report."""
COLORS = {
    "mean of halves": "0.7",
    "oidn high": "tab:orange",
    "oidn high:prefiltered": "tab:red",
    "fast": "tab:cyan",
    "best:scratch": "tab:green",
    "best": "tab:blue",
}


def load_reports() -> list[dict[str, Any]]:
    """Comparison reports in the order of `SCENES`."""
    paths = [REPORTS / f"comparison-{scene}-cpu.json" for scene in SCENES]
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def results_page(reports: list[dict[str, Any]]) -> str:
    """Text of the page in Markdown."""
    bidir = next(report["results"] for report in reports if report["scene"] == "veach-bidir")
    psnr = {name: _mean(reports, name, "psnr") for name in DENOISERS}
    return TEMPLATE.read_text(encoding="utf-8").format(
        against_oidn=f"{psnr['best'] - psnr['oidn high']:.1f}",
        against_prefiltered=f"{psnr['best'] - psnr['oidn high:prefiltered']:.1f}",
        cost_ratio=f"{_cost(reports, 'best') / _cost(reports, 'oidn high'):.0f}",
        table=_table(reports),
        settings=_settings(reports),
        bidir_dark=f"{100 * (1 - bidir['best']['mean_radiance']):.1f}",
        bidir_oidn_dark=f"{100 * (1 - bidir['oidn high']['mean_radiance']):.1f}",
    )


def _table(reports: list[dict[str, Any]]) -> str:
    """PSNR of every scene and denoiser, with the means in the last row."""
    lines = [
        f"| scene | {' | '.join(DENOISERS.values())} |",
        f"|---|{'---:|' * len(DENOISERS)}",
    ]
    for report in reports:
        cells = cells_of(report, names_in_report(report, DENOISERS), "psnr")
        lines.append(f"| {report['scene']} | {' | '.join(cells[name] for name in DENOISERS)} |")
    means = " | ".join(f"{_mean(reports, name, 'psnr'):.2f}" for name in DENOISERS)
    lines.append(f"| mean | {means} |")
    return "\n".join(lines)


def _settings(reports: list[dict[str, Any]]) -> str:
    """Settings that all reports share, as a sentence."""
    settings = reports[0]["settings"]
    width, height = settings["size"]
    commits = ", ".join(sorted({report["versions"]["commit"] for report in reports}))
    return (
        f"{width} x {height} pixels, {settings['spp']} spp per half, depth"
        f" {settings['max_depth']}, {settings['train_steps']} training steps per frame on crops of"
        f" {settings['crop']} pixels,\nseed {settings['seed']}; commit {commits}."
    )


def _mean(reports: list[dict[str, Any]], name: str, key: str) -> float:
    """Mean over the scenes of one measure of one denoiser."""
    return mean(report["results"][name][key] for report in reports)


def _cost(reports: list[dict[str, Any]], name: str) -> float:
    """Milliseconds per frame for training and denoising, mean over the scenes."""
    return _mean(reports, name, "train_ms") + _mean(reports, name, "denoise_ms")


def draw_psnr(reports: list[dict[str, Any]], path: Path) -> None:
    """Draw PSNR over the frames, one panel for each scene; `fast` would hide `best`."""
    figure = new_figure(12.0, 6.4)
    for axes, report in zip(figure.subplots(2, 3).ravel(), reports):
        for name in (
            "mean of halves",
            "oidn high",
            "oidn high:prefiltered",
            "best:scratch",
            "best",
        ):
            rows = report["results"][name]["rows"]
            frames = {row["frame"] for row in rows}
            last = [row for row in rows if row["frame"] + 1 not in frames]
            axes.plot(
                [row["frame"] for row in last],
                [row["psnr"] for row in last],
                marker=".",
                color=COLORS[name],
                label=DENOISERS[name],
            )
        axes.set_title(report["scene"])
        axes.set_xlabel("frame")
        axes.set_ylabel("PSNR of T, dB")
        axes.grid(alpha=0.3)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5)
    save_figure(figure, path)


def draw_flicker(reports: list[dict[str, Any]], path: Path) -> None:
    """Draw mean flicker of each denoiser in motion and with a static camera, as bars."""
    figure = new_figure(9.0, 3.8)
    axes = figure.subplots()
    width = 0.8 / len(DENOISERS)
    for i, (name, label) in enumerate(DENOISERS.items()):
        values = [_mean(reports, name, key) for key in ("flicker", "flicker_at_rest")]
        offset = (i - (len(DENOISERS) - 1) / 2) * width
        bars = axes.bar([offset, 1 + offset], values, width, color=COLORS[name], label=label)
        axes.bar_label(bars, fmt="%.4f", fontsize=7)
    axes.set_xticks([0, 1], ["camera in motion", "static camera"])
    axes.set_ylabel("flicker of T")
    axes.set_yscale("log")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right center")
    save_figure(figure, path)


def draw_cost(reports: list[dict[str, Any]], path: Path) -> None:
    """Draw mean PSNR over the cost of a frame, a point for each denoiser."""
    figure = new_figure(7.5, 3.8)
    axes = figure.subplots()
    for name, label in DENOISERS.items():
        if name != "mean of halves":
            point = _cost(reports, name), _mean(reports, name, "psnr")
            axes.plot(*point, "o", color=COLORS[name], label=label)
    axes.set_xscale("log")
    axes.set_xlim(30.0, 2000.0)
    axes.set_xlabel("training and denoising, ms per frame of 192 x 128")
    axes.set_ylabel("mean PSNR of T, dB")
    axes.grid(alpha=0.3, which="both")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right center")
    save_figure(figure, path)


def main() -> None:
    """Write the page and its plots."""
    reports = load_reports()
    PLOTS.mkdir(exist_ok=True)
    draw_psnr(reports, PLOTS / "psnr.png")
    draw_flicker(reports, PLOTS / "flicker.png")
    draw_cost(reports, PLOTS / "cost.png")
    with partial_file(PAGE) as partial:
        partial.write_text(results_page(reports), encoding="utf-8")


if __name__ == "__main__":
    main()
