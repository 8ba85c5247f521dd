"""The light that a scene gets when its file brings none, whatever the format.

Host code.
"""

from __future__ import annotations

import math
from dataclasses import replace

from scenes.model.description import Environment
from scenes.model.description import SceneDescription
from scenes.model.materials import ImageTexture
from scenes.model.materials import Material
from scenes.optics.preetham import SkySettings
from scenes.optics.preetham import bake_sky

SUN_DIRECTION = (0.5, 0.75, 0.6)
"""From above, the right and the front of a scene with y up that faces +z."""
EXPOSURE = 1.2
"""Factor that gives a white floor in the sun a radiance of about 1."""
NOTE = "no light in the file: a sky with the sun was added"


def with_light(scene: SceneDescription) -> SceneDescription:
    """The scene itself if something in it gives light, else the scene under a sky, with a note."""
    if has_light(scene):
        return scene
    return replace(scene, environment=default_environment(), notes=(*scene.notes, NOTE))


def has_light(scene: SceneDescription) -> bool:
    """True where an emitter is meant to light the scene.

    Glowing pictures (the lamps on a helmet) do not count: they are seen but light nothing else.
    """
    if scene.environment is not None or scene.lights:
        return True
    return any(
        shape.radiance is not None or _glows(scene.materials[shape.material])
        for shape in scene.shapes
    )


def default_environment() -> Environment:
    """A clear sky with y up over grey ground."""
    settings = SkySettings(
        SUN_DIRECTION,
        sky_scale=EXPOSURE * math.pi,
        sun_scale=EXPOSURE,
        ground_albedo=0.3,
    )
    return replace(bake_sky(settings), name="default sky")


def _glows(material: Material) -> bool:
    emission = material.emission
    if emission is None or isinstance(emission, ImageTexture) or material.emission_strength == 0.0:
        return False
    return True
