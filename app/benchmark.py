"""The benchmark: milliseconds per frame and stage, against a budget.

Host code. Drives the session along the scene's path; warm-up frames are not counted.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.flythrough import flythrough_cameras
from app.options import Options
from app.outputs import prepare_folder
from app.outputs import write_json
from app.progress import StartProgress
from app.progress import frames_bar
from app.provenance import settings
from app.provenance import versions
from app.session import Session
from app.stage_clock import RENDER
from app.stage_clock import STAGES
from app.stage_clock import TOTAL
from denoiser import checkpoint
from scenes.description import SceneDescription

WARM_UP_FRAMES = 3


def run_benchmark(scene: SceneDescription, options: Options) -> int:
    """Measure, print a table, write `benchmark.json`. Exit code 0."""
    folder = options.output or Path("out")
    prepare_folder(folder)
    progress = StartProgress(options.is_quiet)
    session = Session(scene, options.session, progress)
    progress.close()
    if options.resume is not None:
        checkpoint.load(options.resume, session.trainer)
        session.trainer.change(options.session.denoiser)
    cameras = flythrough_cameras(
        scene, options.scene, options.path, options.frames + WARM_UP_FRAMES
    )
    times: dict[str, list[float]] = {stage: [] for stage in (*STAGES, TOTAL)}
    for index, camera in enumerate(frames_bar(cameras, len(cameras), 0, options.is_quiet)):
        milliseconds = session.step(camera).milliseconds
        if index >= WARM_UP_FRAMES:
            for stage, values in times.items():
                values.append(milliseconds[stage])
    result = _summary(session, times, options)
    print(_table(result))
    write_json(folder / "benchmark.json", result)
    return 0


def _summary(
    session: Session, times: dict[str, list[float]], options: Options
) -> dict[str, object]:
    """Everything measured, with its spread and provenance."""
    render = session.settings.render
    paths = 2 * render.size[0] * render.size[1] * render.spp
    stages = {
        stage: {
            "median": float(np.median(values)),
            "p95": float(np.percentile(values, 95)),
            "min": float(np.min(values)),
            "max": float(np.max(values)),
        }
        for stage, values in times.items()
    }
    return {
        "scene": session.scene.name,
        "device": session.backend.name,
        "size": list(render.size),
        "spp": render.spp,
        "frames": options.frames,
        "triangles": session.scene.triangle_count,
        "milliseconds": stages,
        "paths_per_second": paths / (stages[RENDER]["median"] / 1e3),
        "budget_ms": options.budget_ms,
        "is_within_budget": stages[TOTAL]["median"] <= options.budget_ms,
        "settings": settings(options),
        "versions": versions(),
    }


def _table(result: dict[str, object]) -> str:
    """The summary for people."""
    size = "x".join(str(side) for side in result["size"])  # type: ignore[attr-defined]
    lines = [
        f"{result['scene']}, {size}, {result['spp']} spp a half, {result['triangles']} triangles, "
        f"{result['device']}, {result['frames']} frames",
        f"{'stage':10s} {'median':>10s} {'95 %':>10s} {'min':>10s} {'max':>10s}  ms",
    ]
    stages: dict[str, dict[str, float]] = result["milliseconds"]  # type: ignore[assignment]
    for stage, spread in stages.items():
        numbers = " ".join(f"{spread[key]:10.1f}" for key in ("median", "p95", "min", "max"))
        lines.append(f"{stage:10s} {numbers}")
    verdict = "within" if result["is_within_budget"] else "over"
    lines.append(
        f"{result['paths_per_second'] / 1e6:.2f} M paths/s; "  # type: ignore[operator]
        f"{verdict} the budget of {result['budget_ms']:g} ms a frame"
    )
    return "\n".join(lines)
