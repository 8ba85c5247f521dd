"""Benchmark: milliseconds per frame and stage, compared with a frame budget.

Host code. Runs the session along the camera path; warm-up frames are not counted. If the median
frame exceeds the budget, a second run fits the work of each frame to the budget.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from app.base.files import prepare_folder
from app.base.files import write_json
from app.base.progress import StartProgress
from app.base.progress import frames_bar
from app.camera_path.default import flythrough_cameras
from app.results.provenance import versions
from app.session.frame_budget import FrameBudget
from app.session.frame_budget import Work
from app.session.loaded_scene import LoadedScene
from app.session.report import Edits
from app.session.session import Session
from app.session.stage_timer import RENDER
from app.session.stage_timer import STAGES
from app.session.stage_timer import TOTAL
from app.settings.options import Options
from denoiser.online import checkpoint
from denoiser.option import to_json
from scenes.model.description import Camera

WARM_UP_FRAMES = 3

Times = dict[str, list[float]]
"""Milliseconds of each frame, by stage."""


def run_benchmark(scene: LoadedScene, options: Options) -> int:
    """Measure frame times, print a table, write `benchmark.json`. Exit code 0."""
    folder = options.output or Path("out")
    prepare_folder(folder)
    progress = StartProgress(options.is_quiet)
    session = Session(scene, options.session, progress)
    progress.close()
    if options.resume is not None:
        checkpoint.resume(options.resume, session.trainer, options.session.denoiser)
    cameras = flythrough_cameras(scene, scene.source, options.path, options.frames + WARM_UP_FRAMES)
    render, denoiser = session.settings.render, session.trainer.settings
    full = Work(render.size, render.spp, denoiser.train_steps, denoiser.crop)
    budget = FrameBudget()
    times, _ = _run_frames(session, cameras, full, None, budget, options.is_quiet)
    result = _summary(session, times, options)
    if not result["is_within_budget"]:
        held = _run_frames(session, cameras, full, options.budget_ms, budget, options.is_quiet)
        result["held"] = _budgeted_summary(*held)
    print(_table(result))
    write_json(folder / "benchmark.json", result)
    if options.save is not None:
        checkpoint.save(options.save, session.trainer)
    return 0


def _run_frames(
    session: Session,
    cameras: Sequence[Camera],
    full: Work,
    target_ms: float | None,
    budget: FrameBudget,
    is_quiet: bool,
) -> tuple[Times, list[Work]]:
    """Run all frames; return times and work of those after the warm-up.

    The budget chooses the work of each frame for `target_ms`; None: the work is always `full`.
    """
    times: Times = {stage: [] for stage in (*STAGES, TOTAL)}
    works: list[Work] = []
    for index, camera in enumerate(frames_bar(cameras, len(cameras), 0, is_quiet)):
        work = budget.work(full, target_ms)
        milliseconds = session.step(
            camera, Edits(settings=work.applied_to(session.settings))
        ).milliseconds
        budget.observe(work, milliseconds)
        if index >= WARM_UP_FRAMES:
            works.append(work)
            for stage, values in times.items():
                values.append(milliseconds[stage])
    return times, works


def _statistics(times: Times) -> dict[str, dict[str, float]]:
    """Median, 95th percentile, minimum and maximum of each stage, in milliseconds."""
    return {
        stage: {
            "median": float(np.median(values)),
            "p95": float(np.percentile(values, 95)),
            "min": float(np.min(values)),
            "max": float(np.max(values)),
        }
        for stage, values in times.items()
    }


def _budgeted_summary(times: Times, works: list[Work]) -> dict[str, object]:
    """Summary of the budgeted run: most frequent work, number of changes, times of all frames."""
    (work, count), *_ = Counter(works).most_common(1)
    return {
        "size": list(work.size),
        "spp": work.spp,
        "train_steps": work.train_steps,
        "frames": count,
        "changes": sum(before != after for before, after in pairwise(works)),
        "milliseconds": _statistics(times),
    }


def _summary(session: Session, times: Times, options: Options) -> dict[str, object]:
    """Content of `benchmark.json`: times with their spread, settings and versions."""
    render = session.settings.render
    paths = 2 * render.size[0] * render.size[1] * render.spp
    stages = _statistics(times)
    in_stages = np.sum([times[stage] for stage in STAGES], axis=0) / np.array(times[TOTAL])
    return {
        "scene": session.scene.name,
        "device": session.backend.name,
        "launches": session.trainer.launches,
        "size": list(render.size),
        "spp": render.spp,
        "frames": options.frames,
        "triangles": session.scene.triangle_count,
        "milliseconds": stages,
        "stage_fraction": float(np.median(in_stages)),
        "paths_per_second": paths / (stages[RENDER]["median"] / 1e3),
        "budget_ms": options.budget_ms,
        "is_within_budget": stages[TOTAL]["median"] <= options.budget_ms,
        "settings": to_json(options),
        "versions": versions(),
    }


def _table(result: dict[str, object]) -> str:
    """Summary as a text table."""
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
        f"{verdict} the budget of {result['budget_ms']:g} ms per frame"
    )
    if "held" in result:
        lines.append(_budgeted_line(result["held"]))  # type: ignore[arg-type]
    return "\n".join(lines)


def _budgeted_line(held: dict[str, Any]) -> str:
    """One line of text: most frequent work of the budgeted run, and its frame times."""
    size = "x".join(str(side) for side in held["size"])
    spread = held["milliseconds"][TOTAL]
    return (
        f"held with {held['train_steps']} training steps, {held['spp']} spp, {size}:"
        f" median {spread['median']:.1f}, 95 % {spread['p95']:.1f} ms; {held['changes']} changes"
    )
