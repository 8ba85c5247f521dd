"""Reprojection: where the surface seen in a pixel was seen in an earlier frame.

Host code. Each half is matched with its own features only, so that the halves stay independent.
Path lengths follow mirrors and glass, so what is seen in a flat mirror moves as its image does.

A pixel on an edge averages two surfaces, and its mean point lies on neither. Where such a point is
not found again, the pixel is taken to move with the nearest surface around it, and matches pixels
that look alike. What is seen through curved glass lies at points that mean nothing; they are kept
from surfaces seen directly.
"""

from __future__ import annotations

import torch
from torch.nn import functional

from denoiser.matches import Matches
from denoiser.matches import matches_of
from denoiser.tensors import sent
from renderer.frame import Half
from renderer.frame import Vector
from renderer.frame import Viewpoint

PLANE_TOLERANCE = 0.02  # of the distance: how far off the tangent plane the earlier point may lie
NORMAL_COSINE = 0.8  # least between both shading normals
ALIKE_ALBEDO = 0.25  # most between two pixels of an edge that match, in each colour
ALIKE_COSINE = 0.5  # least between their mean normals
ALIKE_DISTANCE = 0.2  # most between the logarithms of their distances
ALIKE_MIRRORED = 0.5  # most between the shares of both that are seen by way of mirror or glass
WHOLE_NORMAL = 0.98  # least length of the mean normal of a pixel that shows one surface
FAR = 1e6  # multiple of a unit direction that stands for the sky
TINY = 1e-12


def match(half: Half, viewpoint: Viewpoint, earlier: Half, earlier_viewpoint: Viewpoint) -> Matches:
    """Find what `half` shows in `earlier`, an earlier frame's same half of equal size.

    A pixel of the earlier frame counts if its point lies near the tangent plane of this one's, and
    its normal is about the same; sky matches sky.
    """
    assert half.depth.shape == earlier.depth.shape, "frames differ in size"
    height, width, _ = half.depth.shape
    if viewpoint == earlier_viewpoint:
        return _at_rest(height, width, half.depth.device)
    now, before = _Surfaces(half, viewpoint), _Surfaces(earlier, earlier_viewpoint)
    x, y, is_ahead = _project(now.points, earlier_viewpoint, width, height)
    distance = (now.points - _tensor(earlier_viewpoint.position, now.points)).norm(dim=-1)

    is_edge = ~now.is_sky & ~now.is_whole()

    def is_as_mirrored(place: torch.Tensor) -> torch.Tensor:
        return (before.mirrored.flatten()[place] - now.mirrored).abs() < ALIKE_MIRRORED

    def is_same(place: torch.Tensor) -> torch.Tensor:
        offset = before.points.view(-1, 3)[place] - now.points
        is_near = (offset * now.normal).sum(dim=-1).abs() < PLANE_TOLERANCE * distance
        cosine = (before.normal.view(-1, 3)[place] * now.normal).sum(dim=-1)
        was_sky = before.is_sky.flatten()[place]
        return (
            is_ahead
            & is_as_mirrored(place)
            & torch.where(now.is_sky, was_sky, is_near & (cosine > NORMAL_COSINE) & ~was_sky)
        )

    def is_alike(place: torch.Tensor) -> torch.Tensor:
        albedo = (before.albedo.view(-1, 3)[place] - now.albedo).abs().amax(dim=-1)
        cosine = (before.normal.view(-1, 3)[place] * now.normal).sum(dim=-1)
        ratio = before.length.flatten()[place] / distance.clamp(min=TINY)
        is_as_far = ratio.clamp(min=TINY).log().abs() < ALIKE_DISTANCE
        is_as_turned = cosine > ALIKE_COSINE
        is_as_colored = albedo < ALIKE_ALBEDO
        return is_edge & is_as_mirrored(place) & is_as_far & is_as_turned & is_as_colored

    def was_clear(place: torch.Tensor) -> torch.Tensor:
        was_nearer = before.length.flatten()[place] < (1 - ALIKE_DISTANCE) * distance
        return is_ahead & (~was_nearer | before.is_sky.flatten()[place])

    moved = matches_of(*_moved_with_the_nearest(x, y, now), is_alike)
    # What was out of the picture or hidden behind something is new.
    was_in_view = matches_of(x, y, was_clear)
    return matches_of(x, y, is_same).or_else(moved.where(was_in_view))


def _at_rest(height: int, width: int, device: torch.device) -> Matches:
    """Every pixel is its own match."""
    places = torch.arange(height * width, device=device)
    return Matches(places[None], torch.ones((1, height * width), device=device))


class _Surfaces:
    """What a half shows, finite."""

    def __init__(self, half: Half, viewpoint: Viewpoint) -> None:
        depth = half.depth[..., 0]
        self.length = torch.where(torch.isfinite(depth), depth, 0)
        """(H, W) path length; 0: sky."""
        self.is_sky = self.length <= 0
        """(H, W) bool."""
        self.points = _points(torch.where(self.is_sky, FAR, self.length), viewpoint)
        """(H, W, 3) world positions."""
        self.normal = _unit(half.normal)
        self.albedo = half.albedo.nan_to_num(0.0, 0.0, 0.0)
        self.mirrored = half.mirrored[..., 0]
        self._normal_length = half.normal.norm(dim=-1)

    def is_whole(self) -> torch.Tensor:
        """(H, W) bool: one surface fills the pixel, so that its normals agree, and a pixel beside
        it and one above or below lie on its tangent plane.
        """

        def is_on_plane(move: int, axis: int) -> torch.Tensor:
            offset = torch.roll(self.points, move, axis) - self.points
            return (offset * self.normal).sum(dim=-1).abs() < PLANE_TOLERANCE * self.length

        rows, columns = (is_on_plane(1, axis) | is_on_plane(-1, axis) for axis in (0, 1))
        return (self._normal_length > WHOLE_NORMAL) & rows & columns


def _moved_with_the_nearest(
    x: torch.Tensor, y: torch.Tensor, now: _Surfaces
) -> tuple[torch.Tensor, torch.Tensor]:
    """(H, W) column and row in the earlier frame if each pixel moves like the nearest surface of
    the nine pixels around it.
    """
    height, width = x.shape
    rows, columns = torch.meshgrid(
        torch.arange(height, device=x.device), torch.arange(width, device=x.device), indexing="ij"
    )
    nearness = torch.where(now.is_sky, 0, 1 / now.length.clamp(min=TINY))
    _, nearest = functional.max_pool2d(
        nearness[None, None], 3, stride=1, padding=1, return_indices=True
    )
    nearest = nearest[0, 0]
    return (
        columns + (x - columns).flatten()[nearest],
        rows + (y - rows).flatten()[nearest],
    )


def _points(length: torch.Tensor, viewpoint: Viewpoint) -> torch.Tensor:
    """(H, W, 3) world positions at (H, W) path lengths through the pixels' centres."""
    height, width = length.shape
    device = length.device
    y, x = torch.meshgrid(
        1 - 2 * (torch.arange(height, device=device) + 0.5) / height,
        1 - 2 * (torch.arange(width, device=device) + 0.5) / width,
        indexing="ij",
    )
    rays = (
        (x * viewpoint.tan_x)[..., None] * _tensor(viewpoint.left, length)
        + (y * viewpoint.tan_y)[..., None] * _tensor(viewpoint.up, length)
        + _tensor(viewpoint.forward, length)
    )
    return _tensor(viewpoint.position, length) + _unit(rays) * length[..., None]


def _project(
    points: torch.Tensor, viewpoint: Viewpoint, width: int, height: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(H, W) column and row, fractions counted from pixel centres, and bool: in front."""
    offset = points - _tensor(viewpoint.position, points)
    ahead = offset @ _tensor(viewpoint.forward, points)
    is_ahead = ahead > TINY
    safe = ahead.clamp(min=TINY)
    x = (offset @ _tensor(viewpoint.left, points)) / (safe * viewpoint.tan_x)
    y = (offset @ _tensor(viewpoint.up, points)) / (safe * viewpoint.tan_y)
    column = ((1 - x) / 2 * width - 0.5).clamp(-2, width + 1)
    row = ((1 - y) / 2 * height - 0.5).clamp(-2, height + 1)
    return column, row, is_ahead


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    """(..., 3) of length 1; zero stays zero."""
    finite = torch.where(torch.isfinite(vectors), vectors, 0)
    return finite / finite.norm(dim=-1, keepdim=True).clamp(min=TINY)


def _tensor(vector: Vector, like: torch.Tensor) -> torch.Tensor:
    return sent(torch.tensor(vector, dtype=torch.float32), like.device)
