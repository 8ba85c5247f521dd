"""Reprojection: points on known planes are matched, and points that were hidden are not."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from denoiser.features import stacked
from denoiser.temporal import reprojection
from denoiser.temporal.bilinear_matches import Matches
from denoiser.temporal.gbuffer import GBuffer
from denoiser.temporal.gbuffer import project
from renderer.frame import CameraPose
from renderer.frame import Half
from renderer.frame import Vector

WIDTH, HEIGHT = 64, 48
TAN_X = 0.6


def pose(position: Vector, turn_degrees: float = 0.0) -> CameraPose:
    """Camera at `position`, looking along +z, turned left about y by `turn_degrees`."""
    c, s = math.cos(math.radians(turn_degrees)), math.sin(math.radians(turn_degrees))
    return CameraPose(position, (c, 0.0, -s), (0.0, 1.0, 0.0), (s, 0.0, c), TAN_X, 0.75 * TAN_X)


def rays(view: CameraPose, shift: Vector = (0.5, 0.5, 0.0)) -> torch.Tensor:
    """(H, W, 3) unit ray directions, computed pixel by pixel by the manual's formula.

    The first two values of `shift` are the position in the pixel, (column, row) in [0, 1].
    """
    directions = torch.empty((HEIGHT, WIDTH, 3))
    axes = [torch.tensor(axis) for axis in (view.left, view.up, view.forward)]
    for row in range(HEIGHT):
        for column in range(WIDTH):
            x = (1 - 2 * (column + shift[0]) / WIDTH) * view.tan_x
            y = (1 - 2 * (row + shift[1]) / HEIGHT) * view.tan_y
            direction = x * axes[0] + y * axes[1] + axes[2]
            directions[row, column] = direction / direction.norm()
    return directions


def wall(
    view: CameraPose,
    distance: float,
    panel: float | None = None,
    shift: Vector = (0.5, 0.5, 0.0),
) -> tuple[Half, torch.Tensor]:
    """Half of a wall at z = `distance`, and the world position of each pixel's point, (H, W, 3).

    With `panel`, a narrow panel at z = `panel` stands in front of the wall. World positions serve
    as a texture that is smooth and different everywhere.
    """
    directions = rays(view, shift)
    origin = torch.tensor(view.position)
    length = (distance - origin[2]) / directions[..., 2:]
    points = origin + directions * length
    if panel is not None:
        near = (panel - origin[2]) / directions[..., 2:]
        near_points = origin + directions * near
        is_near = near_points[..., :1].abs() < 0.3
        length = torch.where(is_near, near, length)
        points = torch.where(is_near, near_points, points)
    normal = torch.tensor([0.0, 0.0, -1.0]).expand(HEIGHT, WIDTH, 3).contiguous()
    blank = torch.zeros_like(points)
    return Half(blank, blank, normal, length, torch.zeros_like(length)), points


def soft_wall(view: CameraPose) -> tuple[Half, torch.Tensor]:
    """Half of a panel at z = 2 in front of a wall at z = 4, and each pixel's fraction of panel.

    Distance and fraction, (H, W, 1), are means over sixteen columns in each pixel.
    """
    indices = [((index + 0.5) / 16, 0.5, 0.0) for index in range(16)]
    halves = [wall(view, 4.0, panel=2.0, shift=place) for place in indices]
    depth = torch.stack([half.distance for half, _ in halves]).mean(dim=0)
    fraction = torch.stack([(points[..., 2:] < 3).float() for _, points in halves]).mean(dim=0)
    first = halves[0][0]
    return replace(first, distance=depth), fraction


def match(half: Half, view: CameraPose, earlier: Half, earlier_view: CameraPose) -> Matches:
    """Matches of the pixels of `half` in the half `earlier`."""
    return reprojection.match(GBuffer((half,), view), GBuffer((earlier,), earlier_view))


def found_in(matches: Matches) -> torch.Tensor:
    """(H, W) bool: True for pixels with a match; for matches of one half."""
    return matches.is_any().view(HEIGHT, WIDTH)


def planes(image: torch.Tensor) -> torch.Tensor:
    """(H, W, C) image as planes (C, 1, H, W)."""
    return stacked([image])


@pytest.mark.parametrize(
    ("position", "turn"),
    [((0.3, 0.1, 0.0), 0.0), ((0.0, 0.0, 0.8), 0.0), ((-0.2, 0.05, -0.3), 4.0)],
)
def test_wall_points_are_matched_after_camera_motion(position: Vector, turn: float) -> None:
    before, now = pose((0.0, 0.0, 0.0)), pose(position, turn)
    (half, painted), (earlier, earlier_painted) = wall(now, 4.0), wall(before, 4.0)
    matches = match(half, now, earlier, before)
    found = found_in(matches)
    assert float(found.float().mean()) > 0.7
    carried = matches.carried(planes(earlier_painted))[:, 0].permute(1, 2, 0)
    # The wall is a plane: bilinear weights are exact except at the image's edge.
    inside = torch.zeros_like(found)
    inside[1:-1, 1:-1] = True
    error = (carried - painted).norm(dim=-1)
    footprint = 2 * TAN_X * 4.0 / WIDTH
    assert float(error[found & inside].quantile(0.95)) < 1e-3 * footprint + 1e-4
    assert float(error[found].max()) < footprint
    assert float(carried[~found].abs().max() if (~found).any() else 0.0) == 0.0


def test_points_outside_the_earlier_image_have_no_match() -> None:
    before, now = pose((0.0, 0.0, 0.0)), pose((0.0, 0.0, 0.0), 20.0)
    (half, painted), (earlier, earlier_painted) = wall(now, 4.0), wall(before, 4.0)
    found = found_in(match(half, now, earlier, before))
    reach = earlier_painted[..., 0].abs().max() + 0.08  # one pixel: 0.075
    assert not found[painted[..., 0].abs() > reach].any()


def test_points_hidden_behind_a_panel_before_have_no_match() -> None:
    before, now = pose((0.0, 0.0, 0.0)), pose((0.8, 0.0, 0.0))
    (half, painted), (earlier, _) = wall(now, 4.0, panel=2.0), wall(before, 4.0, panel=2.0)
    found = found_in(match(half, now, earlier, before))
    is_wall = painted[..., 2] > 3.0
    # Seen from the origin, the panel (|x| < 0.3, z = 2) hides the wall (z = 4) up to |x| = 0.6.
    hidden = is_wall & (painted[..., 0].abs() < 0.55)
    clear = is_wall & (painted[..., 0] > 0.7) & (painted[..., 0] < 2.0)
    assert hidden.any() and not found[hidden].any()
    assert float(found[clear].float().mean()) > 0.9


def test_edge_pixels_follow_the_nearer_surface() -> None:
    before, now = pose((0.0, 0.0, 0.0)), pose((0.005, 0.0, 0.0))
    (half, fraction), (earlier, earlier_fraction) = soft_wall(now), soft_wall(before)
    matches = match(half, now, earlier, before)
    is_edge = (fraction > 0) & (fraction < 1)
    assert int(is_edge.sum()) >= HEIGHT
    found = found_in(matches)[..., None]
    assert float(found[is_edge].float().mean()) > 0.9
    # The panel moves by an eighth of a pixel; bilinear weights smear its edge.
    carried = matches.carried(planes(earlier_fraction))[:, 0].permute(1, 2, 0)
    assert float((carried - fraction)[is_edge & found].abs().mean()) < 0.2


def test_static_camera_matches_each_pixel_to_itself() -> None:
    view = pose((0.1, 0.2, 0.3), 7.0)
    half, painted = wall(view, 4.0)
    matches = match(half, view, half, view)
    assert torch.equal(matches.carried(planes(painted)), planes(painted))
    assert bool(found_in(matches).all())


def test_sky_matches_only_sky_and_follows_camera_rotation() -> None:
    before, now = pose((0.0, 0.0, 0.0)), pose((5.0, 0.0, 0.0), 3.0)
    blank = torch.zeros((HEIGHT, WIDTH, 3))
    sky = Half(blank, blank, blank, *(torch.zeros((HEIGHT, WIDTH, 1)) for _ in range(2)))
    matches = match(sky, now, sky, before)
    found = found_in(matches)
    # Turned by 3 of 62 degrees: about 1/20 of the image is new, whatever the camera's position.
    assert 0.9 < float(found.float().mean()) < 0.98
    carried = matches.carried(planes(rays(before)))[:, 0].permute(1, 2, 0)
    error = (carried - rays(now)).norm(dim=-1)
    # Just outside the earlier image, the nearest direction inside it is used.
    assert float(error[found].quantile(0.9)) < 1e-3 and float(error[found].max()) < 0.02
    half, _ = wall(now, 4.0)
    assert not found_in(match(half, now, sky, before)).any()


def test_surfaces_with_opposite_normals_do_not_match() -> None:
    view, moved = pose((0.0, 0.0, 0.0)), pose((0.1, 0.0, 0.0))
    half, _ = wall(moved, 4.0)
    earlier, _ = wall(view, 4.0)
    turned = replace(earlier, normal=-earlier.normal)
    assert not found_in(match(half, moved, turned, view)).any()


def test_surfaces_seen_through_glass_and_directly_do_not_match() -> None:
    view, moved = pose((0.0, 0.0, 0.0)), pose((0.1, 0.0, 0.0))
    half, _ = wall(moved, 4.0)
    earlier, _ = wall(view, 4.0)
    behind_glass = [
        replace(each, delta_fraction=torch.ones_like(each.distance)) for each in (half, earlier)
    ]
    for now, before in ((half, behind_glass[1]), (behind_glass[0], earlier)):
        assert not found_in(match(now, moved, before, view)).any()
    both = match(behind_glass[0], moved, behind_glass[1], view)
    assert torch.equal(both.weights, match(half, moved, earlier, view).weights)


def test_only_edge_pixels_match_a_nearby_parallel_plane() -> None:
    view, moved = pose((0.0, 0.0, 0.0)), pose((0.1, 0.0, 0.0))
    half, _ = wall(moved, 4.0)
    farther, _ = wall(view, 4.3)  # close enough for an edge match, but another plane
    assert not found_in(match(half, moved, farther, view)).any()
    # A mean normal shorter than 1 marks a pixel as an edge, even if its neighbours are coplanar.
    mixed = replace(half, normal=0.9 * half.normal)
    assert float(found_in(match(mixed, moved, farther, view)).float().mean()) > 0.7


def test_pixels_with_nonfinite_features_have_no_match() -> None:
    view, moved = pose((0.0, 0.0, 0.0)), pose((0.1, 0.0, 0.0))
    half, _ = wall(moved, 4.0)
    earlier, painted = wall(view, 4.0)
    half.normal[5, 6] = torch.nan
    half.distance[7, 8] = torch.inf
    matches = match(half, moved, earlier, view)
    found = found_in(matches)
    assert not found[5, 6] and not found[7, 8]
    assert torch.isfinite(matches.carried(planes(painted))).all()


def test_testing_all_pixels_as_on_a_gpu_gives_the_same_matches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, now = pose((0.0, 0.0, 0.0)), pose((0.005, 0.0, 0.0))
    (half, fraction), (earlier, earlier_fraction) = soft_wall(now), soft_wall(before)
    some = match(half, now, earlier, before)
    monkeypatch.setattr(reprojection, "_pixels_of", lambda is_asked: torch.arange(len(is_asked)))
    every = match(half, now, earlier, before)
    assert torch.equal(some.weights, every.weights)
    carried = [matches.carried(planes(earlier_fraction)) for matches in (some, every)]
    assert torch.equal(*carried)
    # Some pixels at edges are matched.
    assert bool(some.is_any()[((fraction > 0) & (fraction < 1)).flatten()].any())


def test_halves_matched_together_equal_halves_matched_separately() -> None:
    before, now = pose((0.0, 0.0, 0.0)), pose((0.005, 0.0, 0.0))
    (half, _), (earlier, earlier_fraction) = soft_wall(now), soft_wall(before)
    (other, _), (other_earlier, other_painted) = wall(now, 3.0), wall(before, 3.0)
    seen = [GBuffer((half, other), now), GBuffer((earlier, other_earlier), before)]
    both = reprojection.match(*seen).carried(stacked([earlier_fraction, other_painted[..., :1]]))
    alone = [
        match(half, now, earlier, before).carried(planes(earlier_fraction)),
        match(other, now, other_earlier, before).carried(planes(other_painted[..., :1])),
    ]
    assert torch.equal(both, torch.cat(alone, dim=1))
    assert not torch.equal(*alone)


@pytest.mark.parametrize("is_orthographic", [False, True])
def test_surfaces_of_off_axis_and_orthographic_images_project_to_their_pixels(
    is_orthographic: bool,
) -> None:
    view = replace(
        pose((0.3, -0.2, 0.5), 20.0), center_x=0.3, center_y=-0.1, is_orthographic=is_orthographic
    )
    size = (HEIGHT, WIDTH)
    distance = 2.0 + torch.rand((*size, 1), generator=torch.Generator().manual_seed(1))
    features = [torch.zeros((*size, 3)) for _ in range(3)]
    half = Half(*features, distance, torch.zeros((*size, 1)))
    points = GBuffer((half,), view).surfaces.points
    column, row, is_ahead = project(points, view)
    rows, columns = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    assert is_ahead.all()
    torch.testing.assert_close(column[0], columns.float(), atol=1e-3, rtol=0)
    torch.testing.assert_close(row[0], rows.float(), atol=1e-3, rtol=0)
    # The first camera of parallel rays sees depth along its axis, whatever the pixel.
    if is_orthographic:
        forward = torch.tensor(view.forward)[:, None, None, None]
        offset = points - torch.tensor(view.position)[:, None, None, None]
        depth = (offset * forward).sum(dim=0)
        torch.testing.assert_close(depth[0], distance[..., 0], atol=1e-4, rtol=0)
