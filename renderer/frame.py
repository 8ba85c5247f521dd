"""Records of one rendered frame: two independent halves with their own features.

Host code. Imported by the denoiser too, so: torch only, no Taichi.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, eq=False)
class Half:
    """One of two independent estimates of an image. All float32, contiguous, on one device.

    Features are those of the samples that took the likelier way, through or mirrored, wherever they
    met glass; of all samples where none did.
    """

    color: torch.Tensor
    """(H, W, 3) linear radiance, >= 0, unbounded; a broken path may leave NaN or inf, never hidden
    here.
    """
    albedo: torch.Tensor
    """(H, W, 3) in [0, 1], of the first non-delta hit; metal: its reflectance; sky and lamps: 1."""
    normal: torch.Tensor
    """(H, W, 3) world-space shading normal in [-1, 1], averaged, not renormalised; 0 where nothing
    is hit.
    """
    distance: torch.Tensor
    """(H, W, 1) path length to that hit in scene units, averaged; 0 where nothing is hit."""
    delta_fraction: torch.Tensor
    """(H, W, 1) in [0, 1]: share of the samples whose features came by way of mirror or glass."""

    def images(self) -> tuple[torch.Tensor, ...]:
        """All of them, in the order of the fields."""
        return (self.color, self.albedo, self.normal, self.distance, self.delta_fraction)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        height, width, _ = self.color.shape
        return width, height


Vector = tuple[float, float, float]


@dataclass(frozen=True)
class CameraPose:
    """Where a frame was seen from: the middle of the lens and the picture's axes, world space."""

    position: Vector
    left: Vector
    """Unit; -x of the picture."""
    up: Vector
    """Unit; -y of the picture."""
    forward: Vector
    """Unit."""
    tan_x: float
    """Half the picture's width at distance 1."""
    tan_y: float
    """Half its height."""
    aperture_radius: float = 0.0
    """Of the lens, scene units; 0: pinhole."""
    focus_distance: float = 1.0
    """Scene units along `forward`; what lies there is sharp."""


def is_static(pose: CameraPose | None, earlier: CameraPose | None) -> bool:
    """True if the camera rests: both poses are known and equal. The one place that decides it."""
    return pose is not None and pose == earlier


@dataclass(frozen=True, eq=False)
class FramePair:
    """What the denoiser sees of a frame: the halves share scene and camera and nothing else."""

    a: Half
    b: Half
    spp: int
    """Samples per pixel of each half."""
    frame_index: int
    """Counts frames since the start of the session; addresses the random streams."""
    pose: CameraPose | None = None
    """Of both halves; None: not known, so nothing can be carried over from other frames."""

    def mean_color(self) -> torch.Tensor:
        """(H, W, 3) mean of both halves' radiance."""
        return (self.a.color + self.b.color) / 2
