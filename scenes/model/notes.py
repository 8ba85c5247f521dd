"""Notes of a scene's images, added to those of the scene.

Host code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scenes.model.description import SceneDescription
from scenes.model.lines import single_line
from scenes.model.texture_access import textures_in
from scenes.model.textures import ImageTexture


def with_image_notes(scene: SceneDescription) -> SceneDescription:
    """The scene with the notes of its textures and environment, each once, named by the image.

    All notes are made printable by `single_line`, as they quote names from files.
    """
    notes = (*scene.notes, *dict.fromkeys(_image_notes(scene)))
    return replace(scene, notes=tuple(map(single_line, notes))) if notes else scene


def _image_notes(scene: SceneDescription) -> Iterator[str]:
    radiances = (shape.radiance for shape in scene.shapes)
    for texture in textures_in((*scene.materials, *radiances)):
        if isinstance(texture, ImageTexture):
            for note in texture.image.notes:
                yield f"{texture.image.name}: {note}"
    if scene.environment is not None:
        for note in scene.environment.notes:
            yield f"{scene.environment.name}: {note}"
