"""The window as a whole: start, training, files, help and end.

Host code.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from app.base.interrupt import INTERRUPTED
from app.base.interrupt import StopRequest
from app.base.memory import is_out_of_memory
from app.session.loaded_scene import LoadedScene
from app.session.report import Edits
from app.settings.options import Options
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from app.viewer.gui import gui
from app.viewer.gui import panel
from app.viewer.loop.viewer import StartCancelled
from app.viewer.loop.viewer import Viewer
from app.viewer.loop.viewer import run_viewer
from app.viewer.loop.window import Window
from app.viewer.picture.views import Channel
from denoiser.online import checkpoint
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from scenes.loader import load_scene
from tests.app.conftest import needs_display
from tests.app.memory_limit import memory_limit
from tests.app.window_driver import ALBEDO
from tests.app.window_driver import IMAGE_CENTER
from tests.app.window_driver import PATIENCE_SECONDS
from tests.app.window_driver import SETTINGS
from tests.app.window_driver import SIZE
from tests.app.window_driver import WINDOW_SIZE
from tests.app.window_driver import RecordingSession
from tests.app.window_driver import WindowDriver
from tests.app.window_driver import glowing_ball

pytestmark = needs_display


def test_viewer_renders_trains_and_moves_the_camera(
    display: str, window: Window, tmp_path: Path
) -> None:
    """The whole program on a tiny image."""
    render, denoiser = RenderSettings(size=SIZE, spp=1), DenoiserSettings(
        network=NetworkName.UNET, train_steps=1, crop=32
    )
    settings = SessionSettings(render, denoiser, "cpu")
    scene = LoadedScene.of(load_scene("cornell-box"))
    options = Options(scenes=("cornell-box",), session=settings, output=tmp_path)
    viewer = Viewer(window, scene, options)
    texts: list[str] = []

    def progress(text: str, fraction: float) -> None:
        texts.append(text)
        viewer.show_progress(text, fraction)

    driver = WindowDriver(display, viewer, RecordingSession(scene, settings, progress))
    assert any("compiles" in text for text in texts)
    driver.do("key", "2")
    driver.until(lambda: viewer.state.view.left is Channel.MEAN)
    image_rectangle = driver.screen()[IMAGE_CENTER[1], int(panel.WIDTH) + 10 : -10]
    assert len(np.unique(image_rectangle, axis=0)) > 20, "the image is uniform"
    start = driver.position().copy()
    driver.do("keydown", "w")
    driver.until(lambda: bool(np.linalg.norm(driver.position() - start) > 0.05))
    driver.do("keyup", "w")
    driver.until(
        lambda: viewer.state.report is not None and viewer.state.report.psnr_denoised is not None
    )
    assert viewer.state.report is not None and viewer.state.report.step_count > 0


def test_pause_and_reset_reach_the_session(driver: WindowDriver) -> None:
    session = driver.session
    driver.do("key", "p")
    driver.until(lambda: not session.report.is_training)
    assert driver.viewer.state.view.is_paused
    driver.do("key", "p")
    driver.until(lambda: session.report.is_training)
    driver.do("key", "t")
    driver.until(lambda: driver.viewer.state.view.is_asking_reset)
    assert not any(edits.reset_training for edits in session.edits), "reset must ask to confirm"
    driver.do("key", "Escape")
    driver.until(lambda: not driver.viewer.state.view.is_asking_reset)
    for _ in range(2):
        driver.do("key", "t")
    driver.until(lambda: any(edits.reset_training for edits in session.edits))
    assert sum(edits.reset_training for edits in session.edits) == 1


def test_panel_click_between_two_frames_presses_the_button(driver: WindowDriver) -> None:
    """A click whose press and release both arrive between two frames still counts."""
    session = driver.session
    # From the bottom up, so that sections that open or fold below do not matter.
    for y in range(560, 400, -8):
        driver.do("mousemove", "40", str(y))
        driver.do("click", "1")
        driver.viewer.run_frame(session)
        driver.viewer.run_frame(session)
        if any(edits.training_paused for edits in session.edits):
            return
    pytest.fail("no click reached the button")


def test_escape_closes_an_open_list_before_the_window(driver: WindowDriver) -> None:
    window = driver.viewer.screen._window
    for y in range(100, 620, 10):
        driver.do("mousemove", "60", str(y))
        driver.do("click", "1")
        driver.viewer.run_frame(driver.session)
        if gui.has_popup():
            break
    else:
        pytest.fail("no click opened a list")
    driver.do("key", "Escape")
    driver.screen()
    assert not gui.has_popup() and not window.should_close
    driver.do("key", "Escape")
    driver.until(lambda: window.should_close)


def test_finish_saves_the_recorded_path_and_returns_pending_checkpoint(
    driver: WindowDriver, tmp_path: Path
) -> None:
    viewer = driver.viewer
    driver.do("key", "space")
    driver.until(lambda: viewer.state.view.is_recording)
    for _ in range(3):
        driver.do("keydown", "w")
    driver.do("keyup", "w")
    saved = tmp_path / "late.safetensors"
    viewer.state.edit(Edits(save_checkpoint=saved))
    assert viewer.finish() == saved
    assert [path.suffix for path in tmp_path.iterdir()] == [".json"], "only the camera path file"


def test_screenshot_files_are_valid(driver: WindowDriver, tmp_path: Path) -> None:
    driver.do("key", "4", "key", "F12")
    driver.until(lambda: "screenshot" in driver.viewer.state.view.message)
    pixels = oiio.ImageBuf(str(tmp_path / "screenshot-001.png")).get_pixels(oiio.UINT8)
    assert pixels is not None and pixels.shape == (SIZE[1], SIZE[0], 3)
    assert pixels[5, 5].argmax() == np.argmax(ALBEDO)
    exr = oiio.ImageBuf(str(tmp_path / "screenshot-001.exr"))
    denoised = driver.session.report.denoised[3, 3].tolist()
    np.testing.assert_allclose(exr.getpixel(3, 3)[:3], denoised, rtol=1e-2)
    driver.screen()  # drawing still works


def test_image_too_large_for_memory_restores_the_previous_size(driver: WindowDriver) -> None:
    state = driver.viewer.state
    driver.viewer.run_frame(driver.session)
    with memory_limit(megabytes=150):  # one feature of 4096 x 4096 pixels takes 192
        state.edit(Edits(settings=state.view.settings.changed(size=(4096, 4096))))
        driver.viewer.run_frame(driver.session)
    assert "out of memory at 4096x4096" in state.view.message
    assert state.view.settings.render.size == SIZE
    driver.viewer.run_frame(driver.session)
    assert driver.session.report.pair.a.size == SIZE


def test_out_of_memory_at_the_last_successful_work_reduces_nothing(driver: WindowDriver) -> None:
    driver.viewer.run_frame(driver.session)
    work = driver.viewer.state.full_work
    assert not driver.viewer.state.reduce_work_after_out_of_memory(work)
    assert driver.viewer.state.reduce_work_after_out_of_memory(replace(work, crop=2 * work.crop))
    assert driver.viewer.state.view.settings.denoiser.crop == work.crop


def test_f5_saves_and_f9_loads_the_checkpoint_with_a_message(
    driver: WindowDriver, tmp_path: Path
) -> None:
    saved = tmp_path / "checkpoint.safetensors"
    driver.do("key", "F5")
    driver.until(lambda: driver.viewer.state.view.message == f"saved {saved}")
    assert saved.exists()
    driver.do("key", "F9")
    driver.until(lambda: driver.viewer.state.view.message == f"loaded {saved}")


def test_ctrl_c_ends_the_viewer_and_saves_the_checkpoint(
    display: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Send a real SIGINT as soon as the viewer has installed its handler."""
    monkeypatch.setenv("DISPLAY", display)
    saved = tmp_path / "end.safetensors"
    options = Options(scenes=("ball",), session=SETTINGS, output=tmp_path, save=saved)

    def press() -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not isinstance(
            getattr(signal.getsignal(signal.SIGINT), "__self__", None), StopRequest
        ):
            assert time.monotonic() < end, "the viewer never installed its SIGINT handler"
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    hand = threading.Thread(target=press)
    hand.start()
    code = run_viewer(glowing_ball(), options)
    hand.join()
    assert code == INTERRUPTED and checkpoint.load_settings(saved).crop == SETTINGS.denoiser.crop


def test_viewer_out_of_memory_still_saves_the_checkpoint(
    display: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    saved = tmp_path / "end.safetensors"
    render = replace(SETTINGS.render, size=(16384, 16384))
    settings = replace(SETTINGS, render=render)
    options = Options(scenes=("ball",), session=settings, output=tmp_path, save=saved)
    with memory_limit(megabytes=2000), pytest.raises(RuntimeError) as caught:
        run_viewer(glowing_ball(), options)
    assert is_out_of_memory(caught.value)
    assert checkpoint.load_settings(saved).crop == SETTINGS.denoiser.crop


def test_f1_shows_help_and_escape_closes_help_then_the_window(driver: WindowDriver) -> None:
    driver.do("key", "F1")
    driver.until(lambda: driver.viewer.state.view.help_visible)
    driver.do("key", "Escape")
    driver.until(lambda: not driver.viewer.state.view.help_visible)
    assert not driver.viewer._window.should_close
    driver.do("key", "Escape")
    driver.until(lambda: driver.viewer._window.should_close)
    driver.viewer.run(driver.session, StopRequest())  # returns at once


def test_progress_is_shown_and_closing_the_window_cancels_the_start(driver: WindowDriver) -> None:
    for _ in range(2):
        driver.viewer.show_progress("compiling the path tracer", 0.5)
    middle = driver.shot()[WINDOW_SIZE[1] // 2 - 60 : WINDOW_SIZE[1] // 2 + 60, : WINDOW_SIZE[0]]
    assert middle.max() > 200
    driver.viewer._window.request_close()
    with pytest.raises(StartCancelled):
        driver.viewer.show_progress("compiling the path tracer", 0.6)
