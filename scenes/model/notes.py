"""Notes of a scene's images, added to those of the scene.

Host code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scenes.model.description import SceneDescription
from scenes.model.materials import ImageTexture


def with_image_notes(scene: SceneDescription) -> SceneDescription:
    """The scene with the notes of its textures and environment, each once, named by the image."""
    notes = dict.fromkeys(_image_notes(scene))
    return replace(scene, notes=(*scene.notes, *notes)) if notes else scene


def _image_notes(scene: SceneDescription) -> Iterator[str]:
    holders = (*scene.materials, *(material.bsdf for material in scene.materials), *scene.shapes)
    for holder in holders:
        for value in vars(holder).values():
            if isinstance(value, ImageTexture):
                for note in value.image.notes:
                    yield f"{value.image.name}: {note}"
    if scene.environment is not None:
        for note in scene.environment.notes:
            yield f"{scene.environment.name}: {note}"
