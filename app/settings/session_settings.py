"""Settings of a session: what is rendered, how it is denoised, and on which device.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields
from dataclasses import replace
from typing import Any

from app.settings.comparison import Comparison
from app.settings.modes import ALL_MODES
from app.settings.modes import HEADLESS
from app.settings.modes import LEARNING_MODES
from app.settings.modes import SCENE_MODES
from app.settings.modes import VIEWER
from denoiser.option import check_ranges
from denoiser.option import group
from denoiser.option import option
from denoiser.option import typed
from denoiser.settings import SEED
from denoiser.settings import DenoiserSettings

MAX_SIDE = 16384
"""Pixels; a larger frame does not fit into memory."""
DEVICES = ("auto", "cuda", "cpu")


def parse_size(text: str) -> tuple[int, int]:
    """Parse 'WIDTHxHEIGHT' into (width, height) in pixels. ValueError if it is invalid."""
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdecimal() and part.isascii() for part in parts):
        raise ValueError(f"{text!r} is not WIDTHxHEIGHT, for example 512x512")
    width, height = int(parts[0]), int(parts[1])
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise ValueError(f"{text!r}: each side must be 1 to {MAX_SIDE} pixels")
    return width, height


@dataclass(frozen=True, kw_only=True)
class RenderSettings:
    """Settings of the path tracer, for each half."""

    size: tuple[int, int] = option(
        (512, 512),
        "render size",
        unit="pixels",
        parse=parse_size,
        metavar="WxH",
        uses={"cpu": (256, 160)},  # see docs/experiments.md
        must_match=True,
    )
    spp: int = option(
        8,
        "samples per pixel of each half",
        low=1,
        panel=(1, 64),
        uses={"still": 64},
        must_match=True,
    )
    max_depth: int = option(
        6,
        "largest path depth; 1: emitters seen directly, 2: direct light",
        low=1,
        panel=(1, 16),
        must_match=True,
    )
    rr_depth: int = option(
        5, "path depth from which Russian roulette may end a path", low=1, must_match=True
    )
    seed: int = option(0, **vars(SEED) | {"must_match": True})

    def __post_init__(self) -> None:
        """ValueError where a number is out of range."""
        check_ranges(self)


DENOISER_NAMES = {each.name for each in fields(DenoiserSettings)} - {"seed"}
RENDER_NAMES = {each.name for each in fields(RenderSettings)}


@dataclass(frozen=True)
class SessionSettings:
    """Everything a session needs besides the scene."""

    render: RenderSettings = group(RenderSettings, "scene and frame", SCENE_MODES)
    denoiser: DenoiserSettings = group(DenoiserSettings, "online denoiser", LEARNING_MODES)
    device: str = option(
        "auto",
        "device that renders and trains; auto: a CUDA GPU where torch sees one",
        choices=DEVICES,
        modes=ALL_MODES,
        group="every mode",
    )
    comparison: Comparison = option(
        Comparison.NONE,
        "second denoiser that runs beside the first on the same frames",
        modes=(VIEWER, HEADLESS),
        group="online denoiser",
        old_names=("rival",),
        must_match=True,
        may_be_missing=True,
    )

    def changed(self, **changes: Any) -> SessionSettings:
        """Settings with fields of the renderer, the denoiser or the session itself replaced.

        A change of network takes the new one's default learning rate, unless one is given too.
        """
        named = {name: changes.pop(name) for name in DENOISER_NAMES & changes.keys()}
        changes |= typed(DenoiserSettings, named)
        if changes.get("network", self.denoiser.network) is not self.denoiser.network:
            changes.setdefault("learning_rate", None)
        of_render = {name: changes.pop(name) for name in RENDER_NAMES & changes.keys()}
        of_denoiser = {name: changes.pop(name) for name in DENOISER_NAMES & changes.keys()}
        render = replace(self.render, **of_render)
        denoiser = replace(self.denoiser, **of_denoiser)
        of_session = typed(SessionSettings, changes)
        return replace(self, render=render, denoiser=denoiser, **of_session)
