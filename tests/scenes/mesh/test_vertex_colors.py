"""Vertex colours: texture baked from them, evaluated at corners and inside triangles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenes.gltf.scene import load_gltf
from scenes.images.encodings import decode_srgb
from scenes.images.encodings import linear_texels
from scenes.mesh import vertex_colors
from scenes.mesh.scene import load_ply
from scenes.mesh.vertex_colors import bake_vertex_colors
from scenes.model.description import Mesh
from scenes.model.description import SceneError
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import ImageTexture
from scenes.model.materials import MetallicRoughness
from tests.scenes.gltf_builder import TRIANGLE
from tests.scenes.gltf_builder import GltfBuilder
from tests.scenes.image_fixtures import write_png

RNG = np.random.default_rng(5)
STEP = 1 / 255


def shown(texture: ImageTexture, uvs: np.ndarray) -> np.ndarray:
    """(N, 3) linear RGB of `texture` at `uvs` (N, 2), bilinear between texel centres."""
    texels = linear_texels(texture.image)
    height, width = texels.shape[:2]
    x, y = uvs[:, 0] * width - 0.5, (1.0 - uvs[:, 1]) * height - 0.5
    left, top = np.floor(x + 1e-3).astype(int), np.floor(y + 1e-3).astype(int)
    s, t = (x - left)[:, None], (y - top)[:, None]
    right, below = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    upper = texels[top, left] * (1 - s) + texels[top, right] * s
    lower = texels[below, left] * (1 - s) + texels[below, right] * s
    return (upper * (1 - t) + lower * t) * texture.scale[:3]


@pytest.mark.parametrize("count", [1, 2, 7, 12])
@pytest.mark.parametrize("is_srgb", [True, False])
def test_vertex_colors_are_interpolated_linearly(
    count: int, is_srgb: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vertex_colors, "CHUNK", 5)
    faces = RNG.integers(0, 9, (count, 3)).astype(np.int32)
    vertices, normals = RNG.random((2, 9, 3)).astype(np.float32)
    mesh = Mesh(vertices, faces, normals)
    # Colours within [1/3, 2/3] keep the fourth texel, b + c - a, within [0, 1].
    colors = RNG.uniform(0.34, 0.66, (9, 3)).astype(np.float32)
    given = colors
    if is_srgb:
        encoded = np.rint(RNG.uniform(0.62, 0.8, (9, 3)) * 255) / 255
        given, colors = encoded, decode_srgb(encoded)
    split, texture = bake_vertex_colors(mesh, given, is_srgb)
    assert split.uvs is not None and split.uvs.min() > 0 and split.uvs.max() < 1
    assert np.array_equal(split.vertices[split.faces], vertices[faces])
    assert split.normals is not None
    assert np.array_equal(split.normals[split.faces], normals[faces])
    for _ in range(20):
        fraction = RNG.dirichlet((1.0, 1.0, 1.0), count)
        places = np.einsum("fc,fci->fi", fraction, split.uvs[split.faces])
        expected = np.einsum("fc,fci->fi", fraction, colors[faces])
        np.testing.assert_allclose(shown(texture, places), expected, atol=STEP)


def test_high_contrast_colors_match_at_corners_and_two_edge_midpoints() -> None:
    mesh = Mesh(TRIANGLE, np.array([[0, 1, 2]], np.int32))
    colors = np.eye(3, dtype=np.float32)
    split, texture = bake_vertex_colors(mesh, colors, is_srgb=False)
    assert split.uvs is not None
    np.testing.assert_allclose(shown(texture, split.uvs), colors, atol=STEP)
    for other in (1, 2):
        middle = (split.uvs[:1] + split.uvs[other : other + 1]) / 2
        expected = (colors[:1] + colors[other : other + 1]) / 2
        np.testing.assert_allclose(shown(texture, middle), expected, atol=STEP)


PLY = (
    "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
    "property float z\n{}element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    "0 0 0 {}\n1 0 0 {}\n0 1 0 {}\n3 0 1 2\n"
)


@pytest.mark.parametrize(
    ("prefix", "kind", "factor"),
    [("", "uchar", 255), ("diffuse_", "uchar", 255), ("", "float", 1), ("", "ushort", 65535)],
)
def test_ply_vertex_colors_become_reflectance_texture(
    tmp_path: Path, prefix: str, kind: str, factor: int
) -> None:
    names = "".join(f"property {kind} {prefix}{name}\n" for name in ("red", "green", "blue"))
    rows = [" ".join(str(v * factor) for v in row) for row in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    (tmp_path / "a.ply").write_text(PLY.format(names, *rows))
    scene = load_ply(tmp_path / "a.ply")
    (mesh,) = scene.shapes
    bsdf = scene.materials[mesh.material].bsdf
    assert isinstance(mesh, Mesh) and mesh.uvs is not None and not scene.notes
    assert isinstance(bsdf, Diffuse) and isinstance(bsdf.reflectance, ImageTexture)
    np.testing.assert_allclose(shown(bsdf.reflectance, mesh.uvs), np.eye(3), atol=STEP)


def colored(material: dict | None = None, count: int = 3) -> GltfBuilder:
    """Builder of the unit triangle with `count` vertex colours, all (0.5, 0.25, 1.0, 0.1)."""
    builder = GltfBuilder()
    colors = np.tile(np.float32([0.5, 0.25, 1.0, 0.1]), (count, 1))
    attributes = {"POSITION": builder.accessor(TRIANGLE), "COLOR_0": builder.accessor(colors)}
    builder.mesh(attributes, {}, **({} if material is None else {"material": 0}))
    if material is not None:
        builder.root["materials"] = [material]
    return builder


@pytest.mark.parametrize("factor", [(1.0, 1.0, 1.0, 1.0), (0.5, 1.0, 0.0, 1.0)])
def test_gltf_vertex_colors_multiply_base_color(tmp_path: Path, factor: tuple[float, ...]) -> None:
    material = {"pbrMetallicRoughness": {"baseColorFactor": factor, "roughnessFactor": 0.25}}
    scene = load_gltf(colored(material).write(tmp_path / "a.glb"))
    (mesh,) = scene.shapes
    bsdf = scene.materials[mesh.material].bsdf
    assert isinstance(mesh, Mesh) and mesh.uvs is not None and not scene.notes
    assert isinstance(bsdf, MetallicRoughness) and bsdf.roughness == 0.25
    assert isinstance(bsdf.base_color, ImageTexture)
    expected = np.float32([0.5, 0.25, 1.0]) * factor[:3]
    np.testing.assert_allclose(shown(bsdf.base_color, mesh.uvs), [expected] * 3, atol=STEP)


def test_unlit_gltf_material_emits_vertex_colors(tmp_path: Path) -> None:
    unlit = {"extensions": {"KHR_materials_unlit": {}}}
    scene = load_gltf(colored(unlit).write(tmp_path / "a.glb"))
    emission = scene.materials[scene.shapes[0].material].emission
    assert isinstance(emission, ImageTexture)
    np.testing.assert_allclose(linear_texels(emission.image)[0, 0], (0.5, 0.25, 1.0), atol=STEP)


def test_vertex_colors_beside_textures_are_ignored_with_a_note(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 128, np.uint8))
    builder = colored({"normalTexture": {"index": 0}})
    builder.root |= {"textures": [{"source": 0}], "images": [{"uri": "a.png"}]}
    scene = load_gltf(builder.write(tmp_path / "a.glb"))
    assert any("vertex colours were ignored" in note for note in scene.notes)


def test_emissive_glass_ignores_vertex_colors_with_a_note(tmp_path: Path) -> None:
    extensions = {
        "KHR_materials_transmission": {"transmissionFactor": 1.0},
        "KHR_materials_volume": {"thicknessFactor": 1.0},
    }
    glass = {"extensions": extensions, "emissiveFactor": [0.5, 0.5, 0.5]}
    scene = load_gltf(colored(glass).write(tmp_path / "a.glb"))
    material = scene.materials[scene.shapes[0].material]
    assert isinstance(material.bsdf, Dielectric) and material.emission == (0.5, 0.5, 0.5)
    assert any("vertex colours were ignored" in note for note in scene.notes)


def test_too_few_vertex_colors_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match=r"primitives\[0\]: COLOR_0: 2 for 3 vertices"):
        load_gltf(colored(count=2).write(tmp_path / "a.glb"))
