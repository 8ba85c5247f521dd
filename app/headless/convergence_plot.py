"""Plot of loss and PSNR over the frames of a flythrough: `convergence.png`.

Host code.
"""

from __future__ import annotations

from pathlib import Path

from app.base.figures import new_figure
from app.base.figures import save_figure
from app.results.frame_log import FrameRow

SMOOTHING = 0.9  # decay per value of the running mean of the loss
CURVES = (
    ("psnr_denoised", "denoised", "tab:blue"),
    ("psnr_mean", "mean of halves", "tab:orange"),
    ("psnr_noisy", "noisy half", "tab:gray"),
    ("psnr_comparison", "comparison", "tab:purple"),
)


def draw_convergence(path: Path, rows: list[FrameRow], title: str) -> None:
    """Plot the loss of every frame, raw and smoothed, above the PSNR of the measured frames."""
    figure = new_figure(8, 6)
    upper, lower = figure.subplots(2, 1, sharex=True)
    _draw_loss(upper, rows)
    for name, label, color in CURVES:
        points = [(row.frame, getattr(row, name)) for row in rows if getattr(row, name) is not None]
        if points:
            lower.plot(*zip(*points), marker="o", label=label, color=color)
    lower.set_xlabel("frame")
    lower.set_ylabel("PSNR of T(v), dB")
    lower.grid(alpha=0.3)
    if lower.get_legend_handles_labels()[0]:
        lower.legend()
    upper.set_title(title)
    save_figure(figure, path)


def _draw_loss(axes: object, rows: list[FrameRow]) -> None:
    """Plot the training loss, raw and as a running mean."""
    points = [(row.frame, row.loss) for row in rows if row.loss is not None]
    axes.set_ylabel("training loss")  # type: ignore[attr-defined]
    axes.grid(alpha=0.3)  # type: ignore[attr-defined]
    if not points:
        return
    smooth, running = [], 0.0
    for count, (_, loss) in enumerate(points, start=1):
        running = SMOOTHING * running + (1 - SMOOTHING) * loss
        smooth.append(running / (1 - SMOOTHING**count))  # bias correction as in Adam
    frames, losses = zip(*points)
    axes.plot(frames, losses, color="tab:blue", alpha=0.3)  # type: ignore[attr-defined]
    axes.plot(frames, smooth, color="tab:blue")  # type: ignore[attr-defined]
    if min(losses) > 0:
        axes.set_yscale("log")  # type: ignore[attr-defined]
