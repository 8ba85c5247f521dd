"""Entry of a reader's registry: how an element of a format is built, and what a user must know.

Host code. The tables of `docs/manual/scenes.md` are generated from these registries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic
from typing import TypeVar

Build_co = TypeVar("Build_co", bound=Callable[..., object], covariant=True)


@dataclass(frozen=True)
class Supported(Generic[Build_co]):
    """An element that a reader supports."""

    build: Build_co
    remark: str = ""
    """What differs from the format or its usual renderer; empty: nothing."""
