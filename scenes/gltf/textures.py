"""Textures of glTF files.

Host code. glTF has v downwards; the mesh reader flips v, so texture transforms are flipped, too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import numpy as np

from scenes.gltf.document import GltfDocument
from scenes.gltf.document import Json
from scenes.gltf.image_source import image_source
from scenes.gltf.values import number_of
from scenes.gltf.values import numbers_of
from scenes.images.files import read_image_bytes
from scenes.model.description import SceneError
from scenes.model.textures import RGBA
from scenes.model.textures import Filter
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import Wrap

REPEAT = 10497
WRAPS = {REPEAT: Wrap.REPEAT, 33071: Wrap.CLAMP, 33648: Wrap.MIRROR}
NEAREST = 9728
UV_SET = "TEXCOORD_"
"""Beginning of the names of mesh attributes that hold further texture coordinates."""


@dataclass
class GltfTextures:
    """Reads textures; an image is decoded once per encoding (sRGB or linear)."""

    document: GltfDocument
    images: dict[tuple[int, bool], Image] = field(default_factory=dict)
    main_uv_set: int = 0
    """Number of the texture coordinates that are a mesh's own: its tangents follow from them."""

    def exists(self, reference: Json | None) -> bool:
        """Whether a `...Texture` object is there and its image can be read; a note if not."""
        if reference is None:
            return False
        try:
            self.texture(reference, is_srgb=True)
        except SceneError as error:
            self.document.note(f"{error}; the texture was left out")
            return False
        return True

    def texture(
        self, reference: Json | None, is_srgb: bool, scale: RGBA = (1.0, 1.0, 1.0, 1.0)
    ) -> ImageTexture:
        """Texture that a `...Texture` object of a material refers to."""
        assert reference is not None
        document = self.document
        element = f"textures[{reference.get('index')}]"
        texture = document.item("textures", reference.get("index"))
        source = image_source(texture)
        if source is None:
            raise document.error(element, "no image in a supported format")
        uv_number = uv_set_of(reference)
        transform = reference.get("extensions", {}).get("KHR_texture_transform", {})
        sampler = document.item("samplers", texture["sampler"]) if "sampler" in texture else {}
        return ImageTexture(
            image=self._image(source, is_srgb),
            scale=scale,
            uv_transform=uv_transform(transform),
            wrap=WRAPS.get(sampler.get("wrapS", REPEAT), Wrap.REPEAT),
            wrap_v=WRAPS.get(sampler.get("wrapT", REPEAT), Wrap.REPEAT),
            filter=Filter.NEAREST if sampler.get("magFilter") == NEAREST else Filter.BILINEAR,
            uv_set="" if uv_number == self.main_uv_set else f"{UV_SET}{uv_number}",
        )

    def _image(self, index: int, is_srgb: bool) -> Image:
        if (index, is_srgb) not in self.images:
            image = self.document.item("images", index)
            element = f"images[{index}]"
            if "uri" in image:
                data = self.document.resource(image["uri"], element)
            else:
                data, _ = self.document.view(image.get("bufferView"))
            name = f"{self.document.path}: {element}"
            self.images[index, is_srgb] = read_image_bytes(data, name, is_srgb)
        return self.images[index, is_srgb]


def uv_set_of(reference: Json) -> int:
    """Number of the texture coordinates of a `...Texture` object."""
    transform = reference.get("extensions", {}).get("KHR_texture_transform", {})
    number: int = transform.get("texCoord", reference.get("texCoord", 0))
    return number


def rotated_directions(texture: ImageTexture, angle: float) -> ImageTexture:
    """The texture with the directions (2 red - 1, 2 green - 1) of its texels rotated by `angle`,
    radians.
    """
    texels = texture.image.texels.copy()
    x, y = (texels[..., c] / 127.5 - 1.0 for c in range(2))
    cosine, sine = math.cos(angle), math.sin(angle)
    for channel, value in ((0, cosine * x - sine * y), (1, sine * x + cosine * y)):
        texels[..., channel] = np.rint(np.clip(127.5 * (value + 1.0), 0.0, 255.0))
    return replace(texture, image=replace(texture.image, texels=texels))


def uv_transform(transform: Json) -> tuple[float, ...]:
    """First two rows of F T F, row by row: T is KHR_texture_transform, F flips v (v -> 1 - v)."""
    angle = number_of(transform, "rotation", 0.0)
    scale = numbers_of(transform, "scale", (1.0, 1.0))
    offset = numbers_of(transform, "offset", (0.0, 0.0))
    cosine, sine = math.cos(angle), math.sin(angle)
    matrix = np.array(
        [
            [cosine * scale[0], sine * scale[1], offset[0]],
            [-sine * scale[0], cosine * scale[1], offset[1]],
            [0.0, 0.0, 1.0],
        ]
    )
    flip = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 1.0], [0.0, 0.0, 1.0]])
    return tuple(float(value) for value in (flip @ matrix @ flip)[:2].ravel())
