"""Tables of `docs/performance.md` from the reports of the benchmarks.

Host code.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.experiments.markdown import markdown_table

RESULTS = Path(__file__).resolve().parent.parent / "results"
RAY_SCENES = ("living-room", "veach-ajar", "classroom", "staircase2")
RAY_KINDS = ("camera", "bounce", "shadow")
TRIANGLE_COUNTS = (102400, 984064, 2985984, 10036224)
"""Rows of the table of scene sizes; the plot shows all."""
NETWORKS = ("unet", "fast", "best")
STEPS = (
    ("training-step-cpu", "AVX2", 1, "fp32"),
    ("training-step-cpu", "AVX2", 2, "fp32"),
    ("training-step-cpu", "AVX2", 2, "bf16"),
    ("training-step-amx-cpu", "AVX-512, AMX", 2, "fp32"),
    ("training-step-amx-cpu", "AVX-512, AMX", 2, "bf16"),
)
"""Rows of the table of training steps: report, processor, threads, precision."""


def load_report(name: str) -> dict[str, Any]:
    """Report `benchmarks/results/NAME.json`."""
    report: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return report


def rays_table() -> str:
    """Rays per second by scene and kind of ray."""
    rows = []
    for scene in RAY_SCENES:
        kinds = load_report(f"rays-{scene}-cpu")["kinds"]
        rows.append([scene, *(f"{kinds[kind]['mrays_per_second']:.1f}" for kind in RAY_KINDS)])
    return markdown_table(["scene, M rays/s", *RAY_KINDS], rows)


def profile_table(part: str, heading: str) -> str:
    """Table of a part of the path profile: quantities down, scenes across."""
    scenes: dict[str, dict[str, float]] = load_report("path-profile-cpu")[part]["scenes"]
    quantities = list(dict.fromkeys(name for values in scenes.values() for name in values))
    rows = [[name, *(f"{scenes[scene].get(name, '')}" for scene in scenes)] for name in quantities]
    return markdown_table([heading, *scenes], rows)


def mitsuba_table(name: str) -> str:
    """Paths per second of Hush and Mitsuba, each round, and the ratio of the medians."""
    rows = []
    for scene, paths in load_report(name)["scenes"].items():
        ratio = median(paths["ours"]) / median(paths["theirs"])
        rounds = (" / ".join(f"{value:.2f}" for value in paths[key]) for key in ("ours", "theirs"))
        rows.append([scene, *rounds, f"{ratio:.2f}"])
    return markdown_table(["scene, M paths/s", "Hush", "Mitsuba 3.9.1", "ratio"], rows)


def scene_size_table() -> str:
    """Times and memory of loading and table building by number of triangles."""
    columns: dict[str, Callable[[dict[str, float]], str]] = {
        "triangles": lambda row: f"{row['triangles']:,}",
        "load, s": lambda row: f"{row['load_s']:.1f}",
        "flatten, s": lambda row: f"{row['flatten_s']:.1f}",
        "hierarchy, s": lambda row: f"{row['build_s'] + row['widen_s']:.2f}",
        "all tables, s": lambda row: f"{row['tables_s']:.1f}",
        "tables, bytes per triangle": lambda row: f"{row['state_bytes']:.0f}",
        "peak of the process, GiB": lambda row: f"{row['peak_mib'] / 1024:.1f}",
        "path, ns": lambda row: f"{row['ns_per_path']:,.0f}",
    }
    by_count = {row["triangles"]: row for row in load_report("growth-cpu")["triangles"]}
    rows = [[cell(by_count[count]) for cell in columns.values()] for count in TRIANGLE_COUNTS]
    return markdown_table(list(columns), rows)


def training_step_table() -> str:
    """Milliseconds of a training step and its fraction of the peak rate."""
    rows = []
    for name, processor, threads, precision in STEPS:
        steps = {
            step["network"]: step
            for step in load_report(name)["steps"]
            if (step["threads"], step["precision"]) == (threads, precision)
        }
        rows.append(
            [
                f"{processor}, {threads} thread{'s' if threads > 1 else ''}, {precision}",
                f"{steps['unet']['peak_gflops']:.0f}",
                *(
                    f"{steps[name]['ms']:.0f} ({steps[name]['peak_fraction']:.2f})"
                    for name in NETWORKS
                ),
            ]
        )
    headings = [f"{name}, ms (fraction of the peak)" for name in NETWORKS]
    return markdown_table(["processor, threads, precision", "peak, GFLOP/s", *headings], rows)


def endurance_table() -> str:
    """Memory and time of a frame in the three thirds of a long run."""
    report = load_report("endurance-cpu")
    rows = [
        ["resident memory, MiB", *(f"{value:.1f}" for value in report["mib"])],
        [
            "processor time per frame, ms",
            *(f"{value:.0f}" for value in report["processor_milliseconds"]),
        ],
        ["wall time per frame, ms", *(f"{value:.0f}" for value in report["milliseconds"])],
    ]
    return markdown_table(["median", "first third", "second third", "last third"], rows)
