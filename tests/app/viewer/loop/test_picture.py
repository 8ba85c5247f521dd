"""Contents of the window: views, split, exposure, panel, sizes.

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
from tests.app.window_driver import ALBEDO
from tests.app.window_driver import IMAGE_CENTER
from tests.app.window_driver import RADIANCE
from tests.app.window_driver import SETTINGS
from tests.app.window_driver import SIZE
from tests.app.window_driver import TOLERANCE
from tests.app.window_driver import WINDOW_SIZE
from tests.app.window_driver import RecordingSession
from tests.app.window_driver import WindowDriver
from tests.app.window_driver import srgb
from tests.app.window_driver import toned

pytestmark = needs_display


def test_window_shows_denoised_image_and_panel(driver: WindowDriver) -> None:
    screen = driver.screen().astype(int)
    for x in range(int(panel.WIDTH) + 25, WINDOW_SIZE[0] - 25, 19):
        position = (x, IMAGE_CENTER[1])
        assert np.abs(screen[position[1], x] - driver.denoised(position)).max() <= TOLERANCE
    gui = screen[:, : int(panel.WIDTH)]
    assert gui.max() > 200 and len(np.unique(gui.reshape(-1, 3), axis=0)) > 50, "no text in panel"
    background = np.array(theme.THEME["window_bg"]) * 255
    is_background = np.abs(gui - background).max(axis=-1) <= TOLERANCE
    assert is_background.mean() > 0.3


def test_number_keys_switch_views(driver: WindowDriver) -> None:
    for view, color in ((Channel.MEAN, toned(RADIANCE)), (Channel.ALBEDO, srgb(ALBEDO))):
        driver.do("key", view.key)
        driver.until(lambda view=view: driver.viewer.state.view.left is view)  # type: ignore[misc]
        assert np.abs(driver.color() - color).max() <= TOLERANCE
    driver.do("key", Channel.DENOISED.key)
    driver.until(lambda: driver.viewer.state.view.left is Channel.DENOISED)
    assert np.abs(driver.color() - driver.denoised()).max() <= TOLERANCE


def test_comparison_view_shows_the_image_of_the_comparison_denoiser(driver: WindowDriver) -> None:
    driver.do("key", Channel.COMPARISON.key)
    driver.until(lambda: driver.viewer.state.view.left is Channel.COMPARISON)
    assert np.abs(driver.color() - toned(RADIANCE)).max() <= TOLERANCE  # no comparison yet: mean
    driver.viewer.state.edit(Edits(settings=SETTINGS.changed(comparison=Comparison.FAST)))
    driver.until(lambda: driver.session.report.comparison is not None)
    report = driver.session.report
    assert report.comparison is not None and report.psnr_comparison is not None
    x, y = IMAGE_CENTER
    expected = (tone(report.comparison[SIZE[1] // 2, SIZE[0] // 2]) * 255).numpy()
    assert np.abs(driver.color((x, y)) - expected).max() <= 2 * TOLERANCE
    assert np.abs(driver.color((x, y)) - driver.denoised((x, y))).max() > 4 * TOLERANCE


def test_split_shows_two_views_and_its_line_can_be_dragged(driver: WindowDriver) -> None:
    driver.do("key", "x")
    driver.until(lambda: driver.viewer.state.view.is_split)
    x, y = IMAGE_CENTER
    assert np.abs(driver.color((x + 60, y)) - toned(RADIANCE)).max() <= TOLERANCE
    left = (x - 60, y)
    assert np.abs(driver.color(left) - driver.denoised(left)).max() <= TOLERANCE
    driver.do("mousemove", str(x), str(y), "mousedown", "1")
    driver.do("mousemove_relative", "120", "0")
    driver.until(lambda: driver.viewer.state.view.split > 0.6)
    driver.do("mouseup", "1")
    crossed = (x + 60, y)
    assert np.abs(driver.color(crossed) - driver.denoised(crossed)).max() <= TOLERANCE
    np.testing.assert_array_equal(driver.viewer.state.controls.camera.to_world, np.eye(4))
    driver.do("key", "Tab")
    driver.until(lambda: driver.viewer.state.view.left is Channel.MEAN)


def test_exposure_changes_the_display_but_no_session_settings(driver: WindowDriver) -> None:
    driver.do("key", "equal")
    driver.until(lambda: driver.viewer.state.view.exposure > 0.0)
    assert np.abs(driver.color() - driver.denoised()).max() <= TOLERANCE
    assert set(driver.session.edits) == {Edits(settings=SETTINGS)}


def test_auto_exposure_follows_the_image_until_it_is_set_by_hand(driver: WindowDriver) -> None:
    driver.do("key", "o")
    driver.until(lambda: driver.viewer.state.view.is_auto_exposed)
    wanted = auto_exposure(driver.session.report.denoised)
    driver.until(lambda: abs(driver.viewer.state.view.exposure - wanted) < 0.3)
    assert abs(wanted) > 0.3
    assert np.abs(driver.color() - driver.denoised()).max() <= TOLERANCE
    driver.do("key", "minus")
    driver.until(lambda: not driver.viewer.state.view.is_auto_exposed)


def test_z_zooms_in_at_the_mouse_and_c_shows_all(driver: WindowDriver) -> None:
    x, y = IMAGE_CENTER
    driver.do("mousemove", str(x + 100), str(y))
    driver.do("key", "z")
    driver.until(lambda: driver.viewer.state.view.zoom.extent == 0.5)
    left, bottom, width, height = driver.viewer.screen.image_rectangle(driver.viewer.state.view)
    position = ((x + 100 - left) / width, (WINDOW_SIZE[1] - y - bottom) / height)
    assert np.allclose(
        driver.viewer.state.view.zoom.to_image_position(position), position, atol=0.01
    )
    driver.do("key", "c")
    driver.until(lambda: driver.viewer.state.view.zoom.extent == 1.0)


def test_i_shows_a_table_of_pixel_values_at_the_mouse(driver: WindowDriver) -> None:
    driver.do("mousemove", str(IMAGE_CENTER[0]), str(IMAGE_CENTER[1]))
    before = driver.screen().astype(int)
    driver.do("key", "i")
    driver.until(lambda: driver.viewer.state.view.is_inspecting)
    changed = np.abs(driver.screen().astype(int) - before).max(axis=-1) > 60
    rows, columns = np.nonzero(changed[:, int(panel.WIDTH) :])
    # The table lies right below the mouse; nothing else in the image changes.
    assert len(rows) > 2000
    assert rows.min() >= IMAGE_CENTER[1] and rows.max() < IMAGE_CENTER[1] + 160
    assert columns.min() + int(panel.WIDTH) >= IMAGE_CENTER[0]


def test_v_focuses_on_the_surface_under_the_mouse(driver: WindowDriver) -> None:
    driver.do("mousemove", str(IMAGE_CENTER[0]), str(IMAGE_CENTER[1]))
    driver.do("key", "v")
    # The focused surface is the sphere around the camera.
    driver.until(lambda: driver.viewer.state.controls.camera.focus_distance > 90)
    assert "in focus at" in driver.viewer.state.view.message
    driver.do("mousemove", "20", "20")
    driver.do("key", "v")
    driver.until(lambda: "point at something" in driver.viewer.state.view.message)


def test_h_hides_the_panel(driver: WindowDriver) -> None:
    driver.do("key", "h")
    driver.until(lambda: not driver.viewer.state.view.panel_visible)
    middle = (int(panel.WIDTH) // 2, IMAGE_CENTER[1])
    assert np.abs(driver.color(middle) - driver.denoised(middle)).max() <= TOLERANCE


def test_resizing_the_window_keeps_the_image_aspect(driver: WindowDriver) -> None:
    assert driver.viewer.screen.image_rectangle(driver.viewer.state.view)[2:] == (612, 459)
    driver.do("search", "--name", "Hush test", "windowsize", "--sync", "700", "640")
    driver.until(lambda: driver.viewer._window.framebuffer_size == (700, 640))
    _, _, width, height = driver.viewer.screen.image_rectangle(driver.viewer.state.view)
    assert width == 700 - panel.WIDTH and abs(width * SIZE[1] - height * SIZE[0]) < SIZE[0]
    driver.do("key", Channel.MEAN.key)
    driver.until(lambda: driver.viewer.state.view.left is Channel.MEAN)
    screen = driver.screen().astype(int)
    column = np.abs(screen[:, int(panel.WIDTH) + width // 2] - toned(RADIANCE)).max(axis=-1)
    assert abs((column <= TOLERANCE).sum() - height) <= 1


def work_size(session: RecordingSession, full: tuple[int, int]) -> tuple[int, int]:
    """Render size (width, height) requested for the last frame; `full` if none was set."""
    settings = session.edits[-1].settings
    return full if settings is None else settings.render.size


def test_moving_camera_reduces_image_size_and_static_camera_restores_it(
    driver: WindowDriver,
) -> None:
    session = driver.session
    full = (128, 96)
    render = replace(session.settings.render, size=full)
    driver.viewer.state.view = replace(
        driver.viewer.state.view,
        settings=replace(session.settings, render=render),
        target_ms=1.0,  # shorter than any frame
    )
    driver.do("keydown", "w")
    driver.until(lambda: work_size(session, full) < full)
    driver.until(lambda: driver.viewer.state.report is session.report)
    driver.do("keyup", "w")
    driver.until(lambda: session.report.denoised.shape[:2] == full[::-1])
    assert driver.viewer.state.view.settings.render.size == full, "panel must show the full size"
