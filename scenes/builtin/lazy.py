"""Lazy import: functions whose module is imported when they are called.

Host code. Opening one scene does not import the modules of all others.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from scenes.model.description import SceneDescription


def lazy(module: str, name: str) -> Callable[..., SceneDescription]:
    """Scene function `name` of `module`, which is imported at the first call."""

    def call(*args: Any) -> SceneDescription:
        function: Callable[..., SceneDescription] = getattr(import_module(module), name)
        return function(*args)

    return call
