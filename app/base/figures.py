"""Matplotlib figures as files.

Host code.
"""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from app.base.files import partial_file

DOTS_PER_INCH = 120


def new_figure(width: float, height: float) -> Figure:
    """An empty figure; width and height in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Figure, path: Path) -> None:
    """Write a PNG. Raises UsageError."""
    with partial_file(path) as partial:
        figure.savefig(partial, dpi=DOTS_PER_INCH, format="png")
