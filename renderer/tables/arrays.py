"""A scene as arrays in host memory, as it will lie on the device.

Host code. The layouts are described in `table_layout`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class SceneArrays:
    """What `scene_tables` uploads: rows of four words unless another shape is told."""

    nodes: np.ndarray
    """(N,) float32."""
    blocks: np.ndarray
    """(N,) float32."""
    geometry: np.ndarray
    shading: np.ndarray
    materials: np.ndarray
    textures: np.ndarray
    texels: np.ndarray
    """(N,) int32."""
    byte_decode: np.ndarray
    """(512,) float32."""
    coat_transmittance: np.ndarray
    """(N,) float32."""
    emitters: np.ndarray
    emitter_alias: np.ndarray
    """(N, 2) float32."""
    environment: np.ndarray
    environment_alias: np.ndarray
    """(N, 2) float32."""
    environment_cells: np.ndarray
    root: int
    """Link of the hierarchy's root."""
    emitter_count: int
    environment_emitter: int
    """Number of the environment among the emitters, or NO_INDEX."""
    radius: float
    """Half the diagonal of the box around all shapes, scene units."""
