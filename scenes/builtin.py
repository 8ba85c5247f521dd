"""Scenes that come with the program: a name, and a function that makes the description.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable

from scenes.builtin_cornell import cornell_box
from scenes.builtin_furnace import furnace
from scenes.builtin_reading_room import reading_room
from scenes.builtin_still_life import still_life
from scenes.builtin_veach import veach_mis
from scenes.description import SceneDescription

DEFAULT_SCENE = "reading-room"
"""What opens when no scene is named."""

BUILT_IN: dict[str, Callable[[], SceneDescription]] = {
    "reading-room": reading_room,
    "cornell-box": cornell_box,
    "veach-mis": veach_mis,
    "still-life": still_life,
    "furnace": furnace,
}
"""Every scene by name; each call makes the same description anew."""
