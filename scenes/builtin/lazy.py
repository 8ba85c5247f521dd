"""Functions whose module is imported when they are called.

Host code. Whoever opens one scene need not wait for the modules of all others.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from scenes.model.description import SceneDescription


def lazy(module: str, name: str) -> Callable[..., SceneDescription]:
    """The function `name` of a module of this package."""

    def call(*args: Any) -> SceneDescription:
        function: Callable[..., SceneDescription] = getattr(import_module(module), name)
        return function(*args)

    return call
