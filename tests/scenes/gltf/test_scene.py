"""glTF files: geometry, nodes, cameras, lights and materials, compared with exact values."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from scenes.gltf.meshes import triangles
from scenes.gltf.scene import load_gltf
from scenes.gltf.textures import uv_transform
from scenes.mesh.validation import face_vectors
from scenes.model.description import DirectionalLight
from scenes.model.description import Mesh
from scenes.model.description import PointLight
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Principled
from scenes.model.textures import Channel
from scenes.model.textures import ImageTexture
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Wrap
from tests.scenes.gltf_builder import TRIANGLE
from tests.scenes.gltf_builder import GltfBuilder
from tests.scenes.image_fixtures import write_png


def _mesh(builder: GltfBuilder, path: Path) -> Mesh:
    mesh = load_gltf(builder.write(path)).shapes[0]
    assert isinstance(mesh, Mesh)
    return mesh


def _material(folder: Path, source: dict, **root: object) -> Material:
    builder = GltfBuilder().triangle(material=0)
    builder.root.update(materials=[source], **root)
    scene = load_gltf(builder.write(folder / "a.gltf"))
    return scene.materials[scene.shapes[0].material]


@pytest.mark.parametrize("suffix", [".gltf", ".glb"])
def test_indexed_mesh_with_flipped_uv(tmp_path: Path, suffix: str) -> None:
    builder = GltfBuilder()
    attributes = {
        "POSITION": builder.accessor(TRIANGLE),
        "NORMAL": builder.accessor(np.tile(np.float32([0, 0, 1]), (3, 1))),
        "TEXCOORD_0": builder.accessor(
            np.array([(0, 65535), (65535, 0), (0, 0)], np.uint16), normalized=True
        ),
    }
    builder.mesh(attributes, {}, indices=builder.accessor(np.array([0, 1, 2], np.uint8)))
    mesh = _mesh(builder, tmp_path / f"a{suffix}")
    assert np.array_equal(mesh.vertices, TRIANGLE) and mesh.faces.tolist() == [[0, 1, 2]]
    assert mesh.uvs is not None and mesh.uvs.tolist() == [[0, 0], [1, 1], [0, 1]]
    assert mesh.normals is not None


def test_strided_view_and_sparse_accessor(tmp_path: Path) -> None:
    builder = GltfBuilder()
    padded = np.zeros((3, 5), np.float32)
    padded[:, :3] = TRIANGLE
    view = builder.view(padded.tobytes(), stride=20)
    rows = builder.view(np.array([2], np.uint16).tobytes())
    values = builder.view(np.float32([[0, 7, 0]]).tobytes())
    sparse = {
        "count": 1,
        "indices": {"bufferView": rows, "componentType": 5123},
        "values": {"bufferView": values},
    }
    position = builder.append_accessor(
        bufferView=view, componentType=5126, count=3, type="VEC3", sparse=sparse
    )
    builder.mesh({"POSITION": position}, {})
    mesh = _mesh(builder, tmp_path / "a.glb")
    assert mesh.vertices.tolist() == [[0, 0, 0], [1, 0, 0], [0, 7, 0]]
    assert mesh.normals is None


def test_triangle_strips_and_fans_are_triangulated() -> None:
    assert triangles(np.arange(5), 5).tolist() == [[0, 1, 2], [1, 3, 2], [2, 3, 4]]
    assert triangles(np.arange(4), 6).tolist() == [[1, 2, 0], [2, 3, 0]]


def test_node_hierarchy_transforms_vertices(tmp_path: Path) -> None:
    builder = GltfBuilder().triangle()
    half = math.sqrt(0.5)
    parent = {"children": [0], "translation": [10, 0, 0], "rotation": [0, 0, half, half]}
    builder.root["nodes"][0]["scale"] = [2, 2, 2]
    builder.root["nodes"].append(parent)
    builder.root.update(scene=0, scenes=[{"nodes": [1]}])
    mesh = _mesh(builder, tmp_path / "a.glb")
    assert np.allclose(mesh.vertices, [[10, 0, 0], [10, 2, 0], [8, 0, 0]], atol=1e-6)


def test_mirrored_node_keeps_its_front_side(tmp_path: Path) -> None:
    builder = GltfBuilder().triangle()
    builder.root["nodes"][0]["scale"] = [-1, 1, 1]
    mesh = _mesh(builder, tmp_path / "a.glb")
    assert face_vectors(mesh.vertices, mesh.faces)[0, 2] > 0.0


def test_zero_scale_node_adds_no_mesh_and_no_camera(tmp_path: Path) -> None:
    builder = GltfBuilder().triangle()
    builder.root["cameras"] = [{"type": "perspective", "perspective": {"yfov": 1.0}}]
    builder.root["nodes"] += [{"mesh": 0, "camera": 0, "scale": [0, 0, 0]}]
    builder.root.pop("scenes", None)
    scene = load_gltf(builder.write(tmp_path / "a.gltf"))
    assert len(scene.shapes) == 1 and scene.has_default_camera, "expected one mesh, no camera"
    assert any("without area" in note for note in scene.notes)


def test_nodes_without_parent_are_roots_if_no_scene_is_listed(tmp_path: Path) -> None:
    builder = GltfBuilder().triangle()
    builder.root["nodes"] = [{"mesh": 0, "translation": [1, 0, 0]}, {"children": [0]}]
    builder.root.pop("scenes", None)
    scene = load_gltf(builder.write(tmp_path / "a.gltf"))
    assert len(scene.shapes) == 1


def test_camera_field_of_view_and_axes_are_converted(tmp_path: Path) -> None:
    builder = GltfBuilder().triangle()
    builder.root["cameras"] = [{"perspective": {"yfov": 0.8, "aspectRatio": 2.0, "znear": 0.1}}]
    builder.root["nodes"].append({"camera": 0, "translation": [1, 2, 3], "scale": [2, 2, 2]})
    camera = load_gltf(builder.write(tmp_path / "a.gltf")).camera
    assert camera.fov_x == pytest.approx(math.degrees(2 * math.atan(2 * math.tan(0.4))))
    # A glTF camera looks along -z with +x to the right; column 0 points left, so it is -x.
    expected = np.array([[-1, 0, 0, 1], [0, 1, 0, 2], [0, 0, -1, 3], [0, 0, 0, 1]])
    assert np.allclose(camera.to_world, expected)


def test_punctual_lights_are_read(tmp_path: Path) -> None:
    builder = GltfBuilder().triangle()
    lights = [
        {"type": "point", "color": [1, 0.5, 0], "intensity": 4},
        {"type": "spot", "spot": {"innerConeAngle": 0.1, "outerConeAngle": 0.2}},
        {"type": "directional"},
    ]
    builder.root["extensions"] = {"KHR_lights_punctual": {"lights": lights}}
    for index in range(3):
        extension = {"KHR_lights_punctual": {"light": index}}
        builder.root["nodes"].append({"extensions": extension, "translation": [0, 5, 0]})
    read = load_gltf(builder.write(tmp_path / "a.gltf")).lights
    assert read[0] == PointLight((0, 5, 0), (4, 2, 0))
    assert read[1] == PointLight((0, 5, 0), (1, 1, 1), (0, 0, -1), (0.1, 0.2))
    assert read[2] == DirectionalLight((0, 0, -1), (1, 1, 1))


def test_metallic_roughness_with_textures(tmp_path: Path) -> None:
    write_png(tmp_path / "my picture.png", np.full((2, 2, 3), 128, np.uint8))
    source = {
        "pbrMetallicRoughness": {
            "baseColorTexture": {"index": 0},
            "baseColorFactor": [0.5, 1, 1, 0.75],
            "metallicRoughnessTexture": {"index": 0},
            "roughnessFactor": 0.25,
        },
        "normalTexture": {"index": 0, "scale": 0.5},
        "alphaMode": "MASK",
        "alphaCutoff": 0.3,
        "doubleSided": True,
    }
    material = _material(
        tmp_path,
        source,
        textures=[{"source": 0, "sampler": 0}],
        samplers=[{"wrapS": 33648, "wrapT": 33648}],
        images=[{"uri": "my%20picture.png"}],
    )
    bsdf = material.bsdf
    assert isinstance(bsdf, MetallicRoughness)
    for value, channel, factor in (
        (bsdf.roughness, Channel.GREEN, 0.25),
        (bsdf.metallic, Channel.BLUE, 1.0),
    ):
        assert isinstance(value, ScalarTexture) and value.channel is channel
        assert isinstance(value.texture, ImageTexture) and value.texture.scale[0] == factor
        assert not value.texture.image.is_srgb
    assert isinstance(bsdf.base_color, ImageTexture) and bsdf.base_color.wrap is Wrap.MIRROR
    assert bsdf.base_color.scale == (0.5, 1, 1, 0.75) and bsdf.base_color.image.is_srgb
    assert material.normal_map is not None and material.normal_scale == 0.5
    assert material.opacity_cutoff == 0.3 and material.emits_from_back
    assert isinstance(material.opacity, ScalarTexture)
    assert material.opacity.channel is Channel.ALPHA


def test_back_faces_always_reflect_but_emit_only_if_double_sided(tmp_path: Path) -> None:
    for extra, glows in (
        ({}, False),
        ({"doubleSided": False}, False),
        ({"doubleSided": True}, True),
    ):
        material = _material(tmp_path, {"emissiveFactor": [1, 1, 1], **extra})
        assert material.is_two_sided and material.emits_from_back is glows


def test_embedded_image_becomes_emission_texture(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 128, np.uint8))
    builder = GltfBuilder().triangle(material=0)
    view = builder.view((tmp_path / "a.png").read_bytes())
    builder.root.update(
        images=[{"bufferView": view, "mimeType": "image/png"}],
        textures=[{"source": 0}],
        materials=[{"emissiveTexture": {"index": 0}, "emissiveFactor": [1, 1, 1]}],
    )
    emission = load_gltf(builder.write(tmp_path / "a.glb")).materials[0].emission
    assert isinstance(emission, ImageTexture) and emission.image.texels[0, 0, 0] == 128


def test_material_extensions_are_converted(tmp_path: Path) -> None:
    strength = {"KHR_materials_emissive_strength": {"emissiveStrength": 7}}
    lamp = _material(tmp_path, {"emissiveFactor": [1, 0, 0], "extensions": strength})
    assert lamp.emission == (1, 0, 0) and lamp.emission_strength == 7
    thin = {
        "KHR_materials_transmission": {"transmissionFactor": 0.9},
        "KHR_materials_ior": {"ior": 1.3},
    }
    sheet = _material(tmp_path, {"extensions": thin}).bsdf
    assert isinstance(sheet, MetallicRoughness)
    assert sheet.transmission == 0.9 and sheet.ior == 1.3
    solid = {**thin, "KHR_materials_volume": {"thicknessFactor": 1}}
    pbr = {"roughnessFactor": 0.5, "baseColorFactor": [0.25, 1, 1, 1]}
    glass = _material(tmp_path, {"extensions": solid, "pbrMetallicRoughness": pbr}).bsdf
    assert glass == Principled((0.25, 1, 1), 0.5, metallic=1.0, spec_trans=0.9, ior=1.3)
    solid["KHR_materials_transmission"] = {"transmissionFactor": 1.0}
    solid["KHR_materials_volume"] |= {
        "attenuationDistance": 2.0,
        "attenuationColor": [1.0, 0.5, 0.25],
    }
    pbr["metallicFactor"] = 0.0
    material = _material(tmp_path, {"extensions": solid, "pbrMetallicRoughness": pbr})
    assert material.bsdf == Dielectric(1.3, specular_transmittance=(0.5, 1, 1), alpha=0.25)
    assert material.absorption == pytest.approx((0.0, math.log(2) / 2, math.log(4) / 2))
    unlit = _material(tmp_path, {"extensions": {"KHR_materials_unlit": {}}})
    assert unlit.bsdf == Diffuse((0, 0, 0)) and unlit.emission == (1, 1, 1)


def test_uv_transform_matches_khr_formula_with_v_flipped() -> None:
    transform = {"offset": [0.1, 0.2], "rotation": 0.3, "scale": [2, 3]}
    rows = np.array(uv_transform(transform)).reshape(2, 3)
    u, v = 0.37, 0.61
    # Formula of KHR_texture_transform, with v downwards: translation * rotation * scale.
    cosine, sine = math.cos(0.3), math.sin(0.3)
    x, y = 2 * u, 3 * v
    expected = (0.1 + cosine * x + sine * y, 0.2 - sine * x + cosine * y)
    found = rows @ [u, 1 - v, 1]
    assert np.allclose((found[0], 1 - found[1]), expected)
