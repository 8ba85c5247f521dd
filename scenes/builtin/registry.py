"""Scenes that come with the program: a name, and a function that makes the description.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable

from scenes.builtin.lazy import lazy
from scenes.model.description import SceneDescription

DEFAULT_SCENE = "reading-room"
"""What opens when no scene is named."""

BUILT_IN: dict[str, Callable[[], SceneDescription]] = {
    "reading-room": lazy("scenes.builtin.reading_room.scene", "reading_room"),
    "cornell-box": lazy("scenes.builtin.cornell", "cornell_box"),
    "veach-mis": lazy("scenes.builtin.veach", "veach_mis"),
    "still-life": lazy("scenes.builtin.still_life", "still_life"),
    "furnace": lazy("scenes.builtin.furnace", "furnace"),
}
"""Every scene by name; each call makes the same description anew."""
