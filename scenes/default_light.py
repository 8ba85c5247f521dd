"""Default sky for scenes of any file format that contain no light.

Host code.
"""

from __future__ import annotations

import math
from dataclasses import replace

from scenes.model.description import Environment
from scenes.model.description import SceneDescription
from scenes.model.materials import Material
from scenes.optics.preetham import SkySettings
from scenes.optics.preetham import bake_sky

SUN_DIRECTION = (0.5, 0.75, 0.6)
"""Towards the sun: above, right and front of a scene with y up that faces +z."""
RADIANCE_SCALE = 1.2
"""Scale of the radiance, so that a white floor in the sun has a radiance of about 1."""
NOTE = "no light in the file: a sky with the sun was added"


def with_default_light(scene: SceneDescription) -> SceneDescription:
    """Return `scene`; if `has_light` is False, with the default sky and a note."""
    if has_light(scene):
        return scene
    return replace(scene, environment=default_environment(), notes=(*scene.notes, NOTE))


def has_light(scene: SceneDescription) -> bool:
    """Whether the scene has an emitter that is meant to light it.

    Emission textures of materials (the lamps on a helmet) do not count, unless the file says that
    they are lamps: they are only to be seen.
    """
    if scene.environment is not None or scene.lights:
        return True
    return any(
        shape.radiance is not None or _is_emissive(scene.materials[shape.material])
        for shape in scene.shapes
    )


def default_environment() -> Environment:
    """Clear sky with sun, y up, over grey ground."""
    settings = SkySettings(
        SUN_DIRECTION,
        sky_scale=RADIANCE_SCALE * math.pi,
        sun_scale=RADIANCE_SCALE,
        ground_albedo=0.3,
    )
    return replace(bake_sky(settings), name="default sky")


def _is_emissive(material: Material) -> bool:
    emission = material.emission
    if emission is None or material.emission_strength == 0.0:
        return False
    return material.is_lamp or isinstance(emission, tuple)
