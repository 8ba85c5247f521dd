"""Reprojection: where the surface seen in a pixel was seen in an earlier frame.

Host code. Each half is matched with its own features only, so that the halves stay independent.
Path lengths follow mirrors and glass, so what is seen in a flat mirror moves as its image does.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from renderer.frame import Half
from renderer.frame import Vector
from renderer.frame import Viewpoint

PLANE_TOLERANCE = 0.02  # of the distance: how far off the tangent plane the earlier point may lie
NORMAL_COSINE = 0.8  # least between both shading normals
MIN_WEIGHT = 0.1  # of the four bilinear weights: less is no match
FAR = 1e6  # multiple of a unit direction that stands for the sky
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Matches:
    """For every pixel of a frame up to four pixels of an earlier one."""

    places: torch.Tensor
    """(4, H W) int64, indices into the flattened earlier image; 0 where the weight is."""
    weights: torch.Tensor
    """(4, H W) float32 >= 0 with sum 1, or all 0: not seen before."""

    def carried(self, image: torch.Tensor) -> torch.Tensor:
        """(1, C, H, W) of the earlier frame as this one sees it; 0 where there is no match."""
        _, channels, height, width = image.shape
        flat = image.permute(0, 2, 3, 1).reshape(height * width, channels)
        total = torch.zeros_like(flat)
        for places, weights in zip(self.places, self.weights):
            total += flat[places] * weights[:, None]
        return total.view(1, height, width, channels).permute(0, 3, 1, 2)

    def found(self, height: int, width: int) -> torch.Tensor:
        """(1, 1, H, W) float32: 1 where there is a match, else 0."""
        return (self.weights.sum(dim=0) > 0).float().view(1, 1, height, width)


def match(half: Half, viewpoint: Viewpoint, earlier: Half, earlier_viewpoint: Viewpoint) -> Matches:
    """Find what `half` shows in `earlier`, an earlier frame's same half of equal size.

    A pixel of the earlier frame counts if its point lies near the tangent plane of this one's, and
    its normal is about the same; sky matches sky.
    """
    assert half.depth.shape == earlier.depth.shape, "frames differ in size"
    height, width, _ = half.depth.shape
    if viewpoint == earlier_viewpoint:
        return _at_rest(height, width, half.depth.device)
    points, is_sky = _points(half, viewpoint)
    earlier_points, was_sky = _points(earlier, earlier_viewpoint)
    x, y, is_ahead = _project(points, earlier_viewpoint, width, height)
    left, top = x.floor(), y.floor()
    distance = (points - _tensor(earlier_viewpoint.position, points)).norm(dim=-1)
    normal, earlier_normal = _unit(half.normal), _unit(earlier.normal)
    places, weights = [], []
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        column, row = left + dx, top + dy
        bilinear = (1 - (x - column).abs()) * (1 - (y - row).abs())
        is_inside = is_ahead & (column >= 0) & (column < width) & (row >= 0) & (row < height)
        place = (row * width + column).where(is_inside, 0).long().flatten()
        offset = earlier_points.view(-1, 3)[place].view(height, width, 3) - points
        cosine = (earlier_normal.view(-1, 3)[place].view(height, width, 3) * normal).sum(dim=-1)
        is_near = (offset * normal).sum(dim=-1).abs() < PLANE_TOLERANCE * distance
        was_sky_there = was_sky.flatten()[place].view(height, width)
        is_same = torch.where(
            is_sky, was_sky_there, is_near & (cosine > NORMAL_COSINE) & ~was_sky_there
        )
        places.append(place)
        weights.append((bilinear * (is_inside & is_same)).flatten())
    stacked = torch.stack(weights)
    total = stacked.sum(dim=0)
    return Matches(
        torch.stack(places),
        torch.where(total >= MIN_WEIGHT, stacked / total.clamp(min=MIN_WEIGHT), 0),
    )


def _at_rest(height: int, width: int, device: torch.device) -> Matches:
    """Every pixel is its own match."""
    places = torch.arange(height * width, device=device)
    return Matches(places[None], torch.ones((1, height * width), device=device))


def _points(half: Half, viewpoint: Viewpoint) -> tuple[torch.Tensor, torch.Tensor]:
    """(H, W, 3) world positions through the pixels' centres, and (H, W) bool where there is sky."""
    height, width, _ = half.depth.shape
    device = half.depth.device
    y, x = torch.meshgrid(
        1 - 2 * (torch.arange(height, device=device) + 0.5) / height,
        1 - 2 * (torch.arange(width, device=device) + 0.5) / width,
        indexing="ij",
    )
    rays = (
        (x * viewpoint.tan_x)[..., None] * _tensor(viewpoint.left, half.depth)
        + (y * viewpoint.tan_y)[..., None] * _tensor(viewpoint.up, half.depth)
        + _tensor(viewpoint.forward, half.depth)
    )
    depth = torch.where(torch.isfinite(half.depth), half.depth, 0)
    is_sky = depth[..., 0] <= 0
    length = torch.where(is_sky[..., None], FAR, depth)
    return _tensor(viewpoint.position, half.depth) + _unit(rays) * length, is_sky


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
    return torch.tensor(vector, dtype=torch.float32, device=like.device)
