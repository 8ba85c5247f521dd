"""Surfaces: where in the world what a frame's pixels show lies, and where a frame sees it.

Host code. Kept plane by plane: sums over the three numbers of each pixel are slow.
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

FAR = 1e6  # multiple of a unit direction that stands for the sky
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Surfaces:
    """What pixels show, finite: all those of N pictures, (N, H, W), or some of them, (M,)."""

    points: torch.Tensor
    """(3, ...) world positions."""
    normal: torch.Tensor
    """(3, ...), unit; 0: none."""
    albedo: torch.Tensor
    """(3, ...)."""
    length: torch.Tensor
    """(1, ...) path length; 0: sky."""
    delta_fraction: torch.Tensor
    """(1, ...) share that is seen by way of mirror or glass."""

    @property
    def is_sky(self) -> torch.Tensor:
        """(...) bool."""
        return self.length[0] <= 0


@dataclass(frozen=True, eq=False)
class GBuffer:
    """Halves and where they were seen from; what they show is worked out once, when it is needed.

    The halves are handled at once, because operators cost more than the pixels in them do, but
    nothing of one enters the other. Features that are not finite count as 0.
    """

    halves: tuple[Half, ...]
    """N of one size."""
    pose: CameraPose | None
    """None: not known, so neither is where the surfaces lie."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """N, H, W."""
        width, height = self.halves[0].size
        return len(self.halves), height, width

    @cached_property
    def is_finite(self) -> torch.Tensor:
        """(1, N, H, W) bool: radiance, albedo and normal are."""
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
        """(1, N, H, W) share that is seen by way of mirror or glass."""
        return _finite([half.delta_fraction for half in self.halves])

    @cached_property
    def surfaces(self) -> Surfaces:
        """Of all pixels, (N, H, W)."""
        assert self.pose is not None, "seen from nowhere"
        length = self.distance
        return Surfaces(
            points=_points(torch.where(length <= 0, FAR, length), self.pose),
            normal=unit(self.normal),
            albedo=self.albedo,
            length=length,
            delta_fraction=self.delta_fraction,
        )

    @cached_property
    def table(self) -> torch.Tensor:
        """(11, N H W): the surfaces, to pick pixels from."""
        all_of = self.surfaces
        parts = (all_of.points, all_of.normal, all_of.albedo, all_of.length, all_of.delta_fraction)
        return torch.cat(parts).flatten(1)

    def picked(self, place: torch.Tensor) -> Surfaces:
        """The surfaces at each `place`, int64 indices of any shape into the flattened pictures."""
        found = self.table.index_select(1, place.flatten()).unflatten(1, place.shape)
        points, normal, albedo, length, delta_fraction = found.split((3, 3, 3, 1, 1))
        return Surfaces(points, normal, albedo, length, delta_fraction)


def project(
    points: torch.Tensor, pose: CameraPose
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(N, H, W) column and row of (3, N, H, W) points in a frame of H x W pixels, fractions counted
    from pixel centres, and bool: in front.
    """
    height, width = points.shape[2:]
    offset = points - vector(pose.position, points)
    ahead = dot(offset, vector(pose.forward, points))
    is_ahead = ahead > TINY
    safe = ahead.clamp(min=TINY)
    x = dot(offset, vector(pose.left, points)) / (safe * pose.tan_x)
    y = dot(offset, vector(pose.up, points)) / (safe * pose.tan_y)
    column = ((1 - x) / 2 * width - 0.5).clamp(-2, width + 1)
    row = ((1 - y) / 2 * height - 0.5).clamp(-2, height + 1)
    return column, row, is_ahead


def dot(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """(...) products of (3, ...) vectors."""
    return (a * b).sum(dim=0)


def norm(vectors: torch.Tensor) -> torch.Tensor:
    """(...) lengths of (3, ...) vectors; much faster than torch's over the first axis."""
    return dot(vectors, vectors).sqrt()


def vector(values: Vector, like: torch.Tensor) -> torch.Tensor:
    """(3, 1, 1, 1) on the device of another tensor."""
    return to_device_async(torch.tensor(values, dtype=torch.float32), like.device).view(3, 1, 1, 1)


def _points(length: torch.Tensor, pose: CameraPose) -> torch.Tensor:
    """(3, N, H, W) world positions at (1, N, H, W) path lengths through the pixels' centres."""
    height, width = length.shape[2:]
    device = length.device
    x = (1 - 2 * (torch.arange(width, device=device) + 0.5) / width) * pose.tan_x
    y = (1 - 2 * (torch.arange(height, device=device) + 0.5) / height) * pose.tan_y
    rays = (
        x * vector(pose.left, length)
        + y[:, None] * vector(pose.up, length)
        + vector(pose.forward, length)
    )
    return vector(pose.position, length) + unit(rays) * length


def unit(vectors: torch.Tensor) -> torch.Tensor:
    """(3, N, H, W) of length 1; zero stays zero."""
    return vectors / norm(vectors).clamp(min=TINY)


def _finite(images: Sequence[torch.Tensor]) -> torch.Tensor:
    """(C, N, H, W)."""
    planes = stacked(images)
    return torch.where(torch.isfinite(planes), planes, 0)
