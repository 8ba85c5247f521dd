"""Plot of PSNR over the frames of a study, one curve per image.

Host code.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from app.base.figures import new_figure
from app.base.figures import save_figure


def draw_study(
    path: Path, rows: list[dict[str, float]], title: str, dotted: Collection[str]
) -> None:
    """Plot every `psnr LABEL` over `frame`; images in `dotted`, not denoised, get dotted curves."""
    figure = new_figure(8, 5)
    axes = figure.subplots()
    for name in (name for name in rows[-1] if name.startswith("psnr ")):
        label = name.removeprefix("psnr ")
        style = ":" if label in dotted else "-"
        axes.plot(
            [row["frame"] for row in rows],
            [row[name] for row in rows],
            style,
            marker=".",
            label=f"{label}: {rows[-1][name]:.2f} dB",
        )
    axes.set_xlabel("frame")
    axes.set_ylabel("PSNR of T(v), dB")
    axes.set_title(title)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=2)  # the curves may fill the axes
    save_figure(figure, path)
