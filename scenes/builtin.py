"""Scenes that come with the program: a name, and a function that makes the description.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable

from scenes.description import SceneDescription
from scenes.later import later

DEFAULT_SCENE = "reading-room"
"""What opens when no scene is named."""

BUILT_IN: dict[str, Callable[[], SceneDescription]] = {
    "reading-room": later("scenes.builtin_reading_room", "reading_room"),
    "cornell-box": later("scenes.builtin_cornell", "cornell_box"),
    "veach-mis": later("scenes.builtin_veach", "veach_mis"),
    "still-life": later("scenes.builtin_still_life", "still_life"),
    "furnace": later("scenes.builtin_furnace", "furnace"),
}
"""Every scene by name; each call makes the same description anew."""
