"""Whether what a folder holds is of the flight that is to go on.

Host code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.base.errors import UsageError
from app.results.provenance import settings
from app.settings.comparison import Rival
from app.settings.options import Options
from scenes.model.summary import Outline

Flight = dict[str, object]
"""`scene`, its name, and all options as `settings`."""
RENDERED = ("size", "spp", "max_depth", "rr_depth", "seed")
LEARNED = ("network", "loss", "learning_rate", "train_steps", "crop", "start", "has_history")
FILES = ("path", "environment")


def flight_of(scene: Outline, options: Options) -> Flight:
    """What tells a flight from others; a report of it holds the same."""
    return {"scene": scene.name, "settings": settings(options)}


def check_same_flight(source: Path, earlier: Any, now: Flight, *more: str) -> None:
    """Raises UsageError where two flights differ in what is seen or how it is learned, or the
    first is none.

    Args:
        source: file that tells of the earlier flight.
        earlier: what it holds, a Flight and perhaps more.
        more: further options that must be equal.
    """
    before, present = _flight(earlier, source, more), _flight(now, source, more)
    for name, value in present.items():
        if before[name] != value:
            raise UsageError(f"{source}: flown with {name} {before[name]}, not {value}")


def _flight(content: Any, source: Path, more: tuple[str, ...]) -> dict[str, object]:
    try:
        options = content["settings"]
        render, denoiser = options["session"]["render"], options["session"]["denoiser"]
        # By name: a folder may be resumed from elsewhere.
        files = {name: Path(options[name]).name if options[name] else None for name in FILES}
        numbers = {name: render[name] for name in RENDERED} | {n: denoiser[n] for n in LEARNED}
        # A column of the log holds one rival; flights logged before there were any have none.
        rival = {"rival": options["session"].get("rival", Rival.NONE.value)}
        named = {"scene": content["scene"]} | files | numbers | rival
        return named | {n: options[n] for n in more}
    except (KeyError, TypeError) as error:
        raise UsageError(f"{source}: tells of no flight") from error
