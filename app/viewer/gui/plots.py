"""Plots: time per stage, loss and PSNR of the last frames as curves.

Host code.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from app.session.report import FrameReport
from app.viewer.gui import gui
from app.viewer.gui.canvas import Canvas

HISTORY = 240  # frames kept
MIN_FRAMES = 60  # least width of a plot in frames, also while fewer are recorded
STAGE_COLORS = {
    "render": (0.36, 0.67, 0.93),
    "train": (0.98, 0.68, 0.25),
    "denoise": (0.45, 0.82, 0.52),
    "comparison": (0.80, 0.52, 0.86),
}
LOSS_COLORS = {"loss": (0.98, 0.68, 0.25)}
PSNR_COLORS = {
    "mean": (0.65, 0.65, 0.70),
    "denoised": (0.45, 0.82, 0.52),
    "comparison": (0.80, 0.52, 0.86),
}
FRAME_COLOR = (0.12, 0.12, 0.145)
GRID_COLOR = (0.22, 0.22, 0.25)
LABEL_COLOR = (0.60, 0.60, 0.65)
LINE_PIXELS = 1.6
PADDING = 4.0  # pixels between frame and curves
HEADROOM = 1.08  # ratio of the axis maximum to the largest value
MIN_LOSS = 1e-6  # smaller losses are clamped to this on the logarithmic axis
LOG_MARGIN = 0.05  # axis margin above and below the curve, powers of ten
MIN_PSNR_SPAN = 1.0  # least axis range in dB, so that a flat curve does not magnify noise

Color = tuple[float, float, float]
Series = dict[str, deque[float]]


@dataclass(frozen=True)
class Axis:
    """Vertical axis of a plot."""

    low: float
    high: float
    texts: tuple[str, str]
    """Labels of the upper and the lower end."""
    is_logarithmic: bool = False
    """True: logarithmic; `low` and `high` are exponents of ten."""


class Plots:
    """Milliseconds per stage, loss and PSNR (dB) of the last `HISTORY` frames."""

    def __init__(self) -> None:
        """Start with empty curves."""
        self.milliseconds = _series(STAGE_COLORS)
        self.loss = _series(LOSS_COLORS)
        self.psnr = _series(PSNR_COLORS)

    def add(self, report: FrameReport) -> None:
        """Append a frame's measurements; a missing value leaves a gap (NaN)."""
        for stage, values in self.milliseconds.items():
            values.append(report.milliseconds.get(stage, math.nan))
        losses = [loss for loss in report.losses if math.isfinite(loss)]
        self.loss["loss"].append(sum(losses) / len(losses) if losses else math.nan)
        self.psnr["mean"].append(_or_nan(report.psnr_mean))
        self.psnr["denoised"].append(_or_nan(report.psnr_denoised))
        self.psnr["comparison"].append(_or_nan(report.psnr_comparison))

    def draw_milliseconds(self, height: float) -> None:
        """Draw milliseconds per stage on a linear axis from 0."""
        high = max(_finite(self.milliseconds), default=1.0) * HEADROOM
        axis = Axis(0.0, high, (f"{high:.0f} ms", ""))
        _draw(self.milliseconds, STAGE_COLORS, axis, "%.0f", height)

    def draw_loss(self, height: float) -> None:
        """Draw the mean loss per frame on a logarithmic axis."""
        logs = [math.log10(max(value, MIN_LOSS)) for value in _finite(self.loss)] or [0.0]
        low, high = min(logs) - LOG_MARGIN, max(logs) + LOG_MARGIN
        axis = Axis(low, high, (f"{10**high:.3g}", f"{10**low:.3g}"), is_logarithmic=True)
        _draw(self.loss, LOSS_COLORS, axis, "%.4g", height)

    def draw_psnr(self, height: float) -> None:
        """Draw the PSNR of the mean of halves, the denoised image and the comparison."""
        values = _finite(self.psnr) or [0.0]
        low, high = min(values), max(values)
        high = max(high, low + MIN_PSNR_SPAN)
        axis = Axis(low, high, (f"{high:.1f} dB", f"{low:.1f}"))
        _draw(self.psnr, PSNR_COLORS, axis, "%.2f", height)


def curve_points(values: deque[float], axis: Axis) -> list[list[tuple[float, float]]]:
    """Pieces of a curve between gaps: points in [0, 1]^2; latest frame at x = 1, y upwards."""
    pieces: list[list[tuple[float, float]]] = [[]]
    span = max(axis.high - axis.low, 1e-12)
    places = max(len(values), MIN_FRAMES)
    first = places - len(values)
    for index, value in enumerate(values):
        if not math.isfinite(value):
            pieces.append([])
            continue
        if axis.is_logarithmic:
            value = math.log10(max(value, MIN_LOSS))
        fraction = min(max((value - axis.low) / span, 0.0), 1.0)
        pieces[-1].append(((first + index) / (places - 1), fraction))
    return [piece for piece in pieces if piece]


def _draw(series: Series, colors: dict[str, Color], axis: Axis, legend: str, height: float) -> None:
    """Draw a framed plot as wide as the panel; `legend` is the printf format of its values."""
    canvas = Canvas.of_window()
    left, line_top = gui.cursor()
    top = line_top + gui.line_height() + 2.0
    width = gui.content_width()
    right, bottom = left + width, top + height
    canvas.rectangle((left, top), (right, bottom), FRAME_COLOR, 4.0)
    middle = (top + bottom) / 2
    canvas.line((left, middle), (right, middle), GRID_COLOR)
    for name, values in series.items():
        for piece in curve_points(values, axis):
            points = [
                (left + PADDING + x * (width - 2 * PADDING), bottom - PADDING - y * (height - 8.0))
                for x, y in piece
            ]
            # Draw separate segments: Dear ImGui thins a polyline to dots at sharp bends.
            for start, end in zip(points, points[1:]):
                canvas.line(start, end, colors[name], LINE_PIXELS)
    canvas.text((left + PADDING, top + 1.0), LABEL_COLOR, axis.texts[0])
    low_top = bottom - gui.line_height() - 1.0
    canvas.text((left + PADDING, low_top), LABEL_COLOR, axis.texts[1])
    _draw_legend(canvas, series, colors, legend, (right - PADDING, line_top))
    gui.dummy(width, bottom - line_top)


def _draw_legend(
    canvas: Canvas,
    series: Series,
    colors: dict[str, Color],
    number: str,
    corner: tuple[float, float],
) -> None:
    """Draw names and latest values in the curves' colours, right-aligned; skip empty curves."""
    x, y = corner
    for name in reversed(series):
        values = series[name]
        if not any(math.isfinite(value) for value in values):
            continue
        latest = number % values[-1] if values and math.isfinite(values[-1]) else "-"
        text = f"{name} {latest}"
        x -= gui.text_size(text)[0]
        canvas.text((x, y), colors[name], text)
        x -= 2 * PADDING


def _series(colors: dict[str, Color]) -> Series:
    """Empty curves with the names in `colors`."""
    return {name: deque(maxlen=HISTORY) for name in colors}


def _finite(series: Series) -> list[float]:
    """All finite values of all curves."""
    return [value for values in series.values() for value in values if math.isfinite(value)]


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
