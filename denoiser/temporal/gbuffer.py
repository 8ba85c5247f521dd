"""G-buffer: surfaces in a frame's pixels, in world space, and projection of points to a frame.

Host code. Planar layout: sums over the 3 channels of interleaved pixels are slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from denoiser.features import finite_pixels
from denoiser.features import stacked
from denoiser.tensors import to_device_async
from renderer.frame import CameraPose
from renderer.frame import Half
from renderer.frame import Vector

SKY_DISTANCE = 1e6  # scene units; path length assigned to the sky
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Surfaces:
    """Surfaces in all pixels of N images, (N, H, W), or in some of them, (M,); finite."""

    points: torch.Tensor
    """(3, ...) world positions."""
    normal: torch.Tensor
    """(3, ...), unit; 0: none."""
    albedo: torch.Tensor
    """(3, ...)."""
    length: torch.Tensor
    """(1, ...) path length; 0: sky."""
    delta_fraction: torch.Tensor
    """(1, ...) fraction of samples seen in mirror or glass."""

    @property
    def is_sky(self) -> torch.Tensor:
        """(...) bool: True where nothing is hit."""
        return self.length[0] <= 0


@dataclass(frozen=True, eq=False)
class GBuffer:
    """Halves and their camera pose; derived planes are computed once, on first access.

    The halves are processed together, because calling an operator costs more than its work on the
    pixels, but nothing of one enters the other. Features that are not finite count as 0.
    """

    halves: tuple[Half, ...]
    """N halves of equal size."""
    pose: CameraPose | None
    """None: unknown; the positions of the surfaces are then unknown, too."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """N, H, W."""
        width, height = self.halves[0].size
        return len(self.halves), height, width

    @cached_property
    def is_finite(self) -> torch.Tensor:
        """(1, N, H, W) bool: True where radiance, albedo and normal are finite."""
        return stacked([finite_pixels(half) for half in self.halves])

    @cached_property
    def color(self) -> torch.Tensor:
        """(3, N, H, W) radiance; 0 where the pixel is not finite."""
        return torch.where(self.is_finite, stacked([half.color for half in self.halves]), 0)

    @cached_property
    def albedo(self) -> torch.Tensor:
        """(3, N, H, W)."""
        return _finite([half.albedo for half in self.halves])

    @cached_property
    def normal(self) -> torch.Tensor:
        """(3, N, H, W), averaged, not renormalised."""
        return _finite([half.normal for half in self.halves])

    @cached_property
    def distance(self) -> torch.Tensor:
        """(1, N, H, W) path length; 0: sky."""
        return _finite([half.distance for half in self.halves])

    @cached_property
    def delta_fraction(self) -> torch.Tensor:
        """(1, N, H, W) fraction of samples seen in mirror or glass."""
        return _finite([half.delta_fraction for half in self.halves])

    @cached_property
    def surfaces(self) -> Surfaces:
        """Surfaces in all pixels, (N, H, W)."""
        assert self.pose is not None, "the camera pose is unknown"
        length = self.distance
        return Surfaces(
            points=_points(torch.where(length <= 0, SKY_DISTANCE, length), self.pose),
            normal=unit(self.normal),
            albedo=self.albedo,
            length=length,
            delta_fraction=self.delta_fraction,
        )

    @cached_property
    def table(self) -> torch.Tensor:
        """(11, N H W) fields of the surfaces, one column per pixel."""
        all_of = self.surfaces
        parts = (all_of.points, all_of.normal, all_of.albedo, all_of.length, all_of.delta_fraction)
        return torch.cat(parts).flatten(1)

    def picked(self, indices: torch.Tensor) -> Surfaces:
        """Surfaces at `indices`, int64 indices of any shape into the flattened images."""
        found = self.table.index_select(1, indices.flatten()).unflatten(1, indices.shape)
        points, normal, albedo, length, delta_fraction = found.split((3, 3, 3, 1, 1))
        return Surfaces(points, normal, albedo, length, delta_fraction)


def project(
    points: torch.Tensor, pose: CameraPose
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Project (3, N, H, W) world-space points to a frame of H x W pixels.

    Returns (N, H, W) column and row, integers at pixel centres, and bool: in front of the camera.
    """
    height, width = points.shape[2:]
    offset = points - vector(pose.position, points)
    ahead = dot(offset, vector(pose.forward, points))
    is_ahead = ahead > TINY
    x, y = dot(offset, vector(pose.left, points)), dot(offset, vector(pose.up, points))
    if not pose.is_orthographic:
        safe = ahead.clamp(min=TINY)
        x, y = x / safe, y / safe
    x, y = (x - pose.center_x) / pose.tan_x, (y - pose.center_y) / pose.tan_y
    column = ((1 - x) / 2 * width - 0.5).clamp(-2, width + 1)
    row = ((1 - y) / 2 * height - 0.5).clamp(-2, height + 1)
    return column, row, is_ahead


def dot(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """(...) dot products of (3, ...) vectors."""
    return (a * b).sum(dim=0)


def norm(vectors: torch.Tensor) -> torch.Tensor:
    """(...) lengths of (3, ...) vectors; much faster than torch's norm over the first axis."""
    return dot(vectors, vectors).sqrt()


def vector(values: Vector, like: torch.Tensor) -> torch.Tensor:
    """(3, 1, 1, 1) float32 tensor of `values` on the device of `like`."""
    return to_device_async(torch.tensor(values, dtype=torch.float32), like.device).view(3, 1, 1, 1)


def _points(length: torch.Tensor, pose: CameraPose) -> torch.Tensor:
    """(3, N, H, W) world positions at (1, N, H, W) path lengths through the pixels' centres."""
    height, width = length.shape[2:]
    device = length.device
    x = (1 - 2 * (torch.arange(width, device=device) + 0.5) / width) * pose.tan_x
    y = (1 - 2 * (torch.arange(height, device=device) + 0.5) / height) * pose.tan_y
    x, y = x + pose.center_x, y + pose.center_y
    across = x * vector(pose.left, length) + y[:, None] * vector(pose.up, length)
    forward = vector(pose.forward, length)
    position = vector(pose.position, length)
    if pose.is_orthographic:
        return position + across + forward * length
    return position + unit(across + forward) * length


def unit(vectors: torch.Tensor) -> torch.Tensor:
    """(3, N, H, W) `vectors` scaled to length 1; zero stays zero."""
    return vectors / norm(vectors).clamp(min=TINY)


def _finite(images: Sequence[torch.Tensor]) -> torch.Tensor:
    """(C, N, H, W) images; 0 where they are not finite."""
    planes = stacked(images)
    return torch.where(torch.isfinite(planes), planes, 0)
