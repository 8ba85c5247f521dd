"""Scene tables as arrays in host memory, in the layout of the device.

Host code. Layouts are described in `renderer.tables.layout`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class SceneArrays:
    """Arrays for `upload_scene`; (N, 4) float32 unless another shape is given."""

    nodes: np.ndarray
    """(N,) float32."""
    blocks: np.ndarray
    """(N,) float32."""
    geometry: np.ndarray
    shading: np.ndarray
    attributes: np.ndarray
    materials: np.ndarray
    textures: np.ndarray
    texels: np.ndarray
    """(N,) int32."""
    byte_decode: np.ndarray
    """(512,) float32."""
    coat_transmittance: np.ndarray
    """(N,) float32."""
    sheen_albedo: np.ndarray
    """(SHEEN_TABLE_SIZE^2,) float32."""
    emitters: np.ndarray
    emitter_alias: np.ndarray
    """(N, 2) float32."""
    environment: np.ndarray
    """(N, 2) int32."""
    environment_alias: np.ndarray
    """(N, 2) float32."""
    environment_cells: np.ndarray
    root: int
    """Link of the hierarchy's root, as in `WideTree`."""
    emitter_count: int
    environment_emitter: int
    """Emitter index of the environment, or NO_INDEX."""
    tangent_attribute: int
    """Number of the mesh attribute with tangents, or NO_INDEX."""
    radius: float
    """Half the diagonal of the bounding box of all shapes, scene units."""
