"""Plot of loss and PSNR of an offline training: `curves.png`.

Host code.
"""

from __future__ import annotations

from pathlib import Path

from app.base.figures import new_figure
from app.base.figures import save_figure
from app.offline.log import LogRow

COLORS = {"noisy": "tab:blue", "clean": "tab:orange"}


def draw_training(path: Path, rows: list[LogRow]) -> None:
    """Plot the loss above the PSNR in dB over iterations, one curve per kind of targets.

    Args:
        path: PNG file to write; UsageError if that fails.
        rows: at least one; the last one decides which kinds are drawn.
    """
    figure = new_figure(8, 6)
    upper, lower = figure.subplots(2, 1, sharex=True)
    iterations = [row["iteration"] for row in rows]
    for kind, color in COLORS.items():
        if f"loss_{kind}" in rows[-1]:
            losses = [row[f"loss_{kind}"] for row in rows]
            upper.plot(iterations, losses, color=color, label=f"{kind} targets")
            if min(losses) > 0.0:
                upper.set_yscale("log")
            lower.plot(iterations, [row[f"psnr_{kind}"] for row in rows], color=color, marker=".")
    upper.set_ylabel("training loss")
    upper.legend()
    lower.set_ylabel("PSNR of some test images, dB")
    lower.set_xlabel("iteration")
    for axes in (upper, lower):
        axes.grid(alpha=0.3)
    save_figure(figure, path)
