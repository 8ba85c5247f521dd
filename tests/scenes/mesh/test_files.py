"""PLY and OBJ files: arrays, orientation and errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import plyfile
import pytest

from scenes.mesh.ply import read_ply
from scenes.mesh.scene import load_obj
from scenes.mesh.scene import load_ply
from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import face_vectors
from scenes.mesh.validation import has_zero_normals
from scenes.mesh.validation import validated_mesh
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.description import SceneError
from scenes.model.materials import Diffuse
from scenes.model.textures import ImageTexture
from tests.scenes.image_fixtures import write_png
from tests.scenes.obj_text import OBJ

SQUARE = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]


def _write_ply(path: Path, faces: list[list[int]], uv: tuple[str, str], text: bool) -> None:
    names = ("x", "y", "z", "nx", "ny", "nz", *uv)
    rows = [(*p, 0, 0, 2, p[0], p[1]) for p in SQUARE]
    vertex = np.array(rows, dtype=[(name, "f4") for name in names])
    face = np.empty(len(faces), dtype=[("vertex_indices", object)])
    face["vertex_indices"] = [np.array(f, dtype=np.int32) for f in faces]
    elements = [
        plyfile.PlyElement.describe(vertex, "vertex"),
        plyfile.PlyElement.describe(face, "face", val_types={"vertex_indices": "i4"}),
    ]
    plyfile.PlyData(elements, text=text).write(str(path))


@pytest.mark.parametrize("uv", [("u", "v"), ("s", "t"), ("texture_u", "texture_v")])
@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("faces", [[[0, 1, 2], [0, 2, 3]], [[0, 1, 2, 3]]])
def test_ply_faces_uvs_and_normals_are_read(
    tmp_path: Path, faces: list[list[int]], uv: tuple[str, str], text: bool
) -> None:
    path = tmp_path / "a.ply"
    _write_ply(path, faces, uv, text)
    mesh = load_ply(path).shapes[0]
    assert isinstance(mesh, Mesh) and mesh.uvs is not None and mesh.normals is not None
    assert mesh.faces.tolist() == [[0, 1, 2], [0, 2, 3]]
    assert mesh.vertices.dtype == np.float32 and mesh.faces.dtype == np.int32
    # v stays upwards; normals are normalised to unit length.
    assert np.array_equal(mesh.uvs, mesh.vertices[:, :2])
    assert np.array_equal(mesh.normals, np.tile(np.float32([0, 0, 1]), (4, 1)))


def test_ply_mixed_polygons_are_triangulated(tmp_path: Path) -> None:
    _write_ply(tmp_path / "a.ply", [[0, 1, 2, 3], [0, 1, 2]], ("u", "v"), False)
    assert load_ply(tmp_path / "a.ply").triangle_count == 3


def test_ply_winding_follows_vertex_normals(tmp_path: Path) -> None:
    _write_ply(tmp_path / "a.ply", [[2, 1, 0]], ("u", "v"), True)
    mesh = load_ply(tmp_path / "a.ply").shapes[0]
    assert isinstance(mesh, Mesh)
    assert face_vectors(mesh.vertices, mesh.faces)[0, 2] > 0.0


@pytest.mark.parametrize("index", [4, -1])
def test_ply_index_out_of_range(tmp_path: Path, index: int) -> None:
    _write_ply(tmp_path / "a.ply", [[0, 1, 2], [0, 1, index]], ("u", "v"), False)
    with pytest.raises(SceneError, match=f"a.ply: face 1: index {index} out of range"):
        load_ply(tmp_path / "a.ply")


def test_damaged_ply_raises_one_line_error(tmp_path: Path) -> None:
    path = tmp_path / "a.ply"
    _write_ply(path, [[0, 1, 2], [0, 2, 3]], ("u", "v"), False)
    whole = path.read_bytes()
    vast = whole.replace(b"element vertex 4", b"element vertex 40000000000000")
    assert vast != whole
    for data in (whole[:-5], whole[:200], b"hello", b"", vast):
        path.write_bytes(data)
        with pytest.raises(SceneError, match="a.ply: damaged PLY file") as caught:
            load_ply(path)
        assert "\n" not in str(caught.value)


def _triangle(**changes: np.ndarray) -> RawMesh:
    arrays = {"vertices": np.array(SQUARE, dtype=float), "faces": np.array([[0, 1, 2]])}
    return RawMesh(**{**arrays, **changes})


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"vertices": np.array([(0, 0, 0), (np.nan, 0, 0), (0, 1, 0)])}, "vertex 1: position"),
        ({"vertices": np.array([(0, 0, 0), (1, 0, 0), (0, np.inf, 0)])}, "vertex 2: position"),
        ({"faces": np.zeros((0, 3), int)}, "no faces"),
        ({"faces": np.array([[0, 1, 1]])}, "zero area"),
        ({"uvs": np.full((4, 2), np.nan)}, "vertex 0: texture coordinate"),
    ],
)
def test_invalid_mesh_arrays_are_rejected(changes: dict[str, np.ndarray], reason: str) -> None:
    with pytest.raises(SceneError, match=f"^file: {reason}|{reason}$"):
        validated_mesh(_triangle(**changes), "file")


def test_degenerate_triangles_are_dropped() -> None:
    mesh = validated_mesh(_triangle(faces=np.array([[0, 1, 1], [0, 1, 2]])), "file")
    assert mesh.faces.tolist() == [[0, 1, 2]]


def test_normals_use_inverse_transpose_and_mirroring_flips_winding() -> None:
    normals = np.tile([1.0, 0.0, 1.0], (4, 1))
    mesh = validated_mesh(_triangle(normals=normals), "file", np.diag([-2.0, 1.0, 1.0, 1.0]))
    assert mesh.normals is not None
    expected = np.array([-0.5, 0.0, 1.0]) / np.hypot(0.5, 1.0)
    assert np.allclose(mesh.normals[0], expected)
    assert face_vectors(mesh.vertices, mesh.faces)[0, 2] > 0.0


@pytest.mark.parametrize(
    "text, reason",
    [
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9", "v index 9 out of range"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 0", "v index 0 out of range"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1/1 2/1 3/1", "vt index 1 out of range"),
        ("v 0 0 0\nf -1 -2 -3", "index -2 out of range"),
        ("v 0 0 0\nv 1 0 0\nf 1 2", "no faces"),
        ("v 0 0 0\nv 1 0 x\nv 0 1 0\nf 1 2 3", "could not convert"),
        ("v 0 0 0\nv 1 0 nan\nv 0 1 0\nf 1 2 3", "not finite"),
        ("v 0 0\nf 1 1 1", "3 numbers needed"),
        ("v 0 0 0\nf 1 a 1", "line 2: bad face corner 'a'"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nvn 0 0 1\nf 1//1 2//1 3//2", "line 5: vn index 2 out of"),
        ("v 0 0 0", "no faces"),
    ],
)
def test_malformed_obj_raises_error_with_reason(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "a.obj").write_text(text)
    with pytest.raises(SceneError) as caught:
        load_obj(tmp_path / "a.obj")
    assert "a.obj: " in str(caught.value) and reason in str(caught.value)


def _triangles(path: Path, text: str) -> list[list[list[float]]]:
    """(T, 3, 3) corner positions of all triangles of an OBJ text, in the order of its meshes."""
    path.write_text(text)
    meshes = [mesh for mesh in load_obj(path).shapes if isinstance(mesh, Mesh)]
    return np.concatenate([mesh.vertices[mesh.faces] for mesh in meshes]).tolist()


def test_obj_negative_indices_are_relative_to_preceding_vertices(tmp_path: Path) -> None:
    near = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\n"
    triangles = _triangles(tmp_path / "a.obj", near + near.replace(" 0\n", " 5\n"))
    assert {corner[2] for corner in triangles[0]} == {0.0}
    assert {corner[2] for corner in triangles[1]} == {5.0}


def test_obj_faces_with_different_attributes_become_separate_meshes(tmp_path: Path) -> None:
    # The hexagon has as many indices (6) as a triangle with texture coordinates.
    faces = "f 1/1/1 2/2/1 3/3/1\nf 1//1 2//1 3//1\nf 1/1 2/2 3/3\nf 1 2 3 4 5 6  # hexagon\n"
    corners = "v 2 0 0\nv 1 2 0\nv -1 2 0\nv -2 0 0\nv -1 -2 0\nv 1 -2 0\n"
    path = tmp_path / "a.obj"
    path.write_text(f"{corners}vt 0.25\nvt 1 0 0\nvt 1 1\nvn 0 0 1\n{faces}".replace("v 2", "v\t2"))
    meshes = [mesh for mesh in load_obj(path).shapes if isinstance(mesh, Mesh)]
    layouts = [(mesh.uvs is not None, mesh.normals is not None) for mesh in meshes]
    assert layouts == [(True, True), (False, True), (True, False), (False, False)]
    assert meshes[2].uvs is not None and meshes[2].uvs.tolist() == [[0.25, 0], [1, 0], [1, 1]]
    assert [len(mesh.faces) for mesh in meshes] == [1, 1, 1, 4]
    assert np.sum(face_vectors(meshes[3].vertices, meshes[3].faces)[:, 2]) == 2 * 12.0


def test_obj_quads_keep_their_area_when_triangulated(tmp_path: Path) -> None:
    triangles = np.array(_triangles(tmp_path / "a.obj", OBJ.replace("f -4 -3 -2", "f -4 -3 -2 -1")))
    areas = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])[:, 2]
    assert len(areas) == 4 and np.sum(areas) == pytest.approx(2 * 2.0)


def test_missing_obj_material_library_is_noted(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text(OBJ)
    notes = " ".join(load_obj(tmp_path / "a.obj").notes)
    assert "a.mtl: no such material library" in notes and "not found" in notes and "glass" in notes


PLY_HEADER = (
    "ply\nformat ascii 1.0\n{comment}element vertex 4\nproperty float x\nproperty float y\n"
    "property float z\n{vertex}element face {count}\nproperty list uchar int vertex_indices\n"
    "{face}end_header\n"
)


def _ply_text(path: Path, rows: list[str], faces: list[str], **header: str) -> Path:
    texts = {"comment": "", "vertex": "", "face": ""} | header
    positions = [" ".join(map(str, p)) for p in SQUARE]
    lines = [f"{p} {row}" for p, row in zip(positions, rows)] + faces
    path.write_text(PLY_HEADER.format(count=len(faces), **texts) + "\n".join(lines) + "\n")
    return path


def test_ply_colors_of_faces_are_read_as_srgb(tmp_path: Path) -> None:
    names = "".join(f"property uchar {name}\n" for name in ("red", "green", "blue"))
    path = _ply_text(
        tmp_path / "a.ply", [""] * 4, ["4 0 1 2 3 255 0 188", "3 0 1 2 0 255 0"], face=names
    )
    scene = load_ply(path)
    mesh = scene.shapes[0]
    assert isinstance(mesh, Mesh)
    colors = mesh.attributes["face_color"]
    # The polygon's two triangles share its colour; the sRGB code 188 is 0.5029 linear.
    assert colors.shape == (3, 1, 3)
    np.testing.assert_allclose(colors[:2, 0], [[1, 0, 0.5029]] * 2, atol=1e-4)
    np.testing.assert_allclose(colors[2, 0], [0, 1, 0])


def test_ply_texture_with_coordinates_per_corner_splits_vertices(tmp_path: Path) -> None:
    write_png(tmp_path / "a b.png", np.full((2, 2, 3), 200, np.uint8))
    path = _ply_text(
        tmp_path / "a.ply",
        [""] * 4,
        ["3 0 1 2 6 0 0 1 0 1 1", "3 0 2 3 6 0.5 0.5 1 1 0 1"],
        comment="comment TextureFile a b.png\n",
        face="property list uchar float texcoord\n",
    )
    scene = load_ply(path)
    mesh, bsdf = scene.shapes[0], scene.materials[0].bsdf
    assert isinstance(mesh, Mesh) and mesh.uvs is not None and not scene.notes
    assert isinstance(bsdf, Diffuse) and isinstance(bsdf.reflectance, ImageTexture)
    assert mesh.uvs[mesh.faces[1, 0]].tolist() == [0.5, 0.5]
    assert mesh.uvs[mesh.faces[0, 0]].tolist() == [0.0, 0.0]
    assert np.array_equal(mesh.vertices[mesh.faces[1, 0]], mesh.vertices[mesh.faces[0, 0]])


def test_missing_ply_texture_gives_grey_and_a_note(tmp_path: Path) -> None:
    path = _ply_text(
        tmp_path / "a.ply",
        ["0 0"] * 4,
        ["3 0 1 2"],
        comment="comment TextureFile gone.png\n",
        vertex="property float s\nproperty float t\n",
    )
    scene = load_ply(path)
    assert scene.materials[0].name == "default"
    assert any("gone.png: no such file" in note for note in scene.notes)


def test_numbered_ply_properties_become_attributes(tmp_path: Path) -> None:
    names = "".join(f"property float heat_{index}\n" for index in range(2))
    rows = [f"{index} {10 * index}" for index in range(4)]
    raw = read_ply(_ply_text(tmp_path / "a.ply", rows, ["3 0 1 2"], vertex=names))
    assert raw.attributes["vertex_heat"].tolist() == [[0, 0], [1, 10], [2, 20], [3, 30]]


def test_zero_normals_become_those_of_the_faces() -> None:
    vertices = np.array(SQUARE, float)
    normals = np.array([(0, 0, 0), (0, 1, 0), (0, 0, 3), (0, 0, 0)], float)
    raw = RawMesh(vertices, np.array([[0, 1, 2]]), normals)
    mesh = validated_mesh(raw, "a")
    assert mesh.normals is not None and has_zero_normals(raw)
    assert mesh.normals[:3].tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 1]]
    # A vertex that no face uses does not matter.
    assert not has_zero_normals(RawMesh(vertices, np.array([[1, 2, 1]]), normals))


def test_byte_order_mark_before_an_obj_file_is_no_content(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("\ufeffv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "utf-8")
    assert load_obj(tmp_path / "a.obj").triangle_count == 1


def test_obj_vertex_colors_are_read_as_srgb(tmp_path: Path) -> None:
    text = "v 0 0 0 1 0 0\nv 1 0 0 0 1 0\nv 0 1 0 0 0 0.5\nf 1 2 3\n"
    (tmp_path / "a.obj").write_text(text)
    scene = load_obj(tmp_path / "a.obj")
    mesh = scene.shapes[0]
    assert isinstance(mesh, Mesh) and scene.materials[mesh.material].name == "vertex colours"
    expected = [[1, 0, 0], [0, 1, 0], [0, 0, 0.2140]]
    np.testing.assert_allclose(mesh.attributes["vertex_color"], expected, atol=1e-4)


def test_parts_of_an_obj_file_that_are_left_out_have_notes(tmp_path: Path) -> None:
    square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
    others = "p 1\nl 1 2\nf 1 2\nsurf 0 1 0 1 1 2 3 4\n"
    (tmp_path / "a.obj").write_text(f"{square}{others}f 1 2 3 4\n")

    scene = load_obj(tmp_path / "a.obj")

    assert scene.triangle_count == 2
    assert scene.notes == (
        "a.obj: points were left out",
        "a.obj: lines were left out",
        "a.obj: faces of fewer than three corners were left out",
        "a.obj: free-form surfaces were left out",
    )


def test_obj_vertex_colors_up_to_255_are_scaled(tmp_path: Path) -> None:
    rows = "v 0 0 0 255 128 0\nv 1 0 0 255 128 0\nv 1 1 0 255 128 0\n"
    (tmp_path / "a.obj").write_text(f"{rows}f 1 2 3\n")

    scene = load_obj(tmp_path / "a.obj")

    (mesh,) = scene.shapes
    assert isinstance(mesh, Mesh)
    assert mesh.attributes["vertex_color"][0] == pytest.approx([1.0, 0.2159, 0.0], abs=1e-3)
    assert scene.notes == ("a.obj: vertex colours exceed 1 and were divided by 255",)


PLY_SQUARE = "element vertex 4\nproperty float x\nproperty float y\nproperty float z\n"


def _ply_scene(path: Path, header: str, rows: str) -> SceneDescription:
    path.write_text(f"ply\nformat ascii 1.0\n{header}end_header\n{rows}")
    return load_ply(path)


@pytest.mark.parametrize(
    ("kind", "names", "values", "note"),
    [
        ("uchar", "red green blue", "255 128 0", ""),
        ("int", "red green blue", "255 128 0", ""),
        ("uchar", "r g b", "255 128 0", ""),
        ("ushort", "red green blue", "65535 32896 0", ""),
        ("float", "red green blue", "1.0 0.50196 0.0", ""),
        ("float", "red green blue", "255 128 0", "a.ply: vertex colours exceed 1 and were divided"),
        ("uchar", "red green blue alpha", "255 128 0 128", "a.ply: alpha of the vertex colours is"),
        ("uchar", "red green blue alpha", "255 128 0 255", ""),
    ],
)
def test_ply_vertex_colors_of_every_type(
    kind: str, names: str, values: str, note: str, tmp_path: Path
) -> None:
    colors = "".join(f"property {kind} {name}\n" for name in names.split())
    corners = "".join(f"{x} {y} 0 {values}\n" for x, y, _ in SQUARE)
    faces = "element face 1\nproperty list uchar int vertex_indices\n"

    scene = _ply_scene(tmp_path / "a.ply", PLY_SQUARE + colors + faces, corners + "4 0 1 2 3\n")

    (mesh,) = scene.shapes
    assert isinstance(mesh, Mesh)
    assert mesh.attributes["vertex_color"][0] == pytest.approx([1.0, 0.2159, 0.0], abs=1e-3)
    assert len(scene.notes) == bool(note) and all(found.startswith(note) for found in scene.notes)


def test_ply_triangle_strips_are_read(tmp_path: Path) -> None:
    """Corners 0 1 3 2 are a square; a negative index ends a strip."""
    corners = "".join(f"{x} {y} 0\n" for x, y, _ in SQUARE)
    strips = "element tristrips 1\nproperty list int int vertex_indices\n"

    scene = _ply_scene(tmp_path / "a.ply", PLY_SQUARE + strips, corners + "8 0 1 3 2 -1 0 1 2\n")

    (mesh,) = scene.shapes
    assert isinstance(mesh, Mesh)
    assert mesh.faces.tolist() == [[0, 1, 3], [1, 2, 3], [0, 1, 2]]
    assert (face_vectors(mesh.vertices, mesh.faces)[:, 2] > 0.0).all() and scene.notes == ()


def test_small_faces_and_further_textures_of_a_ply_file_have_notes(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 200, np.uint8))
    header = "comment TextureFile a.png\ncomment TextureFile b.png\n" + PLY_SQUARE
    header += "property float s\nproperty float t\n"
    header += "element face 2\nproperty list uchar int vertex_indices\n"
    corners = "".join(f"{x} {y} 0 {x} {y}\n" for x, y, _ in SQUARE)

    scene = _ply_scene(tmp_path / "a.ply", header, corners + "2 0 1\n4 0 1 2 3\n")

    assert scene.triangle_count == 2
    assert scene.notes == (
        "a.ply: one texture per file is read, not b.png",
        "a.ply: faces of fewer than three corners were left out",
    )
