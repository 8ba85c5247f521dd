"""Records of one rendered frame: two independent halves with their own features.

Host code. The denoiser imports it too, so it depends on torch only, not on Taichi.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True, eq=False)
class Half:
    """One of two independent estimates of an image. All float32, contiguous, on one device.

    Features are weighted means over samples: weight 1, or 1e-3 if the sample's path took a delta
    lobe (mirror, glass) of probability < 0.5 before its first non-delta hit.
    """

    color: torch.Tensor
    """(H, W, 3) linear radiance, >= 0, unbounded; NaN and inf of faulty paths are kept."""
    albedo: torch.Tensor
    """(H, W, 3) in [0, 1], of the first non-delta hit, times the tint of delta lobes before it.
    Metal: reflectance at normal incidence; environment: 1; emitters: emission added, clipped to 1.
    """
    normal: torch.Tensor
    """(H, W, 3) world-space shading normal in [-1, 1], averaged, not renormalised; 0 where nothing
    is hit.
    """
    distance: torch.Tensor
    """(H, W, 1) path length to the first non-delta hit, scene units, averaged; 0 without a hit."""
    delta_fraction: torch.Tensor
    """(H, W, 1) in [0, 1]: fraction of samples whose features lie behind a mirror or glass."""

    def images(self) -> tuple[torch.Tensor, ...]:
        """All images, in the order of the fields."""
        return (self.color, self.albedo, self.normal, self.distance, self.delta_fraction)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        height, width, _ = self.color.shape
        return width, height


Vector = tuple[float, float, float]


@dataclass(frozen=True)
class CameraPose:
    """Camera pose of a frame: lens centre and image axes in world space, field of view, lens."""

    position: Vector
    left: Vector
    """Unit vector along -x of the image."""
    up: Vector
    """Unit vector along -y of the image."""
    forward: Vector
    """Unit vector, viewing direction."""
    tan_x: float
    """Half the image width at distance 1; of an orthographic camera in scene units."""
    tan_y: float
    """Half the image height, likewise."""
    aperture_radius: float = 0.0
    """Radius of the lens, scene units; 0: pinhole."""
    focus_distance: float = 1.0
    """Distance of the plane in focus along `forward`, scene units."""
    center_x: float = 0.0
    """Centre of the image along `left`, in the unit of `tan_x`; not 0 for an off-axis image."""
    center_y: float = 0.0
    """Centre of the image along `up`, likewise."""
    near: float = 0.0
    """Nothing nearer along `forward` is seen directly, scene units."""
    far: float = math.inf
    """Nothing farther along `forward` is seen directly, scene units."""
    is_orthographic: bool = False
    """True: all rays are parallel to `forward`, and `position` is the centre of their origins."""


def is_static(pose: CameraPose | None, earlier: CameraPose | None) -> bool:
    """True if the camera is static: both poses are known and equal. Decided here only."""
    return pose is not None and pose == earlier


@dataclass(frozen=True, eq=False)
class FramePair:
    """Two independent halves of a frame, which share only scene and camera; denoiser input."""

    a: Half
    b: Half
    spp: int
    """Samples per pixel of each half."""
    frame_index: int
    """Counts frames since the start of the session; addresses the random streams."""
    pose: CameraPose | None = None
    """Pose of both halves; None: unknown, so no data of other frames can be reused."""

    def mean_color(self) -> torch.Tensor:
        """(H, W, 3) mean of both halves' radiance."""
        return (self.a.color + self.b.color) / 2
