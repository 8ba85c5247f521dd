"""Emitters of Mitsuba files that are not shapes.

Host code.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scenes.images.files import read_environment
from scenes.mitsuba.camera import horizontal_fov
from scenes.mitsuba.daylight import preetham_sky
from scenes.mitsuba.daylight import sunsky
from scenes.mitsuba.daylight import timed_sunsky
from scenes.mitsuba.directions import note_scale
from scenes.mitsuba.directions import rotation_of
from scenes.mitsuba.directions import triple
from scenes.mitsuba.directions import unit_vector
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.textures import TextureReader
from scenes.mitsuba.textures import mean_color
from scenes.model.description import DirectionalLight
from scenes.model.description import Environment
from scenes.model.description import Falloff
from scenes.model.description import PointLight
from scenes.model.description import ProjectedImage
from scenes.model.description import PunctualLight
from scenes.model.support import Supported
from scenes.model.textures import RGB
from scenes.model.textures import Checkerboard
from scenes.model.textures import ImageTexture
from scenes.model.textures import Texture

WHITE = (1.0, 1.0, 1.0)
AREA_KINDS = ("area", "directionalarea")
"""Emitters that belong to a shape."""
ROWS_TO_SEE = 64
"""Rows of an environment below which half a row is visible."""


def emitter_of(plugin: Plugin, textures: TextureReader) -> Environment | PunctualLight:
    """Environment or light of a top-level <emitter>."""
    if plugin.kind in AREA_KINDS:
        raise plugin.error(f"{plugin.kind}: belongs inside a shape")
    plugin.find("sampling_weight")  # no picture shows it
    plugin.find("mis_compensation")
    found = EMITTERS.get(plugin.kind)
    if found is None:
        raise plugin.unusable("unsupported plugin")
    return found.build(plugin, textures)


def _constant(plugin: Plugin, textures: TextureReader) -> Environment:
    return Environment(radiance=_emission(plugin, textures, "radiance"), name="constant")


def _point(plugin: Plugin, textures: TextureReader) -> PointLight:
    return PointLight(_position(plugin), _emission(plugin, textures, "intensity"))


def _envmap(plugin: Plugin, _textures: TextureReader) -> Environment:
    scale = plugin.number("scale", 1.0)
    path = plugin.path()
    image, notes = read_environment(path)
    if len(image) < ROWS_TO_SEE:
        plugin.note("rows have their centres at (i + 1/2) / height; Mitsuba's reach to the poles")
    note_scale(plugin, plugin.transform("to_world"))
    return Environment(
        radiance=(scale, scale, scale),
        image=image,
        to_world=rotation_of(plugin),
        name=path.name,
        notes=notes,
    )


def _spot(plugin: Plugin, textures: TextureReader) -> PointLight:
    matrix = plugin.transform("to_world")
    cutoff = plugin.number("cutoff_angle", 20.0)
    width = plugin.number("beam_width", cutoff * 0.75)
    if not 0.0 < cutoff < 180.0 or width > cutoff:
        raise plugin.error(f"bad beam_width {width:g} or cutoff_angle {cutoff:g}")
    image = None
    intensity = _emission(plugin, textures, "intensity")
    texture = textures.find(plugin, "texture", is_light=True)
    if isinstance(texture, tuple):
        intensity = scaled_color(intensity, texture)
    elif texture is not None:
        scale = 0.5 / math.tan(math.radians(cutoff))
        axes = (unit_vector(plugin, matrix[:3, 0]), unit_vector(plugin, matrix[:3, 1]))
        image = ProjectedImage(texture, *axes, scale=(scale, scale))
    return PointLight(
        position=triple(matrix[:3, 3]),
        intensity=intensity,
        direction=unit_vector(plugin, matrix[:3, 2]),
        cone=(math.radians(width), math.radians(cutoff)),
        falloff=Falloff.ANGLE,
        image=image,
    )


def _projector(plugin: Plugin, textures: TextureReader) -> PointLight:
    """A light that projects an image like the perspective camera with the same parameters."""
    matrix = plugin.transform("to_world")
    irradiance = textures.radiance(plugin, "irradiance")
    factor = math.pi * plugin.number("scale", 1.0)
    note_scale(plugin, matrix)
    aspect = 1.0
    texture: Texture = Checkerboard(WHITE, WHITE)
    intensity = (factor, factor, factor)
    if isinstance(irradiance, tuple):
        intensity = scaled_color(intensity, irradiance)
    else:
        texture = irradiance
        if isinstance(texture, ImageTexture):
            height, width = texture.image.texels.shape[:2]
            aspect = width / height
    tan_x = math.tan(math.radians(horizontal_fov(plugin, aspect)) / 2.0)
    return PointLight(
        position=triple(matrix[:3, 3]),
        intensity=intensity,
        direction=unit_vector(plugin, matrix[:3, 2]),
        image=ProjectedImage(
            texture,
            unit_vector(plugin, matrix[:3, 0]),
            unit_vector(plugin, matrix[:3, 1]),
            scale=(-0.5 / tan_x, -0.5 * aspect / tan_x),
            is_projector=True,
        ),
    )


def scaled_color(first: RGB, second: RGB) -> RGB:
    """Product of two colours."""
    return (first[0] * second[0], first[1] * second[1], first[2] * second[2])


def _directional(plugin: Plugin, textures: TextureReader) -> DirectionalLight:
    matrix = plugin.transform("to_world")
    direction = matrix[:3, 2]
    note_scale(plugin, matrix)
    if plugin.find("direction") is not None:
        direction = plugin.vector("direction", (0.0, 0.0, 1.0))
    return DirectionalLight(
        unit_vector(plugin, direction), _emission(plugin, textures, "irradiance")
    )


def _emission(plugin: Plugin, textures: TextureReader, name: str) -> RGB:
    """Radiance, intensity or irradiance from the parameter `name`, >= 0; white by default."""
    color = textures.radiance(plugin, name)
    if not isinstance(color, tuple):
        plugin.note(f"{name}: the texture's mean is used")
        color = mean_color(color)
    if min(color) < 0.0:
        raise plugin.error(f"{name}: negative {color}")
    return color


def _position(plugin: Plugin) -> tuple[float, float, float]:
    if plugin.find("position") is not None:
        return triple(plugin.vector("position", (0.0, 0.0, 0.0)))
    return triple(plugin.transform("to_world")[:3, 3])


SKY = Supported(preetham_sky, "Preetham's model")
EMITTERS: dict[str, Supported[Callable[[Plugin, TextureReader], Environment | PunctualLight]]] = {
    "constant": Supported(_constant),
    "envmap": Supported(_envmap, "pixel centres at (i + 1/2) / height, even scales only"),
    "point": Supported(_point),
    "spot": Supported(_spot),
    "directional": Supported(_directional),
    "projector": Supported(_projector),
    "sky": SKY,
    "sun": SKY,
    "sunsky": Supported(
        sunsky, "a uniform sun, no negative colours; version 0.x: Preetham's model"
    ),
    "timed_sunsky": Supported(timed_sunsky, "as at its start, with a note"),
}
"""Emitters by plugin type, besides `area`, which shapes contain."""
