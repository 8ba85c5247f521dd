"""Sums a flythrough up: `report.json`; it also tells which flight a folder holds.

Host code.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from app.errors import UsageError
from app.frame_log import FrameRow
from app.options import Options
from app.outputs import read_json
from app.provenance import settings
from app.provenance import versions
from app.session import Session

MEASURES = (
    "psnr_noisy",
    "psnr_mean",
    "psnr_denoised",
    "relmse_mean",
    "relmse_denoised",
    "trimmed_relmse_denoised",
)


def run_report(session: Session, rows: list[FrameRow], options: Options) -> dict[str, object]:
    """Medians of the timings, every reference's measures, settings and versions."""
    render = session.settings.render
    milliseconds = {
        stage: statistics.median(getattr(row, f"{stage}_ms") for row in rows) if rows else 0.0
        for stage in ("render", "train", "denoise", "total")
    }
    paths = 2 * render.size[0] * render.size[1] * render.spp
    seconds = milliseconds["render"] / 1e3
    return {
        "scene": session.scene.name,
        "device": session.backend.name,
        "size": list(render.size),
        "spp": render.spp,
        "frames": len(rows),
        "triangles": session.scene.triangle_count,
        "milliseconds": milliseconds,
        "paths_per_second": paths / seconds if seconds else 0.0,
        "nonfinite_pixels": sum(row.nonfinite for row in rows),
        "references": [
            {"frame": row.frame, "spp": options.reference_spp}
            | {name: getattr(row, name) for name in MEASURES}
            for row in rows
            if row.psnr_mean is not None
        ],
        "settings": settings(options),
        "versions": versions(),
    }


def check_same_flight(report: Path, session: Session, options: Options) -> None:
    """Raises UsageError where the flight that the file `report` sums up was another one."""
    earlier, now = _flight(read_json(report), report), _flight(
        run_report(session, [], options), report
    )
    for name, value in now.items():
        if earlier[name] != value:
            raise UsageError(f"{report}: flown with {name} {earlier[name]}, not {value}")


def _flight(content: Any, source: Path) -> dict[str, object]:
    """What two flights have in common that can be one, of a report's content."""
    try:
        options = content["settings"]
        render = options["session"]["render"]
        files = {name: options[name] for name in ("path", "environment")}
        # By name: a folder may be resumed from elsewhere.
        names = {name: Path(file).name if file else None for name, file in files.items()}
        numbers = {name: render[name] for name in ("size", "spp", "max_depth")}
        return {"scene": content["scene"]} | names | numbers
    except (KeyError, TypeError) as error:
        raise UsageError(f"{source}: not the report of a flight") from error
