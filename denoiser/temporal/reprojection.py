"""Reprojection: where the surface seen in a pixel was seen in an earlier frame.

Host code. Each half is matched with its own features only, so that the halves stay independent,
though all are handled at once.
Path lengths follow mirrors and glass, so what is seen in a flat mirror moves as its image does.

A pixel on an edge averages two surfaces, and its mean point lies on neither. Where such a point is
not found again, the pixel is taken to move with the nearest surface around it, and matches pixels
that look alike. What is seen through curved glass lies at points that mean nothing; they are kept
from surfaces seen directly.
"""

from __future__ import annotations

import torch
from torch.nn import functional

from denoiser.temporal.bilinear_matches import Matches
from denoiser.temporal.bilinear_matches import matches_of
from denoiser.temporal.gbuffer import TINY
from denoiser.temporal.gbuffer import GBuffer
from denoiser.temporal.gbuffer import Surfaces
from denoiser.temporal.gbuffer import dot
from denoiser.temporal.gbuffer import norm
from denoiser.temporal.gbuffer import project
from denoiser.temporal.gbuffer import vector

PLANE_TOLERANCE = 0.02  # of the distance: how far off the tangent plane the earlier point may lie
NORMAL_COSINE = 0.8  # least between both shading normals
ALIKE_ALBEDO = 0.25  # most between two pixels of an edge that match, in each colour
ALIKE_COSINE = 0.5  # least between their mean normals
ALIKE_DISTANCE = 0.2  # most between the logarithms of their distances
DELTA_FRACTION_TOLERANCE = (
    0.5  # most between the shares of both that are seen by way of mirror or glass
)
WHOLE_NORMAL = 0.98  # least length of the mean normal of a pixel that shows one surface


def match(now: GBuffer, before: GBuffer) -> Matches:
    """Find what halves show in the same halves of an earlier frame of equal size.

    A pixel of the earlier frame counts if its point lies near the tangent plane of this one's, and
    its normal is about the same; sky matches sky.
    """
    assert now.shape == before.shape, "frames differ in size"
    earlier_view, device = before.pose, now.distance.device
    assert earlier_view is not None, "seen from nowhere"
    count, height, width = now.shape
    if now.pose == earlier_view:
        return _at_rest(count * height * width, device)
    here = now.surfaces
    first = torch.arange(count, device=device).view(-1, 1, 1) * (height * width)
    x, y, is_ahead = project(here.points, earlier_view)
    distance = norm(here.points - vector(earlier_view.position, here.points))

    def both(place: torch.Tensor) -> list[torch.Tensor]:
        there = before.picked(place)
        tests = (_is_same(here, there, distance), _was_clear(there, distance))
        return [is_ahead & test for test in tests]

    same, in_view = matches_of(x, y, first, (width, height), both)
    # What was out of the picture or hidden behind something is new.
    is_edge = ~here.is_sky & ~_is_whole(now)
    is_asked = is_edge.flatten() & in_view.is_any() & ~same.is_any()
    pixels = _pixels_of(is_asked)
    edges = now.picked(pixels)

    places = (*_moved_with_the_nearest(x, y, here), first.expand_as(x), distance)
    x, y, first, far = (each.flatten()[pixels] for each in places)

    def alike(place: torch.Tensor) -> list[torch.Tensor]:
        return [is_asked[pixels] & _is_alike(edges, before.picked(place), far)]

    (moved,) = matches_of(x, y, first, (width, height), alike)
    return same.or_else(moved, pixels)


def _pixels_of(is_asked: torch.Tensor) -> torch.Tensor:
    """(M,) indices of those where (N H W,) bool is true; on a GPU, which would have to be waited
    for, of all.
    """
    if is_asked.is_cuda:
        return torch.arange(len(is_asked), device=is_asked.device)
    return is_asked.nonzero()[:, 0]


def _is_same(here: Surfaces, there: Surfaces, distance: torch.Tensor) -> torch.Tensor:
    """The same surface at about the same place, `distance` from the earlier eye."""
    is_near = dot(there.points - here.points, here.normal).abs() < PLANE_TOLERANCE * distance
    is_as_turned = dot(there.normal, here.normal) > NORMAL_COSINE
    was_sky = there.is_sky
    is_found = torch.where(here.is_sky, was_sky, is_near & is_as_turned & ~was_sky)
    return _has_same_delta_fraction(here, there) & is_found


def _was_clear(there: Surfaces, distance: torch.Tensor) -> torch.Tensor:
    """Nothing was before it."""
    return (there.length[0] >= (1 - ALIKE_DISTANCE) * distance) | there.is_sky


def _is_alike(here: Surfaces, there: Surfaces, distance: torch.Tensor) -> torch.Tensor:
    """A mixture of surfaces that looks like this one."""
    is_as_colored = (there.albedo - here.albedo).abs().amax(dim=0) < ALIKE_ALBEDO
    is_as_turned = dot(there.normal, here.normal) > ALIKE_COSINE
    ratio = there.length[0] / distance.clamp(min=TINY)
    is_as_far = ratio.clamp(min=TINY).log().abs() < ALIKE_DISTANCE
    return _has_same_delta_fraction(here, there) & is_as_far & is_as_turned & is_as_colored


def _has_same_delta_fraction(here: Surfaces, there: Surfaces) -> torch.Tensor:
    return (there.delta_fraction - here.delta_fraction)[0].abs() < DELTA_FRACTION_TOLERANCE


def _at_rest(count: int, device: torch.device) -> Matches:
    """Every pixel is its own match."""
    places = torch.arange(count, device=device)
    return Matches(places[None], torch.ones((1, count), device=device))


def _is_whole(now: GBuffer) -> torch.Tensor:
    """(N, H, W) bool: one surface fills the pixel, so that its normals agree, and a pixel beside it
    and one above or below lie on its tangent plane.
    """
    here = now.surfaces

    def is_on_plane(move: int, axis: int) -> torch.Tensor:
        offset = torch.roll(here.points, move, axis) - here.points
        return dot(offset, here.normal).abs() < PLANE_TOLERANCE * here.length[0]

    rows, columns = (is_on_plane(1, axis) | is_on_plane(-1, axis) for axis in (2, 3))
    return (norm(now.normal) > WHOLE_NORMAL) & rows & columns


def _moved_with_the_nearest(
    x: torch.Tensor, y: torch.Tensor, now: Surfaces
) -> tuple[torch.Tensor, torch.Tensor]:
    """(N, H, W) column and row in the earlier frame if each pixel moves like the nearest surface of
    the nine pixels around it.
    """
    height, width = x.shape[1:]
    rows, columns = torch.meshgrid(
        torch.arange(height, device=x.device), torch.arange(width, device=x.device), indexing="ij"
    )
    nearness = torch.where(now.is_sky, 0, 1 / now.length[0].clamp(min=TINY))
    _, nearest = functional.max_pool2d(
        nearness[:, None], 3, stride=1, padding=1, return_indices=True
    )
    nearest = nearest.flatten(1)

    def moved(place: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        return own + (place - own).flatten(1).gather(1, nearest).view_as(place)

    return moved(x, columns), moved(y, rows)
