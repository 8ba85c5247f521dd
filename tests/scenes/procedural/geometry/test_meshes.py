"""Procedural meshes: closed bodies, fronts outside, normals consistent with the faces."""

from __future__ import annotations

import numpy as np
import pytest

from scenes.model.description import Mesh
from scenes.model.transforms import scaling
from scenes.procedural.geometry.books import book_row
from scenes.procedural.geometry.boxes import box
from scenes.procedural.geometry.meshes import flipped
from scenes.procedural.geometry.meshes import merged
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.meshes import volume
from scenes.procedural.geometry.plants import blades
from scenes.procedural.geometry.plants import bouquet
from scenes.procedural.geometry.plants import bush
from scenes.procedural.geometry.plants import fern
from scenes.procedural.geometry.plants import trailing
from scenes.procedural.geometry.sheets import curtain
from scenes.procedural.geometry.sheets import cushion
from scenes.procedural.geometry.sheets import draped
from scenes.procedural.geometry.sheets import leaf
from scenes.procedural.geometry.sheets import open_page
from scenes.procedural.geometry.solids import ellipsoid
from scenes.procedural.geometry.solids import icosphere
from scenes.procedural.geometry.solids import lumpy_sphere
from scenes.procedural.geometry.solids import superellipsoid
from scenes.procedural.geometry.sweeps import lathe
from scenes.procedural.geometry.sweeps import torus_knot
from scenes.procedural.geometry.sweeps import tube
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import placement
from scenes.procedural.geometry.walls import Opening
from scenes.procedural.geometry.walls import arch_head
from scenes.procedural.geometry.walls import panel
from scenes.procedural.geometry.walls import wall

WAVES = np.array([[2.0, 1.0, -1.0, 0.5, 0.05], [0.0, -3.0, 2.0, 1.0, 0.03]])
GLASS = np.array([(0, 0), (0.5, 0), (0.6, 1), (0.55, 1), (0.45, 0.1), (0, 0.1)], float)

CLOSED: dict[str, tuple[Mesh, float]] = {  # mesh, exact volume of the smooth body
    "box": (box((1.0, 2.0, 3.0)), 6.0),
    "rounded box": (
        box((1.0, 2.0, 3.0), 0.1, 8),
        6.0 - (4 - np.pi) * 0.01 * 5.4 - (8 - 4 * np.pi / 3) * 0.001,
    ),
    "ellipsoid": (ellipsoid((1.0, 2.0, 3.0), 64, 128), 8.0 * np.pi),
    "superellipsoid": (superellipsoid((1.0, 1.0, 1.0), (1.0, 1.0), 64), 4.0 * np.pi / 3.0),
    "icosphere": (icosphere(1.0, 4), 4.0 * np.pi / 3.0),
    "lathe": (lathe(np.array([(0, 0), (1, 0), (1, 2), (0, 2)]), 128), 2.0 * np.pi),
    "tube": (tube(np.array([(0, 0, 0), (0, 0, 2.0)]), 0.5, 128), 0.5 * np.pi),
}


def fresh_rng() -> np.random.Generator:
    """Random generator with the same seed in every test."""
    return np.random.default_rng(3)


def sheets() -> dict[str, Mesh]:
    """Meshes without an exact volume, by name: open surfaces, plants, walls, books, bodies."""
    rng = fresh_rng()
    plants = {
        "bush": bush(1.5, 5, rng), "fern": fern(0.8, 12, rng), "blades": blades(0.8, 9, rng),
        "trailing": trailing(0.8, 6, rng), "bouquet": bouquet(0.4, 6, rng),
    }  # fmt: skip
    profile = np.array([(0.0, 0.0), (0.5, 0.0), (1.0, 0.2)])
    found = {
        "curtain": curtain(0.6, 3.0, 5, rng), "leaf": leaf(0.2, 0.1, 0.8),
        "cushion": cushion(0.5, 0.5, 0.2),
        "page": open_page(0.2, 0.3, 0.02), "panel": panel((0, 0, 0), (2, 0, 0), (0, 1, 0)),
        "draped": draped(profile, 1.0, np.array([[9.0, 2.0, 0.0, 0.01]])),
        "knot": torus_knot(2, 3, 0.3, 0.05), "vessel": lathe(GLASS),
        "lumps": lumpy_sphere(1.0, WAVES),
    }  # fmt: skip
    found |= {f"{name} leaves": plant.leaves for name, plant in plants.items()}
    found |= {f"{name} stems": plant.stems for name, plant in plants.items()}
    found |= {
        f"wall {part}": mesh
        for part, mesh in wall(5.0, 3.0, 0.3, [Opening(1, 0.5, 1, 1)])._asdict().items()
    }
    found |= {
        f"arch {part}": mesh for part, mesh in arch_head(Opening(1, 0, 2, 3), 0.3)._asdict().items()
    }
    books = book_row(1.0, 0.3, 0.25, rng)
    return found | {"covers": books.covers, "pages": books.pages}


def face_normals(mesh: Mesh) -> np.ndarray:
    """(F, 3) unit normals of the triangles."""
    corner = mesh.vertices[mesh.faces].astype(float)
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def open_edges(mesh: Mesh) -> int:
    """Number of directed edges without opposite; vertices with equal positions are merged."""
    key = np.rint(mesh.vertices / 1e-5).astype(np.int64)
    _, same = np.unique(key, axis=0, return_inverse=True)
    faces = same.reshape(-1)[mesh.faces]
    faces = faces[
        (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    ]
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    forward = {tuple(edge) for edge in edges.tolist()}
    return sum((b, a) not in forward for a, b in forward)


@pytest.mark.parametrize("name", list(CLOSED))
def test_closed_meshes_match_exact_volume(name: str) -> None:
    """No open edges; the volume is within 0.4 % of the exact one (error of the facets)."""
    mesh, ideal = CLOSED[name]
    assert open_edges(mesh) == 0
    assert volume(mesh) == pytest.approx(ideal, rel=4e-3)
    assert volume(mesh) > 0.0


@pytest.mark.parametrize("name", ["knot", "vessel", "lumps", "cushion"])
def test_closed_meshes_have_positive_volume(name: str) -> None:
    """No open edges; the volume is positive (front outside)."""
    mesh = sheets()[name]
    assert open_edges(mesh) == 0
    assert volume(mesh) > 0.0


@pytest.mark.parametrize("name", list(sheets()) + list(CLOSED))
def test_normals_agree_with_faces(name: str) -> None:
    """Unit normals on the front side of their triangles, close on average; finite uvs."""
    mesh = CLOSED[name][0] if name in CLOSED else sheets()[name]
    assert mesh.normals is not None and mesh.uvs is not None
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-5)
    agreement = np.sum(face_normals(mesh)[:, None] * mesh.normals[mesh.faces], axis=-1)
    assert agreement.min() > 0.0
    assert agreement.mean() > 0.6  # low, as the thinnest tubes have four sides
    assert np.isfinite(mesh.vertices).all() and np.isfinite(mesh.uvs).all()
    assert mesh.vertices.dtype == np.float32 and mesh.faces.dtype == np.int32
    assert mesh.faces.min() >= 0 and mesh.faces.max() < len(mesh.vertices)


def test_ellipsoid_normals_are_analytic() -> None:
    """Normals are the normalised gradient of x^2/a^2 + y^2/b^2 + z^2/c^2."""
    radii = np.array([1.0, 2.0, 3.0])
    mesh = ellipsoid((1.0, 2.0, 3.0))
    gradient = mesh.vertices / radii**2
    gradient /= np.linalg.norm(gradient, axis=1, keepdims=True)
    np.testing.assert_allclose(mesh.normals, gradient, atol=1e-5)


def test_lumpy_sphere_normals_match_face_normals() -> None:
    """Analytic normals match the face normals of a fine mesh (cosine above 0.995)."""
    mesh = lumpy_sphere(1.0, WAVES, rows=128)
    agreement = np.sum(face_normals(mesh)[:, None] * mesh.normals[mesh.faces], axis=-1)
    assert agreement.min() > 0.995


def test_box_u_runs_along_longer_side_in_metres() -> None:
    """u runs along the longer side of each face, in metres."""
    mesh = box((2.0, 0.1, 0.3))
    assert mesh.uvs is not None
    np.testing.assert_allclose(mesh.uvs.max(axis=0), (2.0, 0.3), atol=1e-6)


def test_transforms_keep_signed_volume_and_update_normals() -> None:
    """Rigid motion and mirroring keep the signed volume; stretching transforms the normals."""
    body = ellipsoid((1.0, 2.0, 3.0), 32, 64)
    assert volume(transformed(body, placement(1.0, 2.0, 40.0))) == pytest.approx(
        volume(body), rel=1e-4
    )
    mirrored = transformed(body, scaling(np.array([-1.0, 1.0, 1.0])))
    assert volume(mirrored) == pytest.approx(volume(body), rel=1e-4)
    assert volume(flipped(body)) == pytest.approx(-volume(body), rel=1e-4)
    stretched = transformed(ellipsoid((1.0, 1.0, 1.0), 32, 64), scaling(np.array([1.0, 2.0, 3.0])))
    np.testing.assert_allclose(
        stretched.normals, ellipsoid((1.0, 2.0, 3.0), 32, 64).normals, atol=1e-5
    )


def test_merged_boxes_keep_triangle_count_and_volume() -> None:
    """Two merged boxes have 24 triangles and volume 2."""
    both = merged([box((1.0, 1.0, 1.0)), transformed(box((1.0, 1.0, 1.0)), moved(3.0, 0.0, 0.0))])
    assert len(both.faces) == 24
    assert volume(both) == pytest.approx(2.0, rel=1e-5)


def test_wall_front_area_excludes_openings() -> None:
    """The front's area is the area of the wall minus that of its openings."""
    parts = wall(5.0, 3.0, 0.3, [Opening(1.0, 0.5, 1.0, 1.5), Opening(3.0, 0.0, 1.0, 2.0)])
    corner = parts.front.vertices[parts.front.faces]
    doubled = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    assert doubled.sum() / 2.0 == pytest.approx(15.0 - 1.5 - 2.0, rel=1e-5)


def test_book_row_stays_inside_its_compartment() -> None:
    """A row of books has less volume than its compartment and stays inside it."""
    row = book_row(1.0, 0.3, 0.25, fresh_rng())
    assert row.covers.vertices.min(axis=0) == pytest.approx((0.0, 0.0, -0.25), abs=0.06)
    assert (row.covers.vertices.max(axis=0) <= (1.0, 0.3, 1e-6)).all()
    assert 0.0 < volume(row.covers) + volume(row.pages) < 1.0 * 0.3 * 0.25
