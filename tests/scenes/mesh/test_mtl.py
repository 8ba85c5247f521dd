"""Materials of OBJ files: each MTL entry becomes the closest physical material.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenes.mesh.scene import load_obj
from scenes.model.description import Mesh
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import Plastic
from scenes.model.textures import Channel
from scenes.model.textures import ImageTexture
from scenes.model.textures import ScalarTexture
from tests.scenes.image_fixtures import write_png
from tests.scenes.obj_text import OBJ

MTL = """
newmtl red
Kd 0.8 0.1 0.1
newmtl glass
illum 7
Ni 1.33
newmtl shiny
Kd 0.5 0.5 0.5
Ks 0.5 0.5 0.5
Ns 98
newmtl metal
Kd 0 0 0
Ks 0.9 0.8 0.7
d 0.25
"""


def test_obj_meshes_get_their_mtl_materials(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text(OBJ)
    (tmp_path / "a.mtl").write_text(MTL)
    scene = load_obj(tmp_path / "a.obj")
    red, glass = scene.shapes
    assert isinstance(red, Mesh) and isinstance(glass, Mesh)
    assert len(red.faces) == 2 and red.uvs is not None and red.normals is not None
    assert np.array_equal(red.uvs, red.vertices[:, :2])
    assert glass.uvs is None and glass.normals is None
    assert scene.materials[red.material].bsdf == Diffuse((0.8, 0.1, 0.1))
    assert scene.materials[glass.material].bsdf == Dielectric(ior=1.33)


def test_mtl_specular_colors_become_plastic_or_conductor(tmp_path: Path) -> None:
    faces = "usemtl shiny\nf 1 2 3\nusemtl metal\nf 1 2 4\n"
    (tmp_path / "a.obj").write_text(OBJ.split("usemtl")[0] + faces)
    (tmp_path / "a.mtl").write_text(MTL)
    shiny, metal = load_obj(tmp_path / "a.obj").materials
    assert isinstance(shiny.bsdf, Plastic) and shiny.bsdf.alpha == pytest.approx(0.1414, abs=1e-4)
    assert isinstance(metal.bsdf, Conductor) and metal.opacity == 0.25


def _materials(tmp_path: Path, library: str) -> tuple[Material, tuple[str, ...]]:
    """Material `one` of the MTL text `library` as loaded, and the notes of the scene."""
    (tmp_path / "a.obj").write_text(OBJ.split("usemtl")[0] + "usemtl one\nf 1 2 3\n")
    (tmp_path / "a.mtl").write_text("newmtl one\n" + library)
    scene = load_obj(tmp_path / "a.obj")
    return scene.materials[0], scene.notes


def test_map_kd_without_kd_has_texture_scale_one(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 200, np.uint8))
    material, _ = _materials(tmp_path, "map_Kd a.png\n")
    assert isinstance(material.bsdf, Diffuse)
    assert isinstance(material.bsdf.reflectance, ImageTexture)
    assert material.bsdf.reflectance.scale == (1.0, 1.0, 1.0, 1.0)


def test_opacity_map_uses_alpha_channel_or_grey_value(tmp_path: Path) -> None:
    leaf = np.full((2, 2, 4), 40, np.uint8)
    leaf[0, 0, 3] = 255
    write_png(tmp_path / "leaf.png", leaf)
    material, _ = _materials(tmp_path, "map_d leaf.png\nd 0.5\n")
    assert isinstance(material.opacity, ScalarTexture)
    assert material.opacity.channel is Channel.ALPHA
    assert isinstance(material.opacity.texture, ImageTexture)
    assert material.opacity.texture.scale[3] == 0.5
    write_png(tmp_path / "leaf.png", np.full((2, 2, 3), 77, np.uint8))
    material, _ = _materials(tmp_path, "map_d leaf.png\n")
    assert isinstance(material.opacity, ScalarTexture)
    assert material.opacity.channel is Channel.LUMINANCE
    assert isinstance(material.opacity.texture, ImageTexture)
    assert (material.opacity.texture.image.texels[..., 0] == 77).all()


def test_tf_tints_glass_and_partial_opacity_is_not_glass(tmp_path: Path) -> None:
    glass, _ = _materials(tmp_path, "illum 7\nNi 1.33\nTf 0.25 1 0.81\n")
    assert isinstance(glass.bsdf, Dielectric) and glass.opacity == 1.0
    assert glass.bsdf.specular_transmittance == pytest.approx((0.5, 1.0, 0.9))
    curtain, _ = _materials(tmp_path, "illum 9\nNi 1.45\nd 0.8\nKd 0.8 0.1 0.1\n")
    assert curtain.bsdf == Diffuse((0.8, 0.1, 0.1)) and curtain.opacity == 0.8


def test_map_ke_becomes_emission_and_unsupported_entries_are_noted(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 200, np.uint8))
    library = "map_Ke a.png\nrefl -type sphere n.png\nKa 1 1 1\nnewmtl other\nmap_Kd gone.png\n"
    material, notes = _materials(tmp_path, library)
    assert isinstance(material.emission, ImageTexture)
    assert notes == ("a.mtl: not supported, ignored: refl",)


def test_obj_reads_two_mtl_libraries_and_notes_vertex_colors(tmp_path: Path) -> None:
    (tmp_path / "a.mtl").write_text(MTL)
    (tmp_path / "b.mtl").write_text("newmtl blue\nKd 0 0 1\n")
    text = OBJ.replace("mtllib a.mtl", "mtllib a.mtl b.mtl").replace("v 1 0 0", "v 1 0 0 1 0 0")
    (tmp_path / "a.obj").write_text(text + "usemtl blue\nf 1 2 3\n")
    scene = load_obj(tmp_path / "a.obj")
    assert [material.name for material in scene.materials] == ["red", "glass", "blue"]
    assert scene.notes == ("vertex colours are ignored where the library has the material",)


def test_quoted_map_names_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    write_png(tmp_path / "a b.png", np.full((2, 2, 3), 200, np.uint8))
    (tmp_path / "a.obj").write_text(OBJ.split("usemtl")[0] + "usemtl one\nf 1 2 3\n")
    (tmp_path / "a.mtl").write_text('\ufeffnewmtl one\nmap_Kd "a b.png"\n', "utf-8")
    scene = load_obj(tmp_path / "a.obj")
    material = scene.materials[0]
    assert isinstance(material.bsdf, Diffuse) and not scene.notes
    assert isinstance(material.bsdf.reflectance, ImageTexture)


def test_missing_maps_are_left_out_with_a_note(tmp_path: Path) -> None:
    material, notes = _materials(tmp_path, "Kd 0.5 0.1 0.1\nmap_Kd gone.png\nmap_d gone.png\n")
    assert material.bsdf == Diffuse((0.5, 0.1, 0.1)) and material.opacity == 1.0
    assert len(notes) == 2 and all("gone.png: no such file" in note for note in notes)
    grey, _ = _materials(tmp_path, "map_Kd gone.png\n")
    assert grey.bsdf == Diffuse((0.5, 0.5, 0.5))


def test_bump_maps_are_heights_if_grey_and_normals_if_colored(tmp_path: Path) -> None:
    write_png(tmp_path / "h.png", np.full((2, 2, 3), 200, np.uint8))
    write_png(tmp_path / "n.png", np.tile(np.uint8([128, 128, 255]), (2, 2, 1)))
    bumpy, _ = _materials(tmp_path, "map_Bump -bm 0.25 h.png\n")
    assert bumpy.bump is not None and bumpy.normal_map is None
    assert isinstance(bumpy.bump.texture, ImageTexture)
    assert bumpy.bump.texture.scale == (0.25,) * 4
    mapped, _ = _materials(tmp_path, "bump n.png\n")
    assert mapped.bump is None and mapped.normal_map is not None


def test_comments_continued_lines_and_number_signs_in_names_are_read(tmp_path: Path) -> None:
    square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
    write_png(tmp_path / "b#2.png", np.full((2, 2, 3), 200, np.uint8))
    (tmp_path / "a.mtl").write_text("newmtl a#1 # first\nKd 0.8 \\ \n 0.1 0.1\nmap_Kd b#2.png\n")
    (tmp_path / "a.obj").write_text(
        f"mtllib a.mtl # library\n{square}usemtl a#1 # first\nfo 1 2 \\\n 3 4\n"
    )

    scene = load_obj(tmp_path / "a.obj")

    (material,) = scene.materials
    assert isinstance(material.bsdf, Diffuse)
    assert isinstance(material.bsdf.reflectance, ImageTexture)
    assert material.bsdf.reflectance.scale == (0.8, 0.1, 0.1, 1.0)
    assert scene.triangle_count == 2 and scene.notes == ()


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("r", Channel.RED), ("g", Channel.GREEN), ("m", Channel.ALPHA), ("l", Channel.LUMINANCE)],
)
def test_option_imfchan_chooses_the_channel(
    channel: str, expected: Channel, tmp_path: Path
) -> None:
    write_png(tmp_path / "a.png", np.array([[[255, 128, 0, 64]]], np.uint8))
    text = f"map_d -imfchan {channel} a.png\nmap_Bump -imfchan {channel} a.png\n"

    material, _ = _materials(tmp_path, text)

    assert isinstance(material.opacity, ScalarTexture) and material.opacity.channel == expected
    assert material.bump is not None and material.bump.channel == expected
    assert material.normal_map is None


@pytest.mark.parametrize("model", [0, 1])
def test_illumination_models_without_highlights_are_diffuse(model: int, tmp_path: Path) -> None:
    material, _ = _materials(tmp_path, f"illum {model}\nKd 0.5 0.4 0.3\nKs 1 1 1\nNs 50\n")

    assert material.bsdf == Diffuse((0.5, 0.4, 0.3))


def test_map_ks_alone_has_factor_one(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 200, np.uint8))

    material, _ = _materials(tmp_path, "Kd 0.5 0.5 0.5\nmap_Ks a.png\nNs 98\n")

    assert isinstance(material.bsdf, Plastic)
    assert isinstance(material.bsdf.specular_reflectance, ImageTexture)


def test_colors_in_xyz_become_rec_709(tmp_path: Path) -> None:
    material, notes = _materials(tmp_path, "Kd xyz 0.9505 1.0 1.0891\n")  # D65 white

    assert isinstance(material.bsdf, Diffuse)
    assert material.bsdf.reflectance == pytest.approx((1.0, 1.0, 1.0), abs=2e-3)
    assert len(notes) <= 1  # rounding above 1


@pytest.mark.parametrize(
    ("text", "color", "note"),
    [
        ("Kd spectral a.rfl 1", (0.5, 0.5, 0.5), "Kd: not a colour 'spectral a.rfl 1'; grey is"),
        ("Kd 0.5 0.4", (0.5, 0.5, 0.5), "Kd: not a colour '0.5 0.4'; grey is used"),
        ("Kd 2 -1 0.5", (1.0, 0.0, 0.5), "Kd: (2.0, -1.0, 0.5) was clamped to (1.0, 0.0, 0.5)"),
        ("Kd 1 0 0\nNs", (1.0, 0.0, 0.0), "Ns: not a number ''; it was left out"),
        ("Kd 1 0 0\nmap_d -mm 0.2 0.5 a.png", (1.0, 0.0, 0.0), "map_d: option -mm is not"),
        ("Kd 1 0 0\nmap_d -t 1 1 1 a.png", (1.0, 0.0, 0.0), "map_d: option -t is not"),
    ],
)
def test_unusable_values_do_not_stop_the_file(
    text: str, color: tuple[float, float, float], note: str, tmp_path: Path
) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 200, np.uint8))

    material, notes = _materials(tmp_path, text)

    assert material.bsdf == Diffuse(color)
    assert len(notes) == 1 and note in notes[0]


def test_options_without_effect_have_no_note(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 200, np.uint8))

    assert _materials(tmp_path, "map_Kd -mm 0 1 -t 0 0 0 -cc off -texres 256 a.png")[1] == ()
