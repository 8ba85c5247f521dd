"""What the window shows: views, split, exposure, panel, sizes.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.session.report import Edits
from app.settings.comparison import Comparison
from app.viewer.gui import panel
from app.viewer.gui import theme
from app.viewer.picture.exposure import auto_exposure
from app.viewer.picture.views import Channel
from denoiser.transfer import tone
from tests.app.conftest import needs_display
from tests.app.desk import ALBEDO
from tests.app.desk import PICTURE_CENTER
from tests.app.desk import RADIANCE
from tests.app.desk import SETTINGS
from tests.app.desk import SIZE
from tests.app.desk import TOLERANCE
from tests.app.desk import WINDOW_SIZE
from tests.app.desk import Desk
from tests.app.desk import WatchedSession
from tests.app.desk import srgb
from tests.app.desk import toned

pytestmark = needs_display


def test_shows_denoised_picture_and_panel(desk: Desk) -> None:
    screen = desk.screen().astype(int)
    for x in range(int(panel.WIDTH) + 25, WINDOW_SIZE[0] - 25, 19):
        place = (x, PICTURE_CENTER[1])
        assert np.abs(screen[place[1], x] - desk.denoised(place)).max() <= TOLERANCE
    gui = screen[:, : int(panel.WIDTH)]
    assert gui.max() > 200 and len(np.unique(gui.reshape(-1, 3), axis=0)) > 50, "no text there"
    background = np.array(theme.THEME["window_bg"]) * 255
    is_background = np.abs(gui - background).max(axis=-1) <= TOLERANCE
    assert is_background.mean() > 0.3


def test_number_keys_switch_views(desk: Desk) -> None:
    for view, color in ((Channel.MEAN, toned(RADIANCE)), (Channel.ALBEDO, srgb(ALBEDO))):
        desk.do("key", view.key)
        desk.until(lambda view=view: desk.viewer.state.view.left is view)  # type: ignore[misc]
        assert np.abs(desk.color() - color).max() <= TOLERANCE
    desk.do("key", Channel.DENOISED.key)
    desk.until(lambda: desk.viewer.state.view.left is Channel.DENOISED)
    assert np.abs(desk.color() - desk.denoised()).max() <= TOLERANCE


def test_a_rival_is_shown_beside_the_denoiser_on_the_same_frame(desk: Desk) -> None:
    desk.do("key", Channel.COMPARISON.key)
    desk.until(lambda: desk.viewer.state.view.left is Channel.COMPARISON)
    assert np.abs(desk.color() - toned(RADIANCE)).max() <= TOLERANCE  # none yet: the mean
    desk.viewer.state.edit(Edits(settings=SETTINGS.changed(comparison=Comparison.FAST)))
    desk.until(lambda: desk.session.report.comparison is not None)
    report = desk.session.report
    assert report.comparison is not None and report.psnr_comparison is not None
    x, y = PICTURE_CENTER
    expected = (tone(report.comparison[SIZE[1] // 2, SIZE[0] // 2]) * 255).numpy()
    assert np.abs(desk.color((x, y)) - expected).max() <= 2 * TOLERANCE
    assert np.abs(desk.color((x, y)) - desk.denoised((x, y))).max() > 4 * TOLERANCE


def test_split_shows_two_views_and_its_line_can_be_dragged(desk: Desk) -> None:
    desk.do("key", "x")
    desk.until(lambda: desk.viewer.state.view.is_split)
    x, y = PICTURE_CENTER
    assert np.abs(desk.color((x + 60, y)) - toned(RADIANCE)).max() <= TOLERANCE
    left = (x - 60, y)
    assert np.abs(desk.color(left) - desk.denoised(left)).max() <= TOLERANCE
    desk.do("mousemove", str(x), str(y), "mousedown", "1")
    desk.do("mousemove_relative", "120", "0")
    desk.until(lambda: desk.viewer.state.view.split > 0.6)
    desk.do("mouseup", "1")
    crossed = (x + 60, y)
    assert np.abs(desk.color(crossed) - desk.denoised(crossed)).max() <= TOLERANCE
    np.testing.assert_array_equal(desk.viewer.state.controls.camera.to_world, np.eye(4))
    desk.do("key", "Tab")
    desk.until(lambda: desk.viewer.state.view.left is Channel.MEAN)


def test_exposure_brightens_the_screen_and_nothing_else(desk: Desk) -> None:
    desk.do("key", "equal")
    desk.until(lambda: desk.viewer.state.view.exposure > 0.0)
    assert np.abs(desk.color() - desk.denoised()).max() <= TOLERANCE
    assert set(desk.session.edits) == {Edits(settings=SETTINGS)}


def test_exposure_follows_the_picture_until_it_is_set_by_hand(desk: Desk) -> None:
    desk.do("key", "o")
    desk.until(lambda: desk.viewer.state.view.is_auto_exposed)
    wanted = auto_exposure(desk.session.report.denoised)
    desk.until(lambda: abs(desk.viewer.state.view.exposure - wanted) < 0.3)
    assert abs(wanted) > 0.3
    assert np.abs(desk.color() - desk.denoised()).max() <= TOLERANCE
    desk.do("key", "minus")
    desk.until(lambda: not desk.viewer.state.view.is_auto_exposed)


def test_z_zooms_in_at_the_mouse_and_c_shows_all(desk: Desk) -> None:
    x, y = PICTURE_CENTER
    desk.do("mousemove", str(x + 100), str(y))
    desk.do("key", "z")
    desk.until(lambda: desk.viewer.state.view.zoom.extent == 0.5)
    left, bottom, width, height = desk.viewer.screen.picture(desk.viewer.state.view)
    place = ((x + 100 - left) / width, (WINDOW_SIZE[1] - y - bottom) / height)
    assert np.allclose(desk.viewer.state.view.zoom.to_image_position(place), place, atol=0.01)
    desk.do("key", "c")
    desk.until(lambda: desk.viewer.state.view.zoom.extent == 1.0)


def test_i_shows_the_numbers_under_the_mouse(desk: Desk) -> None:
    desk.do("mousemove", str(PICTURE_CENTER[0]), str(PICTURE_CENTER[1]))
    before = desk.screen().astype(int)
    desk.do("key", "i")
    desk.until(lambda: desk.viewer.state.view.is_inspecting)
    changed = np.abs(desk.screen().astype(int) - before).max(axis=-1) > 60
    rows, columns = np.nonzero(changed[:, int(panel.WIDTH) :])
    # Right below the mouse, and nowhere else in the picture.
    assert len(rows) > 2000
    assert rows.min() >= PICTURE_CENTER[1] and rows.max() < PICTURE_CENTER[1] + 160
    assert columns.min() + int(panel.WIDTH) >= PICTURE_CENTER[0]


def test_v_focuses_on_what_is_under_the_mouse(desk: Desk) -> None:
    desk.do("mousemove", str(PICTURE_CENTER[0]), str(PICTURE_CENTER[1]))
    desk.do("key", "v")
    # The wall of the ball around the camera.
    desk.until(lambda: desk.viewer.state.controls.camera.focus_distance > 90)
    assert "in focus at" in desk.viewer.state.view.message
    desk.do("mousemove", "20", "20")
    desk.do("key", "v")
    desk.until(lambda: "point at something" in desk.viewer.state.view.message)


def test_h_hides_the_panel(desk: Desk) -> None:
    desk.do("key", "h")
    desk.until(lambda: not desk.viewer.state.view.panel_visible)
    middle = (int(panel.WIDTH) // 2, PICTURE_CENTER[1])
    assert np.abs(desk.color(middle) - desk.denoised(middle)).max() <= TOLERANCE


def test_resizing_keeps_the_aspect(desk: Desk) -> None:
    assert desk.viewer.screen.picture(desk.viewer.state.view)[2:] == (612, 459)
    desk.do("search", "--name", "Hush test", "windowsize", "--sync", "700", "640")
    desk.until(lambda: desk.viewer._window.framebuffer_size == (700, 640))
    _, _, width, height = desk.viewer.screen.picture(desk.viewer.state.view)
    assert width == 700 - panel.WIDTH and abs(width * SIZE[1] - height * SIZE[0]) < SIZE[0]
    desk.do("key", Channel.MEAN.key)
    desk.until(lambda: desk.viewer.state.view.left is Channel.MEAN)
    screen = desk.screen().astype(int)
    column = np.abs(screen[:, int(panel.WIDTH) + width // 2] - toned(RADIANCE)).max(axis=-1)
    assert abs((column <= TOLERANCE).sum() - height) <= 1


def work_size(session: WatchedSession, full: tuple[int, int]) -> tuple[int, int]:
    """Render size that the last frame was asked for."""
    settings = session.edits[-1].settings
    return full if settings is None else settings.render.size


def test_moving_camera_gets_a_smaller_picture_and_rest_the_full_one(desk: Desk) -> None:
    session = desk.session
    full = (128, 96)
    render = replace(session.settings.render, size=full)
    desk.viewer.state.view = replace(
        desk.viewer.state.view,
        settings=replace(session.settings, render=render),
        target_ms=1.0,  # less than any frame takes
    )
    desk.do("keydown", "w")
    desk.until(lambda: work_size(session, full) < full)
    desk.until(lambda: desk.viewer.state.report is session.report)
    desk.do("keyup", "w")
    desk.until(lambda: session.report.denoised.shape[:2] == full[::-1])
    assert desk.viewer.state.view.settings.render.size == full, "the panel shows the size at rest"
