"""Images of glTF textures in several formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scenes.gltf.image_source import image_source
from scenes.gltf.scene import load_gltf
from tests.scenes.gltf_builder import GltfBuilder

KTX2 = Path(__file__).parents[2] / "cases/ktx2"
WEBP, BASISU = {"EXT_texture_webp": {"source": 1}}, {"KHR_texture_basisu": {"source": 2}}


@pytest.mark.parametrize(
    "texture, right",
    [
        ({"source": 0, "extensions": {**BASISU, **WEBP}}, 0),
        ({"extensions": {**BASISU, **WEBP}}, 1),
        ({"extensions": BASISU}, 2),
        ({"extensions": {"EXT_texture_other": {"source": 3}}}, None),
        ({}, None),
    ],
)
def test_most_exact_format_is_chosen(texture: dict[str, Any], right: int | None) -> None:
    assert image_source(texture) == right


def test_required_ktx2_texture_loads(tmp_path: Path) -> None:
    builder = GltfBuilder().triangle(material=0)
    view = builder.view((KTX2 / "etc1s.ktx2").read_bytes())
    builder.root.update(
        images=[{}, {}, {"bufferView": view, "mimeType": "image/ktx2"}],
        textures=[{"extensions": BASISU}],
        materials=[{"emissiveTexture": {"index": 0}, "emissiveFactor": [1, 1, 1]}],
        extensionsRequired=["KHR_texture_basisu"],
        extensionsUsed=["KHR_texture_basisu"],
    )
    scene = load_gltf(builder.write(tmp_path / "a.glb"))
    emission: Any = scene.materials[scene.shapes[0].material].emission
    assert np.array_equal(emission.image.texels, np.asarray(Image.open(KTX2 / "etc1s.png")))
    assert emission.image.is_srgb and not scene.notes


def test_webp_texture_loads(tmp_path: Path) -> None:
    texels = np.full((4, 4, 3), (200, 100, 50), np.uint8)
    Image.fromarray(texels).save(tmp_path / "a.webp", lossless=True)
    builder = GltfBuilder().triangle(material=0)
    builder.root.update(
        images=[{}, {"uri": "a.webp"}],
        textures=[{"extensions": WEBP}],
        materials=[{"emissiveTexture": {"index": 0}, "emissiveFactor": [1, 1, 1]}],
    )
    scene = load_gltf(builder.write(tmp_path / "a.gltf"))
    emission: Any = scene.materials[scene.shapes[0].material].emission
    assert np.array_equal(emission.image.texels[..., :3], texels)
