"""Figure of the curves measured by `scene_size.py`.

Host code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.base.figures import new_figure
from app.base.figures import save_figure


def draw_scaling(report: dict[str, Any], path: Path) -> None:
    """Draw time per path over four parameters, and build time and bytes over triangle count."""
    figure = new_figure(14.0, 8.0)
    axes = figure.subplots(2, 3).ravel()
    for axis, name in zip(axes, ("triangles", "pixels", "spp", "depth")):
        rows = report[name]
        axis.plot([row[name] for row in rows], [row["ns_per_path"] for row in rows], "o-")
        axis.set_ylim(0, 1.1 * max(row["ns_per_path"] for row in rows))
        axis.set_ylabel("ns per path")
        axis.set_xlabel(name)
        if name != "depth":
            axis.set_xscale("log")
    rows = report["triangles"]
    counts = [row["triangles"] for row in rows]
    for key in ("load_s", "flatten_s", "build_s", "widen_s", "tables_s"):
        axes[4].loglog(counts, [row[key] for row in rows], "o-", label=key.removesuffix("_s"))
    axes[4].set_xlabel("triangles")
    axes[4].set_ylabel("s")
    axes[4].legend()
    axes[5].semilogx(counts, [row["state_bytes"] for row in rows], "o-", label="tables")
    peaks = [row["peak_mib"] * 2**20 / row["triangles"] for row in rows]
    large = [(count, peak) for count, peak in zip(counts, peaks) if count >= 300_000]
    axes[5].semilogx(*zip(*large), "o-", label="peak of the process")
    axes[5].set_xlabel("triangles")
    axes[5].set_ylabel("bytes per triangle")
    axes[5].legend()
    save_figure(figure, path)
