"""Modes: what the program can do, and which options each of them reads.

Host code.
"""

from __future__ import annotations

VIEWER, HEADLESS, BENCHMARK, RENDER, STUDY = "viewer", "headless", "benchmark", "render", "study"
RESTORATION = "restoration"
"""The offline mode with any task but `montecarlo`."""
RENDERED_VIEWS = "rendered views"
"""The offline mode with `--task montecarlo`."""

OFFLINE_MODES = (RESTORATION, RENDERED_VIEWS)
LEARNING_MODES = (VIEWER, HEADLESS, BENCHMARK, STUDY, RENDERED_VIEWS)
"""Modes that train the online denoiser."""
SCENE_MODES = (*LEARNING_MODES, RENDER)
"""Modes that render a scene."""
ALL_MODES = (*SCENE_MODES, RESTORATION)

USES = {
    VIEWER: ("cpu",),
    HEADLESS: (),
    BENCHMARK: (BENCHMARK,),
    RENDER: ("still",),
    STUDY: ("paper",),
    RESTORATION: ("cpu", "paper"),
    RENDERED_VIEWS: ("cpu", "paper", "still", RENDERED_VIEWS),
}
"""Keys of `Option.uses` that apply in each mode; "cpu" applies on a CPU only."""
