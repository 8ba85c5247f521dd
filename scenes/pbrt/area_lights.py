"""Area lights of pbrt files: `diffuse`, of one or two sides.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.mesh.validation import face_vectors
from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import Mesh
from scenes.model.description import PointLight
from scenes.model.description import Shape
from scenes.model.description import Sphere
from scenes.model.texture_access import with_factor
from scenes.model.textures import LUMINANCE
from scenes.model.textures import RGB
from scenes.model.textures import AttributeTexture
from scenes.model.textures import Filter
from scenes.model.textures import ImageTexture
from scenes.model.textures import Scalar
from scenes.model.textures import Spectrum
from scenes.model.textures import Wrap
from scenes.pbrt.image_textures import mean_radiance
from scenes.pbrt.materials import MaterialList
from scenes.pbrt.parser.element import Element
from scenes.pbrt.parser.world import PlacedShape
from scenes.pbrt.spectra import ColorKind
from scenes.pbrt.spectra import color_of
from scenes.pbrt.texture_values import scaled

AREA_LIGHTS = {"diffuse": "with alpha 0 a point light for spheres, else visible, with a note"}
"""Types of area lights, and what differs."""
EQUAL = 1e-3
"""Largest relative difference of the areas of a mesh's triangles that counts as rounding."""
POWER = "pbrt_power"
"""Attribute of meshes: factor on the radiance of each triangle."""


class AreaLights:
    """Lights shapes; `exposure` is a factor on all radiance."""

    def __init__(self, materials: MaterialList, exposure: float) -> None:
        self.materials = materials
        self.exposure = exposure
        self.points: list[PointLight] = []
        """Lights that stand for invisible spheres."""

    def lit(self, shape: Shape, placed: PlacedShape, opacity: Scalar) -> Shape:
        """The shape with the radiance of its area light.

        Raises:
            UnusablePart: an invalid parameter of the light.
        """
        element = placed.area_light
        assert element is not None
        if element.kind not in AREA_LIGHTS:
            raise element.unusable("unsupported area light")
        radiance = scaled(self._radiance(element), (self.exposure,) * 3)
        is_two_sided = element.flag("twosided", False)
        power = element.number("power", -1.0)
        if power > 0.0:
            shape, radiance = _with_power(shape, radiance, power / (2.0 if is_two_sided else 1.0))
        element.note_unused()
        if isinstance(opacity, float) and opacity == 0.0:
            if isinstance(shape, Sphere) and isinstance(radiance, tuple):
                self._add_point(shape, radiance)
                return shape
            # pbrt's light shines in full where alpha is 0, and is seen by no ray.
            placed.element.note("an invisible area light is supported for spheres, it is visible")
            opacity = 1.0
            shape = replace(shape, material=self.materials.index(placed.material))
        if is_two_sided:
            index = self.materials.index(placed.material, opacity, radiance)
            return replace(shape, material=index)
        return replace(shape, radiance=radiance)

    def _add_point(self, sphere: Sphere, radiance: RGB) -> None:
        """A point light of the irradiance that the sphere causes where it is seen in whole."""
        intensity = scaled(radiance, (np.pi * sphere.radius**2,) * 3)
        assert isinstance(intensity, tuple)
        self.points.append(PointLight(sphere.center, intensity))

    def _radiance(self, element: Element) -> Spectrum:
        """`L` or an image, times `scale`."""
        factor = (element.number("scale", 1.0),) * 3
        if element.find("filename") is not None:
            image = self.materials.textures.images.light(element, element.path())
            return ImageTexture(
                image,
                scale=(*factor, 1.0),
                wrap=Wrap.CLAMP,
                filter=Filter.NEAREST,
            )
        return scaled(light_color(element, "L"), factor)


def light_color(element: Element, name: str) -> RGB:
    """Colour of a light, >= 0; white by default. Spectra have a luminance of 1."""
    found = element.find(name)
    return (1.0, 1.0, 1.0) if found is None else color_of(element, found, ColorKind.ILLUMINANT)


def _with_power(shape: Shape, radiance: Spectrum, power: float) -> tuple[Shape, Spectrum]:
    """Shape and radiance scaled so that white light of radiance 1 would emit `power` per side.

    As in pbrt, every triangle of a mesh emits this power, and the colour of `L` is a further
    factor.
    """
    mean = 1.0
    if isinstance(radiance, ImageTexture):
        mean = float(mean_radiance(radiance.image) @ LUMINANCE)
    if not isinstance(shape, Mesh):
        area = 4.0 * np.pi * shape.radius**2 if isinstance(shape, Sphere) else _flat_area(shape)
        return shape, scaled(radiance, (power / (np.pi * area * mean),) * 3)
    areas = np.linalg.norm(face_vectors(shape.vertices, shape.faces), axis=1) / 2.0
    if np.ptp(areas) <= EQUAL * areas.max():
        return shape, scaled(radiance, (power / (np.pi * float(areas.mean()) * mean),) * 3)
    factors = (power / (np.pi * areas * mean)).astype(np.float32)
    attributes = {**shape.attributes, POWER: np.repeat(factors[:, None, None], 3, axis=2)}
    factor = AttributeTexture(POWER)
    if isinstance(radiance, tuple):
        return replace(shape, attributes=attributes), replace(factor, scale=(*radiance, 1.0))
    return replace(shape, attributes=attributes), with_factor(radiance, factor)


def _flat_area(shape: Flat) -> float:
    area = float(np.linalg.norm(np.cross(shape.edge_u, shape.edge_v)))
    return area * (np.pi / 4.0 if shape.kind is FlatKind.DISK else 1.0)
