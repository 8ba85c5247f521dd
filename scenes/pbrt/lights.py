"""Lights of pbrt files that are not shapes.

Host code. `power` and `illuminance` scale white light of unit strength; the colour is a further
factor, as in pbrt.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from scenes.images.encodings import linear_texels
from scenes.model.description import DirectionalLight
from scenes.model.description import Environment
from scenes.model.description import Falloff
from scenes.model.description import PointLight
from scenes.model.description import ProjectedImage
from scenes.model.description import PunctualLight
from scenes.model.support import Supported
from scenes.model.textures import LUMINANCE
from scenes.model.textures import RGB
from scenes.model.textures import Filter
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import Wrap
from scenes.model.transforms import transform_points
from scenes.pbrt.area_lights import light_color
from scenes.pbrt.environment import environment_of
from scenes.pbrt.image_textures import ImageReader
from scenes.pbrt.image_textures import mean_radiance
from scenes.pbrt.parser.element import Element

ORIGIN = (0.0, 0.0, 0.0)
AHEAD = (0.0, 0.0, 1.0)


class LightReader:
    """Reads lights; `exposure` is a factor on all of them."""

    def __init__(self, images: ImageReader, exposure: float) -> None:
        self.images = images
        self.exposure = exposure

    def light(self, element: Element) -> Environment | PunctualLight:
        """Environment or light of a LightSource.

        Raises:
            UnusablePart: an unsupported light or an invalid parameter.
        """
        found = LIGHTS.get(element.kind)
        if found is None:
            raise element.unusable("unsupported light")
        return found.build(self, element)

    def infinite(self, element: Element) -> Environment:
        """Constant light or an image from infinity."""
        return environment_of(element, self.exposure)

    def point(self, element: Element) -> PointLight:
        """Isotropic light."""
        position = transform_points(element.to_world, element.point("from", ORIGIN)[None])
        return PointLight(_triple(position[0]), self._intensity(element, 4.0 * math.pi))

    def spot(self, element: Element) -> PointLight:
        """Cone of light with a smooth edge."""
        origin, direction = _aim(element)
        outer = element.number("coneangle", 30.0)
        inner = outer - element.number("conedeltaangle", 5.0)
        if not 0.0 < outer <= 180.0:
            raise element.unusable(f"coneangle: {outer:g} is not between 0 and 180 degrees")
        cone = (math.radians(max(inner, 0.0)), math.radians(outer))
        edges = math.cos(cone[0]), math.cos(cone[1])
        solid_angle = 2.0 * math.pi * ((1.0 - edges[0]) + (edges[0] - edges[1]) / 2.0)
        return PointLight(
            position=origin,
            intensity=self._intensity(element, solid_angle),
            direction=direction,
            cone=cone,
            falloff=Falloff.SMOOTH_STEP,
        )

    def distant(self, element: Element) -> DirectionalLight:
        """Parallel light."""
        _, direction = _aim(element)
        factor = self.exposure * element.number("scale", 1.0)
        illuminance = element.number("illuminance", -1.0)
        factor *= illuminance if illuminance > 0.0 else 1.0
        return DirectionalLight(direction, _scaled(light_color(element, "L"), factor))

    def projection(self, element: Element) -> PointLight:
        """A slide projector, whose intensity in a direction is the image's colour there."""
        image = self.images.light(element, element.path())
        fov = element.number("fov", 90.0)
        if not 0.0 < fov < 180.0:
            raise element.unusable(f"fov: {fov:g} is not between 0 and 180 degrees")
        axes = element.to_world[:3, :3]
        lengths = np.linalg.norm(axes, axis=0)
        if lengths.min() == 0.0:
            raise element.unusable("the transform is not invertible")
        height, width = image.texels.shape[:2]
        aspect, tangent = width / height, math.tan(math.radians(fov) / 2.0)
        half = (tangent * max(aspect, 1.0), tangent * max(1.0 / aspect, 1.0))
        factor = self.exposure * element.number("scale", 1.0)
        power = element.number("power", -1.0)
        if power > 0.0:
            factor *= power / _projected_power(image, half)
        unit = axes / lengths
        return PointLight(
            position=_triple(element.to_world[:3, 3]),
            intensity=(factor, factor, factor),
            direction=_triple(unit[:, 2]),
            image=ProjectedImage(
                ImageTexture(image, wrap=Wrap.BLACK, filter=Filter.NEAREST),
                x_axis=_triple(unit[:, 0]),
                y_axis=_triple(unit[:, 1]),
                scale=(0.5 / half[0], 0.5 / half[1]),
            ),
        )

    def goniometric(self, element: Element) -> PointLight:
        """A point light of the mean intensity."""
        mean = mean_radiance(self.images.light(element, element.path()))
        element.note("goniometric lights are not supported, the mean intensity is used")
        level = float(mean @ LUMINANCE)
        has_power = element.number("power", -1.0) > 0.0
        factor = 1.0 if has_power else level
        color = self._intensity(element, 4.0 * math.pi)
        return PointLight(_triple(element.to_world[:3, 3]), _scaled(color, factor))

    def _intensity(self, element: Element, solid_angle: float) -> RGB:
        """Intensity `I`, times `scale`; with `power` it is spread over `solid_angle`."""
        factor = self.exposure * element.number("scale", 1.0)
        power = element.number("power", -1.0)
        factor *= power / solid_angle if power > 0.0 else 1.0
        return _scaled(light_color(element, "I"), factor)


def _aim(element: Element) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """World-space `from`, and unit direction from there to `to`."""
    ends = np.array([element.point("from", ORIGIN), element.point("to", AHEAD)])
    start, end = transform_points(element.to_world, ends)
    length = float(np.linalg.norm(end - start))
    if length == 0.0:
        raise element.unusable("direction has zero length")
    return _triple(start), _triple((end - start) / length)


def _projected_power(image: Image, half: tuple[float, float]) -> float:
    """Power in watts of a projector of unit scale: luminance over the solid angle of each pixel.

    Args:
        half: half width and height of the image at distance 1.
    """
    luminance = linear_texels(image) @ LUMINANCE
    height, width = luminance.shape
    x = ((np.arange(width) + 0.5) / width * 2.0 - 1.0) * half[0]
    y = ((np.arange(height) + 0.5) / height * 2.0 - 1.0) * half[1]
    cosine = 1.0 / np.sqrt(1.0 + x[None] ** 2 + y[:, None] ** 2)
    return max(float((luminance * cosine**3).mean()) * 4.0 * half[0] * half[1], 1e-30)


def _scaled(color: RGB, factor: float) -> RGB:
    return (color[0] * factor, color[1] * factor, color[2] * factor)


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    return (float(values[0]), float(values[1]), float(values[2]))


LIGHTS: dict[str, Supported[Callable[[LightReader, Element], Environment | PunctualLight]]] = {
    "infinite": Supported(LightReader.infinite, "`portal` is ignored, with a note"),
    "point": Supported(LightReader.point),
    "spot": Supported(LightReader.spot),
    "distant": Supported(LightReader.distant),
    "projection": Supported(LightReader.projection),
    "goniometric": Supported(LightReader.goniometric, "the mean intensity, with a note"),
}
"""Lights by type, besides area lights."""
