"""Image textures of pbrt files: `imagemap`, normal maps and images of lights.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from scenes.images.encodings import linear_texels
from scenes.images.files import read_image
from scenes.model.description import SceneError
from scenes.model.textures import Filter
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import Scalar
from scenes.model.textures import Wrap
from scenes.pbrt.baking import averaged_image
from scenes.pbrt.baking import grey
from scenes.pbrt.baking import mapped_texture
from scenes.pbrt.parser.element import Element

WRAPS = {"repeat": Wrap.REPEAT, "black": Wrap.BLACK, "clamp": Wrap.CLAMP}
FILTERS = {
    "bilinear": Filter.BILINEAR,
    "trilinear": Filter.BILINEAR,
    "ewa": Filter.BILINEAR,
    "EWA": Filter.BILINEAR,
    "point": Filter.NEAREST,
}
MAPPINGS = ("uv", "spherical", "cylindrical", "planar")


class ImageReader:
    """Reads images; one that several textures refer to is read once."""

    def __init__(self) -> None:
        self.images: dict[tuple[Path, float, bool], Image] = {}

    def color_texture(self, element: Element) -> ImageTexture:
        """Colours of an `imagemap` texture.

        Raises:
            UnusablePart: a missing or damaged image, or an unknown wrap mode or filter.
        """
        path = element.path()
        texture = self._texture(element, self._read(element, path, _gamma_of(element, path)))
        if element.flag("invert", False):
            inverse = mapped_texture(texture, lambda values: 1.0 - values)
            assert isinstance(inverse, ImageTexture)
            return inverse
        return texture

    def number_texture(self, element: Element) -> Scalar:
        """Number of an `imagemap` texture: the mean of R, G and B, or alpha if there is any."""
        texture = self.color_texture(element)
        has_alpha = bool((texture.image.texels[..., 3] < 255).any())
        return grey(replace(texture, image=averaged_image(texture.image, has_alpha)))

    def normal_map(self, element: Element) -> ImageTexture | None:
        """Normal map of a material, None without one."""
        if element.find("normalmap") is None:
            return None
        return ImageTexture(self._read(element, element.path("normalmap"), gamma=1.0))

    def light(self, element: Element, path: Path) -> Image:
        """Image of a light, whose values may exceed 1."""
        return self._read(element, path, gamma=0.0, is_light=True)

    def _texture(self, element: Element, image: Image) -> ImageTexture:
        factor = element.number("scale", 1.0)
        wrap = element.text("wrap", "repeat")
        kind = element.text("filter", "bilinear")
        element.find("maxanisotropy")
        if wrap not in WRAPS or kind not in FILTERS:
            raise element.unusable(f"unknown wrap {wrap!r} or filter {kind!r}")
        return ImageTexture(
            image,
            scale=(factor, factor, factor, 1.0),
            uv_transform=uv_transform_of(element),
            wrap=WRAPS[wrap],
            filter=FILTERS[kind],
        )

    def _read(self, element: Element, path: Path, gamma: float, is_light: bool = False) -> Image:
        """Image whose values are stored with `gamma`, 0 for sRGB; 1 keeps the values."""
        key = (path, gamma, is_light)
        if key in self.images:
            return self.images[key]
        try:
            # pbrt ignores what PNG files say, but not the chromaticities of OpenEXR files.
            has_metadata = path.suffix.lower() != ".png"
            image = read_image(path, gamma == 0.0, is_light, has_metadata)
        except SceneError as error:
            raise element.unusable(str(error)) from error
        if gamma not in (0.0, 1.0):
            texture = mapped_texture(ImageTexture(image), lambda values: values**gamma)
            assert isinstance(texture, ImageTexture)
            image = texture.image
        self.images[key] = image
        return image


def _gamma_of(element: Element, path: Path) -> float:
    """Exponent of the stored values, 0 for sRGB. pbrt's `encoding` applies to PNG files only."""
    encoding = element.text("encoding", "sRGB")
    if path.suffix.lower() != ".png":
        if encoding != "sRGB" and path.suffix.lower() not in (".exr", ".hdr", ".pfm"):
            element.note(f"encoding {encoding!r} is ignored, as pbrt does except for PNG files")
        return 0.0
    words = encoding.split()
    if encoding in ("sRGB", "linear"):
        return float(encoding == "linear")
    try:
        if len(words) == 2 and words[0] == "gamma" and float(words[1]) > 0.0:
            return float(words[1])
    except ValueError:
        pass
    raise element.unusable(f"encoding: unknown {encoding!r}")


def uv_transform_of(element: Element) -> tuple[float, ...]:
    """First two rows of the texture's mapping from (u, v, 1), row by row."""
    mapping = element.text("mapping", "uv")
    if mapping not in MAPPINGS:
        raise element.unusable(f"mapping: unknown {mapping!r}")
    if mapping != "uv":
        for name in ("v1", "v2"):
            element.find(name)
        element.note(f"mapping {mapping!r} is not supported, texture coordinates are used")
    scale_u, scale_v = element.number("uscale", 1.0), element.number("vscale", 1.0)
    offset_u, offset_v = element.number("udelta", 0.0), element.number("vdelta", 0.0)
    return (scale_u, 0.0, offset_u, 0.0, scale_v, offset_v)


def mean_radiance(image: Image) -> np.ndarray:
    """(3,) mean linear RGB of an image."""
    mean: np.ndarray = linear_texels(image).mean(axis=(0, 1))
    return mean
