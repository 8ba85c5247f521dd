"""Lighter defaults of viewer and offline mode on a CPU, where the paper's sizes take too long.

Host code. Headless runs and benchmarks keep the paper's values on every device.
"""

from __future__ import annotations

from dataclasses import fields
from dataclasses import is_dataclass
from dataclasses import replace
from enum import Enum
from typing import TypeVar

from app.settings.options import Options
from denoiser.option import flag_of
from denoiser.option import option_of

CPU = "cpu"
Record = TypeVar("Record")


def with_cpu_defaults(options: Options) -> Options:
    """Options with lighter defaults for flags that were not given; unchanged on a GPU."""
    from renderer.backend import choose_device  # imports torch and Taichi

    if choose_device(options.session.device).type != "cpu":
        return options
    return _lighter(options, options.given)


def _lighter(record: Record, given: frozenset[str]) -> Record:
    """The record and those nested in it, with CPU defaults for flags not in `given`."""
    changes = {}
    for each in fields(record):  # type: ignore[arg-type]
        known, value = option_of(each), getattr(record, each.name)
        if known is not None:
            if CPU in known.uses and flag_of(each, known) not in given:
                changes[each.name] = next(known.uses[u] for u in _uses(record) if u in known.uses)
        elif is_dataclass(value):
            changes[each.name] = _lighter(value, given)
    return replace(record, **changes)  # type: ignore[type-var]


def _uses(record: object) -> list[str]:
    """Keys of `Option.uses` that apply to a record on a CPU, the most specific first."""
    network = getattr(record, "network", None)
    names = (getattr(record, "task", None), network.value if isinstance(network, Enum) else None)
    return [*(f"{CPU} {name}" for name in names if name is not None), CPU]
