"""A real window under a virtual display, driven with real keys and a real mouse.

Host code.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest
from PIL import ImageGrab

from app import panel
from app import theme
from app.camera_path_files import load_camera_path
from app.options import Options
from app.report import Edits
from app.session import Session
from app.settings import RenderSettings
from app.settings import SessionSettings
from app.viewer import FrameSource
from app.viewer import StartCancelled
from app.viewer import Viewer
from app.views import View
from app.window import NoDisplayError
from app.window import Window
from denoiser.settings import DenoiserSettings
from denoiser.transfer import tone
from scenes.description import Camera
from scenes.description import SceneDescription
from scenes.description import Sphere
from scenes.loader import load_scene
from scenes.materials import Material
from tests.app.conftest import WINDOW_SIZE
from tests.app.fakes import ALBEDO_COLOR
from tests.app.fakes import DENOISED_COLOR
from tests.app.fakes import MEAN_COLOR
from tests.app.fakes import SIZE
from tests.app.fakes import FakeSession
from tests.app.fakes import plain

PATIENCE_SECONDS = 20.0  # for an event to arrive on a busy machine
PICTURE_CENTER = ((WINDOW_SIZE[0] + int(panel.WIDTH)) // 2, WINDOW_SIZE[1] // 2)
TOLERANCE = 2  # of 255

pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
)


class Desk:
    """A viewer on a display, and hands on its keyboard and mouse."""

    def __init__(self, display: str, viewer: Viewer, session: FrameSource) -> None:
        self.display, self.viewer, self.session = display, viewer, session

    def do(self, *words: str) -> None:
        """Run xdotool, then one frame."""
        subprocess.run(["xdotool", *words], check=True, timeout=20)
        self.viewer.do_frame(self.session)

    def until(self, condition: Callable[[], bool]) -> None:
        """Do frames until something is so; fails if it never is."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, "it never happened"
            self.viewer.do_frame(self.session)

    def screen(self) -> np.ndarray:
        """(H, W, 3) uint8: what the display shows of the window, after two more frames."""
        for _ in range(2):
            self.viewer.do_frame(self.session)
        time.sleep(0.1)
        shot = np.asarray(ImageGrab.grab(xdisplay=self.display).convert("RGB"))
        return shot[: WINDOW_SIZE[1], : WINDOW_SIZE[0]]

    def color(self, place: tuple[int, int] = PICTURE_CENTER) -> np.ndarray:
        """(3,) of one pixel, x and y from the upper left corner."""
        return self.screen()[place[1], place[0]].astype(int)


@pytest.fixture
def scene() -> SceneDescription:
    """A ball in front of a camera that looks along +z."""
    ball = Sphere((0.0, 0.0, 5.0), 1.0)
    return SceneDescription("ball", (ball,), (Material(),), Camera(np.eye(4)))


@pytest.fixture
def desk(display: str, window: Window, scene: SceneDescription, tmp_path: Path) -> Desk:
    """The viewer with a session that costs nothing."""
    session = FakeSession()
    viewer = Viewer(window, scene, Options(session=session.settings, output=tmp_path))
    desk = Desk(display, viewer, session)
    desk.do("mousemove", *map(str, PICTURE_CENTER))
    return desk


def toned(color: tuple[float, ...]) -> np.ndarray:
    """(3,) as T(v) shows it, 0 to 255."""
    return tone(plain((1, 1), color))[0, 0].numpy() * 255


def position(desk: Desk) -> np.ndarray:
    return desk.viewer.cockpit.controls.camera.to_world[:3, 3]


def test_shows_denoised_picture_and_panel(desk: Desk) -> None:
    screen = desk.screen().astype(int)
    picture = screen[PICTURE_CENTER[1], int(panel.WIDTH) + 5 :]
    assert np.abs(picture[20:-20] - toned(DENOISED_COLOR)).max() <= TOLERANCE
    gui = screen[:, : int(panel.WIDTH)]
    assert gui.max() > 200 and len(np.unique(gui.reshape(-1, 3), axis=0)) > 50, "no text there"
    background = np.array(theme.THEME[theme.imgui.COLOR_WINDOW_BACKGROUND]) * 255
    is_background = np.abs(gui - background).max(axis=-1) <= TOLERANCE
    assert is_background.mean() > 0.3


def test_number_keys_switch_views(desk: Desk) -> None:
    for view, color in (
        (View.MEAN, MEAN_COLOR),
        (View.NORMAL, None),
        (View.DENOISED, DENOISED_COLOR),
    ):
        desk.do("key", view.key)
        desk.until(lambda view=view: desk.viewer.cockpit.view.left is view)  # type: ignore[misc]
        expected = np.array([127.5, 255, 127.5]) if color is None else toned(color)
        assert np.abs(desk.color() - expected).max() <= TOLERANCE


def test_w_flies_forward_and_stops(desk: Desk) -> None:
    desk.do("keydown", "w")
    desk.until(lambda: position(desk)[2] > 0.05)
    desk.do("keyup", "w")
    desk.until(lambda: not desk.viewer.cockpit.controls.is_moving)
    stopped = position(desk).copy()
    desk.viewer.do_frame(desk.session)
    np.testing.assert_array_equal(position(desk), stopped)
    assert stopped[0] == stopped[1] == 0.0
    assert isinstance(desk.session, FakeSession)
    assert any(camera.to_world[2, 3] > 0.0 for camera in desk.session.cameras)


def test_drag_looks_around_and_r_resets(desk: Desk) -> None:
    desk.do("mousedown", "3")
    desk.do("mousemove_relative", "100", "0")
    # The camera looks along +z, so its right is -x.
    desk.until(lambda: desk.viewer.cockpit.controls.camera.to_world[0, 2] < -0.2)
    desk.do("mouseup", "3")
    turned = desk.viewer.cockpit.controls.camera.to_world.copy()
    desk.do("mousemove_relative", "--", "-200", "0")
    np.testing.assert_array_equal(desk.viewer.cockpit.controls.camera.to_world, turned)
    desk.do("key", "r")
    desk.until(lambda: desk.viewer.cockpit.controls.camera.to_world[0, 2] == 0.0)


def test_drag_on_the_panel_does_not_turn_the_camera(desk: Desk) -> None:
    desk.do("mousemove", "300", "400", "mousedown", "1")
    desk.do("mousemove", "700", "400")
    desk.do("mouseup", "1")
    np.testing.assert_array_equal(desk.viewer.cockpit.controls.camera.to_world, np.eye(4))


def test_wheel_changes_the_speed(desk: Desk) -> None:
    before = desk.viewer.cockpit.controls.speed
    desk.do("click", "4")
    desk.until(lambda: desk.viewer.cockpit.controls.speed > before)


def test_split_shows_two_views_and_its_line_can_be_dragged(desk: Desk) -> None:
    desk.do("key", "x")
    desk.until(lambda: desk.viewer.cockpit.view.is_split)
    x, y = PICTURE_CENTER
    for offset, color in ((-60, DENOISED_COLOR), (60, MEAN_COLOR)):
        assert np.abs(desk.color((x + offset, y)) - toned(color)).max() <= TOLERANCE
    desk.do("mousemove", str(x), str(y), "mousedown", "1")
    desk.do("mousemove_relative", "120", "0")
    desk.until(lambda: desk.viewer.cockpit.view.split > 0.6)
    desk.do("mouseup", "1")
    assert np.abs(desk.color((x + 60, y)) - toned(DENOISED_COLOR)).max() <= TOLERANCE
    np.testing.assert_array_equal(desk.viewer.cockpit.controls.camera.to_world, np.eye(4))
    desk.do("key", "Tab")
    desk.until(lambda: desk.viewer.cockpit.view.left is View.MEAN)


def test_exposure_brightens_the_screen_and_nothing_else(desk: Desk) -> None:
    desk.do("key", "equal")
    desk.until(lambda: desk.viewer.cockpit.view.exposure > 0.0)
    exposed = tuple(value * 2.0**desk.viewer.cockpit.view.exposure for value in DENOISED_COLOR)
    assert np.abs(desk.color() - toned(exposed)).max() <= TOLERANCE
    assert isinstance(desk.session, FakeSession)
    assert set(desk.session.edits) == {Edits(size=SIZE)}


def test_h_hides_the_panel(desk: Desk) -> None:
    desk.do("key", "h")
    desk.until(lambda: not desk.viewer.cockpit.view.panel_visible)
    middle = (int(panel.WIDTH) // 2, PICTURE_CENTER[1])
    assert np.abs(desk.color(middle) - toned(DENOISED_COLOR)).max() <= TOLERANCE


def test_pause_and_reset_reach_the_session(desk: Desk) -> None:
    session = desk.session
    assert isinstance(session, FakeSession)
    desk.do("key", "p")
    desk.until(lambda: not session.report.is_training)
    assert desk.viewer.cockpit.view.is_paused
    desk.do("key", "p")
    desk.until(lambda: session.report.is_training)
    desk.do("key", "t")
    desk.until(lambda: desk.viewer.cockpit.view.is_asking_reset)
    assert not any(edits.reset_training for edits in session.edits), "asks first"
    desk.do("key", "Escape")
    desk.until(lambda: not desk.viewer.cockpit.view.is_asking_reset)
    for _ in range(2):
        desk.do("key", "t")
    desk.until(lambda: any(edits.reset_training for edits in session.edits))
    assert sum(edits.reset_training for edits in session.edits) == 1


def test_button_of_the_panel_works_even_between_two_frames(desk: Desk) -> None:
    """Press and release come in one go: a click that is over when the panel looks still counts."""
    session = desk.session
    assert isinstance(session, FakeSession)
    # Upwards, so that what opens or folds below does not matter.
    for y in range(520, 400, -8):
        desk.do("mousemove", "40", str(y))
        desk.do("click", "1")
        desk.viewer.do_frame(session)
        desk.viewer.do_frame(session)
        if any(edits.training_paused for edits in session.edits):
            return
    pytest.fail("no click reached the button")


def test_screenshot_files_are_valid(desk: Desk, tmp_path: Path) -> None:
    desk.do("key", "4", "key", "F12")
    desk.until(lambda: "screenshot" in desk.viewer.cockpit.view.message)
    pixels = oiio.ImageBuf(str(tmp_path / "screenshot-001.png")).get_pixels(oiio.UINT8)
    assert pixels is not None and pixels.shape == (SIZE[1], SIZE[0], 3)
    assert pixels[5, 5].argmax() == np.argmax(ALBEDO_COLOR)
    exr = oiio.ImageBuf(str(tmp_path / "screenshot-001.exr"))
    np.testing.assert_allclose(exr.getpixel(3, 3)[:3], DENOISED_COLOR, rtol=1e-6)
    desk.screen()  # and drawing goes on


def test_saving_a_checkpoint_tells_so(desk: Desk) -> None:
    desk.do("key", "F5")
    desk.until(lambda: desk.viewer.cockpit.view.message.startswith("saved checkpoint"))


def test_records_a_path_and_plays_it(desk: Desk, tmp_path: Path) -> None:
    desk.do("key", "space")
    desk.until(lambda: desk.viewer.cockpit.view.is_recording)
    desk.do("keydown", "w")
    desk.until(lambda: position(desk)[2] > 0.2)
    desk.do("keyup", "w", "key", "space")
    desk.until(lambda: not desk.viewer.cockpit.view.is_recording)
    path = load_camera_path(tmp_path / "camera-path-001.json")
    assert path.keyframes[0].position[2] == 0.0 and path.keyframes[-1].position[2] > 0.05
    desk.do("key", "Return")
    desk.until(lambda: desk.viewer.cockpit.view.is_playing)
    desk.until(lambda: not desk.viewer.cockpit.view.is_playing)
    np.testing.assert_allclose(position(desk), path.keyframes[-1].position, atol=1e-9)


def test_without_a_recorded_path_the_scenes_own_is_played(desk: Desk) -> None:
    desk.do("key", "Return")
    desk.until(lambda: desk.viewer.cockpit.view.is_playing)
    desk.until(lambda: not np.array_equal(desk.viewer.cockpit.controls.camera.to_world, np.eye(4)))
    desk.do("key", "w")
    desk.until(lambda: not desk.viewer.cockpit.view.is_playing)


def test_resizing_keeps_the_aspect(desk: Desk) -> None:
    assert desk.viewer.screen.picture(desk.viewer.cockpit.view)[2:] == (612, 459)
    desk.do("search", "--name", "Hush test", "windowsize", "--sync", "700", "640")
    desk.until(lambda: desk.viewer._window.framebuffer_size == (700, 640))
    _, _, width, height = desk.viewer.screen.picture(desk.viewer.cockpit.view)
    assert width == 700 - panel.WIDTH and abs(width * SIZE[1] - height * SIZE[0]) < SIZE[0]
    screen = desk.screen().astype(int)
    column = np.abs(screen[:, int(panel.WIDTH) + width // 2] - toned(DENOISED_COLOR)).max(axis=-1)
    assert abs((column <= TOLERANCE).sum() - height) <= 1


def test_moving_camera_gets_a_smaller_picture_and_rest_the_full_one(desk: Desk) -> None:
    session = desk.session
    assert isinstance(session, FakeSession)
    full = (128, 96)
    render = replace(session.settings.render, size=full)
    desk.viewer.cockpit.view = replace(
        desk.viewer.cockpit.view,
        settings=replace(session.settings, render=render),
        target_ms=4.0,  # the pretended times sum to 6
    )
    desk.do("keydown", "w")
    desk.until(lambda: (session.edits[-1].size or full) < full)
    desk.do("keyup", "w")
    desk.until(lambda: session.report.denoised.shape[:2] == full[::-1])
    assert desk.viewer.cockpit.view.settings.render.size == full, "the panel shows the size at rest"


def test_setting_off_does_not_wait_for_the_frame_at_rest(desk: Desk) -> None:
    desk.until(lambda: not desk.viewer.cockpit.controls.is_moving)
    desk.viewer.do_frame(desk.session)
    before = desk.viewer.cockpit.report
    desk.viewer.cockpit.controls.key("w", True)
    desk.viewer.do_frame(desk.session)
    assert desk.viewer.cockpit.report is before and desk.viewer.cockpit.controls.is_moving
    desk.viewer.do_frame(desk.session)
    assert desk.viewer.cockpit.report is not before


def test_help_and_escape(desk: Desk) -> None:
    desk.do("key", "F1")
    desk.until(lambda: desk.viewer.cockpit.view.help_visible)
    desk.do("key", "Escape")
    desk.until(lambda: not desk.viewer.cockpit.view.help_visible)
    assert not desk.viewer._window.should_close
    desk.do("key", "Escape")
    desk.until(lambda: desk.viewer._window.should_close)
    desk.viewer.run(desk.session)  # returns at once


def test_lost_focus_lets_go_of_keys(desk: Desk) -> None:
    desk.do("keydown", "w")
    desk.until(lambda: desk.viewer.cockpit.controls.is_moving)
    desk.do("search", "--name", "Hush test", "windowunmap", "--sync")
    desk.until(lambda: not desk.viewer.cockpit.controls.is_moving)
    subprocess.run(["xdotool", "keyup", "w"], check=True)
    desk.do("search", "--name", "Hush test", "windowmap", "--sync")
    assert np.abs(desk.color() - toned(DENOISED_COLOR)).max() <= TOLERANCE


def test_progress_is_shown_and_closing_cancels(desk: Desk) -> None:
    for _ in range(2):
        desk.viewer.show_progress("compiling the path tracer", 0.5)
    time.sleep(0.1)
    shot = np.asarray(ImageGrab.grab(xdisplay=desk.display).convert("RGB"))
    middle = shot[WINDOW_SIZE[1] // 2 - 60 : WINDOW_SIZE[1] // 2 + 60, : WINDOW_SIZE[0]]
    assert middle.max() > 200
    desk.viewer._window.request_close()
    with pytest.raises(StartCancelled):
        desk.viewer.show_progress("compiling the path tracer", 0.6)


def test_without_display_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NoDisplayError) as caught:
        Window("nowhere", (100, 100))
    assert "\n" not in str(caught.value)


def test_real_session_renders_trains_and_flies(
    display: str, window: Window, tmp_path: Path
) -> None:
    """The whole program on a tiny picture."""
    settings = SessionSettings(
        RenderSettings(size=SIZE, spp=1), DenoiserSettings(train_steps=1, crop=32), "cpu"
    )
    scene = load_scene("cornell-box")
    options = Options(scene="cornell-box", session=settings, output=tmp_path)
    viewer = Viewer(window, scene, options)
    texts: list[str] = []

    def progress(text: str, share: float) -> None:
        texts.append(text)
        viewer.show_progress(text, share)

    desk = Desk(display, viewer, Session(scene, settings, progress))
    assert any("compiles" in text for text in texts)
    desk.do("key", "2")
    desk.until(lambda: viewer.cockpit.view.left is View.MEAN)
    picture = desk.screen()[PICTURE_CENTER[1], int(panel.WIDTH) + 10 : -10]
    assert len(np.unique(picture, axis=0)) > 20, "no picture"
    start = position(desk).copy()
    desk.do("keydown", "w")
    desk.until(lambda: bool(np.linalg.norm(position(desk) - start) > 0.05))
    desk.do("keyup", "w")
    desk.until(
        lambda: viewer.cockpit.report is not None
        and viewer.cockpit.report.psnr_denoised is not None
    )
    assert viewer.cockpit.report is not None and viewer.cockpit.report.step_count > 0
