"""Built-in scenes: the name of each and the function that builds its description.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable

from scenes.builtin.lazy import lazy
from scenes.model.description import SceneDescription

DEFAULT_SCENE = "reading-room"
"""Scene that is opened when none is named."""

BUILT_IN: dict[str, Callable[[], SceneDescription]] = {
    "reading-room": lazy("scenes.builtin.reading_room.scene", "reading_room"),
    "cornell-box": lazy("scenes.builtin.cornell", "cornell_box"),
    "veach-mis": lazy("scenes.builtin.veach", "veach_mis"),
    "still-life": lazy("scenes.builtin.still_life", "still_life"),
    "furnace": lazy("scenes.builtin.furnace", "furnace"),
}
"""Scene functions by name; every call builds the same description."""
