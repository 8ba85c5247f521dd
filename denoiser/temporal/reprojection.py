"""Reprojection: finds the surface seen in a pixel in an earlier frame.

Host code. Each half is matched with its own features only, so that the halves stay independent,
though they are processed together.
Path lengths continue through mirrors and glass, so what is seen in a flat mirror moves like its
virtual image.

A pixel on an edge averages two surfaces, and its mean point lies on neither. Where such a point has
no match, though it was in view, the pixel is assumed to move with the surface nearest to the camera
in the 3 x 3 pixels around it, and matches pixels with similar features. What is seen through curved
glass has meaningless points; while the camera moves, pixels whose delta fractions differ much never
match.
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

PLANE_TOLERANCE = 0.02  # maximum distance of points from the tangent plane, over that to the camera
NORMAL_COSINE = 0.8  # minimum cosine between the shading normals of a match
ALIKE_ALBEDO = 0.25  # maximum difference in albedo of matching edge pixels, per channel
ALIKE_COSINE = 0.5  # minimum cosine between the mean normals of matching edge pixels
ALIKE_DISTANCE = 0.2  # maximum difference in log distance of edge matches; occlusion tolerance
DELTA_FRACTION_TOLERANCE = (
    0.5  # maximum difference in delta fraction (seen in mirror or glass) of a match
)
WHOLE_NORMAL = 0.98  # minimum length of the mean normal of a pixel that shows one surface


def match(now: GBuffer, before: GBuffer) -> Matches:
    """Match the pixels of each half with the same half of an earlier frame of equal size.

    Of the four pixels around the reprojected position those match whose point lies near the tangent
    plane of the current one's, with about the same normal and delta fraction; sky matches sky. Edge
    pixels may match by their features instead. With a static camera every pixel matches itself.
    Both poses must be known.
    """
    assert now.shape == before.shape, "frames differ in size"
    earlier_view, device = before.pose, now.distance.device
    assert earlier_view is not None, "the camera pose is unknown"
    count, height, width = now.shape
    if now.pose == earlier_view:
        return _at_rest(count * height * width, device)
    here = now.surfaces
    first = torch.arange(count, device=device).view(-1, 1, 1) * (height * width)
    x, y, is_ahead = project(here.points, earlier_view)
    distance = norm(here.points - vector(earlier_view.position, here.points))

    def both(indices: torch.Tensor) -> list[torch.Tensor]:
        there = before.picked(indices)
        tests = (_is_same(here, there, distance), _was_unoccluded(there, distance))
        return [is_ahead & test for test in tests]

    same, in_view = matches_of(x, y, first, (width, height), both)
    # Surfaces that were out of view or occluded are new: they have no match.
    is_edge = ~here.is_sky & ~_is_single_surface(now)
    needs_edge_match = is_edge.flatten() & in_view.is_any() & ~same.is_any()
    pixels = _pixels_of(needs_edge_match)
    edges = now.picked(pixels)

    expected = (*_moved_with_the_nearest(x, y, here), first.expand_as(x), distance)
    x, y, first, far = (each.flatten()[pixels] for each in expected)

    def alike(indices: torch.Tensor) -> list[torch.Tensor]:
        return [needs_edge_match[pixels] & _is_alike(edges, before.picked(indices), far)]

    (moved,) = matches_of(x, y, first, (width, height), alike)
    return same.filled_from(moved, pixels)


def _pixels_of(needs_edge_match: torch.Tensor) -> torch.Tensor:
    """(M,) indices where `needs_edge_match`, (N H W,) bool, is True.

    On a GPU the indices of all pixels, as selecting some would need synchronisation.
    """
    if needs_edge_match.is_cuda:
        return torch.arange(len(needs_edge_match), device=needs_edge_match.device)
    return needs_edge_match.nonzero()[:, 0]


def _is_same(here: Surfaces, there: Surfaces, distance: torch.Tensor) -> torch.Tensor:
    """True for the same surface at about the same point; `distance`: to the earlier camera."""
    is_near = dot(there.points - here.points, here.normal).abs() < PLANE_TOLERANCE * distance
    is_normal_similar = dot(there.normal, here.normal) > NORMAL_COSINE
    was_sky = there.is_sky
    is_found = torch.where(here.is_sky, was_sky, is_near & is_normal_similar & ~was_sky)
    return _has_same_delta_fraction(here, there) & is_found


def _was_unoccluded(there: Surfaces, distance: torch.Tensor) -> torch.Tensor:
    """True where nothing occluded the point, at `distance` from the earlier camera."""
    return (there.length[0] >= (1 - ALIKE_DISTANCE) * distance) | there.is_sky


def _is_alike(here: Surfaces, there: Surfaces, distance: torch.Tensor) -> torch.Tensor:
    """True for edge pixels that show similar mixtures of surfaces."""
    is_albedo_similar = (there.albedo - here.albedo).abs().amax(dim=0) < ALIKE_ALBEDO
    is_normal_similar = dot(there.normal, here.normal) > ALIKE_COSINE
    ratio = there.length[0] / distance.clamp(min=TINY)
    is_distance_similar = ratio.clamp(min=TINY).log().abs() < ALIKE_DISTANCE
    return (
        _has_same_delta_fraction(here, there)
        & is_distance_similar
        & is_normal_similar
        & is_albedo_similar
    )


def _has_same_delta_fraction(here: Surfaces, there: Surfaces) -> torch.Tensor:
    return (there.delta_fraction - here.delta_fraction)[0].abs() < DELTA_FRACTION_TOLERANCE


def _at_rest(count: int, device: torch.device) -> Matches:
    """Match every pixel with itself, for a static camera."""
    indices = torch.arange(count, device=device)
    return Matches(indices[None], torch.ones((1, count), device=device))


def _is_single_surface(now: GBuffer) -> torch.Tensor:
    """(N, H, W) bool: True where one surface fills the pixel: its normals agree, and a horizontal
    and a vertical neighbour lie on its tangent plane.
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
    """(N, H, W) column and row in the earlier frame if each pixel moves like the nearest surface in
    the 3 x 3 pixels around it.
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

    def moved(coordinate: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        return own + (coordinate - own).flatten(1).gather(1, nearest).view_as(coordinate)

    return moved(x, columns), moved(y, rows)
