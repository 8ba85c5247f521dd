"""Bake vertex colours into a texture, because materials read colours from textures only.

Host code. Each triangle gets four texels of its own. The fourth completes the parallelogram, so
that bilinear interpolation of four texels is linear between three corners. Where its colour would
lie outside [0, 1], it is clamped, and colours inside the triangle are slightly off.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.images.encodings import decode_srgb
from scenes.images.encodings import encode_srgb
from scenes.model.description import Mesh
from scenes.model.materials import Image
from scenes.model.materials import ImageTexture
from scenes.model.materials import Wrap

NAME = "vertex colours"
CHUNK = 1 << 18  # triangles per pass; limits the memory for float colours


def bake_vertex_colors(mesh: Mesh, colors: np.ndarray, is_srgb: bool) -> tuple[Mesh, ImageTexture]:
    """The mesh with separate vertices for each triangle, and the texture of its vertex colours.

    Args:
        colors: (V, 3) in [0, 1], one for each vertex.
        is_srgb: whether `colors` are sRGB-encoded; interpolation is linear in any case.
    """
    count = len(mesh.faces)
    columns = max(int(np.ceil(np.sqrt(count))), 1)
    rows = max(-(-count // columns), 1)
    texels = np.full((rows * columns, 2, 2, 4), 255, np.uint8)
    for begin in range(0, count, CHUNK):
        corners = colors[mesh.faces[begin : begin + CHUNK]]
        linear = decode_srgb(corners) if is_srgb else corners
        first, second, third = linear.transpose(1, 0, 2)
        block = np.stack([first, second, third, second + third - first], axis=1)
        encoded = np.rint(encode_srgb(np.clip(block, 0.0, 1.0)) * 255.0).astype(np.uint8)
        texels[begin : begin + len(corners), ..., :3] = encoded.reshape(-1, 2, 2, 3)
    # Reorder the 2x2 blocks into rows of the image.
    pixels = texels.reshape(rows, columns, 2, 2, 4).swapaxes(1, 2).reshape(2 * rows, -1, 4)
    index = mesh.faces.ravel()
    split = replace(
        mesh,
        vertices=mesh.vertices[index],
        faces=np.arange(len(index), dtype=np.int32).reshape(-1, 3),
        normals=None if mesh.normals is None else mesh.normals[index],
        uvs=_texel_centers(count, rows, columns),
    )
    image = Image(np.ascontiguousarray(pixels), is_srgb=True, name=NAME)
    return split, ImageTexture(image, wrap=Wrap.CLAMP)


def _texel_centers(count: int, rows: int, columns: int) -> np.ndarray:
    """(3 * count, 2) float32 UVs: centres of the first three texels of each block, v upwards."""
    row, column = np.divmod(np.arange(count), columns)
    corners = np.array([(0.5, 0.5), (1.5, 0.5), (0.5, 1.5)])
    across = 2.0 * column[:, None] + corners[:, 0]
    down = 2.0 * row[:, None] + corners[:, 1]
    places = np.stack([across / (2 * columns), 1.0 - down / (2 * rows)], axis=2)
    return places.reshape(-1, 2).astype(np.float32)
