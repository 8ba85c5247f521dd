"""Emitters of Mitsuba files that are not shapes.

Host code.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from scenes.images.files import read_environment
from scenes.mitsuba.camera import horizontal_fov
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.textures import TextureReader
from scenes.mitsuba.values import ColorKind
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
from scenes.model.transforms import rigid
from scenes.optics.preetham import SkySettings
from scenes.optics.preetham import bake_sky

WHITE = (1.0, 1.0, 1.0)
DEFAULT_SUN = (0.5, 0.7, 0.5)
"""Towards the sun, y up: about 45 degrees high, as in Mitsuba's default (Tokyo, July, 15:00)."""
CLOCK_NAMES = (
    "latitude",
    "longitude",
    "timezone",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
)
"""Unsupported parameters that set the sun by place and time."""
AREA_KINDS = ("area", "directionalarea")
"""Emitters that belong to a shape."""
ROWS_TO_SEE = 64
"""Rows of an environment below which half a row is visible."""
TURBIDITIES = (1.7, 10.0)
"""Range of turbidity in which the sky model is valid."""


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


def _constant(plugin: Plugin, _textures: TextureReader) -> Environment:
    return Environment(radiance=_emission(plugin, "radiance"), name="constant")


def _point(plugin: Plugin, _textures: TextureReader) -> PointLight:
    return PointLight(_position(plugin), _emission(plugin, "intensity"))


def _envmap(plugin: Plugin, _textures: TextureReader) -> Environment:
    scale = plugin.number("scale", 1.0)
    path = plugin.path()
    image, notes = read_environment(path)
    if len(image) < ROWS_TO_SEE:
        plugin.note("rows have their centres at (i + 1/2) / height; Mitsuba's reach to the poles")
    return Environment(
        radiance=(scale, scale, scale),
        image=image,
        to_world=_rotation(plugin),
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
    intensity = _emission(plugin, "intensity")
    texture = textures.find(plugin, "texture", is_light=True)
    if isinstance(texture, tuple):
        intensity = scaled_color(intensity, texture)
    elif texture is not None:
        scale = 0.5 / math.tan(math.radians(cutoff))
        axes = (_unit(plugin, matrix[:3, 0]), _unit(plugin, matrix[:3, 1]))
        image = ProjectedImage(texture, *axes, scale=(scale, scale))
    return PointLight(
        position=_triple(matrix[:3, 3]),
        intensity=intensity,
        direction=_unit(plugin, matrix[:3, 2]),
        cone=(math.radians(width), math.radians(cutoff)),
        falloff=Falloff.ANGLE,
        image=image,
    )


def _projector(plugin: Plugin, textures: TextureReader) -> PointLight:
    """A light that projects an image like the perspective camera with the same parameters."""
    matrix = plugin.transform("to_world")
    irradiance = textures.find(plugin, "irradiance", is_light=True)
    if irradiance is None:
        irradiance = plugin.color("irradiance", WHITE, ColorKind.EMISSION)
    factor = math.pi * plugin.number("scale", 1.0)
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
        position=_triple(matrix[:3, 3]),
        intensity=intensity,
        direction=_unit(plugin, matrix[:3, 2]),
        image=ProjectedImage(
            texture,
            _unit(plugin, matrix[:3, 0]),
            _unit(plugin, matrix[:3, 1]),
            scale=(-0.5 / tan_x, -0.5 * aspect / tan_x),
            is_projector=True,
        ),
    )


def scaled_color(first: RGB, second: RGB) -> RGB:
    """Product of two colours."""
    return (first[0] * second[0], first[1] * second[1], first[2] * second[2])


def _directional(plugin: Plugin, _textures: TextureReader) -> DirectionalLight:
    direction = plugin.transform("to_world")[:3, 2]
    if plugin.find("direction") is not None:
        direction = plugin.vector("direction", (0.0, 0.0, 1.0))
    return DirectionalLight(_unit(plugin, direction), _emission(plugin, "irradiance"))


def _sky(plugin: Plugin, _textures: TextureReader) -> Environment:
    """Sky and sun: `sky_scale` and `sun_scale` scale one of them, `scale` both."""
    zenith = _zenith(plugin)
    if not plugin.document.is_version_0:
        plugin.note("Preetham's model of daylight is used; Mitsuba 3.6 and later have another")
    turbidity = plugin.number("turbidity", 3.0)
    if not TURBIDITIES[0] <= turbidity <= TURBIDITIES[1]:
        plugin.note(f"turbidity {turbidity:g} is outside {TURBIDITIES} and was clamped")
        turbidity = min(max(turbidity, TURBIDITIES[0]), TURBIDITIES[1])
    both = plugin.number("scale", 1.0)
    sky_scale = both * plugin.number("sky_scale", 1.0) * (plugin.kind != "sun")
    sun_scale = both * plugin.number("sun_scale", 1.0) * (plugin.kind != "sky")
    if min(sky_scale, sun_scale) < 0.0:
        raise plugin.error("negative scale")
    direction = _sun_direction(plugin, zenith)
    settings = SkySettings(direction, zenith, turbidity, sky_scale, sun_scale)
    if float(np.dot(direction, zenith)) <= 0.0:
        plugin.note("the sun is below the horizon")
    return bake_sky(settings)


def _zenith(plugin: Plugin) -> tuple[float, float, float]:
    """Up direction in world space: z of the emitter, or y in old files without `to_world`.

    Mitsuba 3 has z up; old scenes that should load there rotate the sky with a transform.
    """
    if plugin.document.is_version_0 and plugin.find("to_world") is None:
        return (0.0, 1.0, 0.0)
    return _unit(plugin, plugin.transform("to_world")[:3, 2])


def _sun_direction(
    plugin: Plugin, zenith: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Towards the sun, in world space."""
    if plugin.find("sun_direction") is not None:
        return _unit(plugin, plugin.vector("sun_direction", DEFAULT_SUN))
    if plugin.find(*CLOCK_NAMES) is not None:
        plugin.note("place and time are ignored, the sun is at 45 degrees; give sun_direction")
    up = np.array(zenith)
    side = np.cross(up, np.eye(3)[int(np.argmin(np.abs(up)))])
    side /= np.linalg.norm(side)
    x, y, z = DEFAULT_SUN
    return _unit(plugin, x * side + y * up + z * np.cross(side, up))


def _emission(plugin: Plugin, name: str) -> RGB:
    """Radiance, intensity or irradiance from the parameter `name`, >= 0; white by default."""
    color = plugin.color(name, WHITE, ColorKind.EMISSION)
    if min(color) < 0.0:
        raise plugin.error(f"{name}: negative {color}")
    return color


def _position(plugin: Plugin) -> tuple[float, float, float]:
    if plugin.find("position") is not None:
        return _triple(plugin.vector("position", (0.0, 0.0, 0.0)))
    return _triple(plugin.transform("to_world")[:3, 3])


def _rotation(plugin: Plugin) -> np.ndarray | None:
    """(3, 3) axes of `to_world` at unit length, or None for the identity."""
    matrix = plugin.transform("to_world")
    if np.linalg.det(matrix[:3, :3]) == 0.0:
        raise plugin.error("to_world: not invertible")
    axes = rigid(matrix)[:3, :3]
    lengths = np.linalg.svd(matrix[:3, :3], compute_uv=False)
    if lengths[0] - lengths[2] > 1e-3 * lengths[0]:
        plugin.note("to_world: an uneven scale of directions is not supported and was ignored")
    return None if np.allclose(axes, np.eye(3)) else axes


def _unit(plugin: Plugin, vector: np.ndarray) -> tuple[float, float, float]:
    length = float(np.linalg.norm(vector))
    if length == 0.0:
        raise plugin.error("direction has zero length")
    return _triple(vector / length)


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    return (float(values[0]), float(values[1]), float(values[2]))


SKY = Supported(_sky, "Preetham's model; Mitsuba 3.6 and later have another")
EMITTERS: dict[str, Supported[Callable[[Plugin, TextureReader], Environment | PunctualLight]]] = {
    "constant": Supported(_constant),
    "envmap": Supported(_envmap, "pixel centres at (i + 1/2) / height, even scales only"),
    "point": Supported(_point),
    "spot": Supported(_spot),
    "directional": Supported(_directional),
    "projector": Supported(_projector),
    "sky": SKY,
    "sun": SKY,
    "sunsky": SKY,
}
"""Emitters by plugin type, besides `area`, which shapes contain."""
