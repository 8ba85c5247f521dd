"""Short unique names of scenes, for the files and table rows of a benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def scene_names(sources: Sequence[str]) -> dict[str, str]:
    """Unique name of each source: its own without suffix, for `scene.xml` that of its folder."""
    names: dict[str, str] = {}
    for source in sources:
        path = Path(source)
        name = path.resolve().parent.name if path.stem == "scene" else path.stem
        taken = names.values()
        numbered = (f"{name}-{number}" for number in range(2, len(sources) + 2))
        names[source] = name if name not in taken else next(n for n in numbered if n not in taken)
    return names
