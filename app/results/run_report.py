"""Summary of a flythrough: `report.json`.

Host code.
"""

from __future__ import annotations

import statistics

from app.results.frame_log import FrameRow
from app.results.provenance import versions
from app.session.session import Session
from app.session.stage_timer import COMPARISON
from app.session.stage_timer import DENOISE
from app.session.stage_timer import RENDER
from app.session.stage_timer import TOTAL
from app.session.stage_timer import TRAIN
from app.settings.comparison import Comparison
from app.settings.options import Options
from denoiser.option import to_json

STAGES = (RENDER, TRAIN, DENOISE, TOTAL)
MEASURES = (
    "psnr_noisy",
    "psnr_mean",
    "psnr_denoised",
    "relmse_mean",
    "relmse_denoised",
    "trimmed_relmse_denoised",
)
COMPARISON_MEASURES = ("psnr_comparison", "relmse_comparison")


def run_report(session: Session, rows: list[FrameRow], options: Options) -> dict[str, object]:
    """Median timings, the measures at each reference, settings and versions."""
    render = session.settings.render
    has_comparison = session.settings.comparison is not Comparison.NONE
    stages = [*STAGES, *([COMPARISON] if has_comparison else [])]
    measures = [*MEASURES, *(COMPARISON_MEASURES if has_comparison else [])]
    milliseconds = {
        stage: (
            statistics.median(getattr(row, f"{stage}_ms") or 0.0 for row in rows) if rows else 0.0
        )
        for stage in stages
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
            | {name: getattr(row, name) for name in measures}
            for row in rows
            if row.psnr_mean is not None
        ],
        "settings": to_json(options),
        "versions": versions(),
    }
