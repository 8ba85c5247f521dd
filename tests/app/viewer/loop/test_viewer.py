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
from tests.app.desk import ALBEDO
from tests.app.desk import PATIENCE_SECONDS
from tests.app.desk import PICTURE_CENTER
from tests.app.desk import SETTINGS
from tests.app.desk import SIZE
from tests.app.desk import WINDOW_SIZE
from tests.app.desk import Desk
from tests.app.desk import WatchedSession
from tests.app.desk import glowing_ball
from tests.app.memory_limit import memory_limit

pytestmark = needs_display


def test_a_scene_is_rendered_learned_and_flown(
    display: str, window: Window, tmp_path: Path
) -> None:
    """The whole program on a tiny picture."""
    render, denoiser = RenderSettings(size=SIZE, spp=1), DenoiserSettings(
        network=NetworkName.UNET, train_steps=1, crop=32
    )
    settings = SessionSettings(render, denoiser, "cpu")
    scene = LoadedScene.of(load_scene("cornell-box"))
    options = Options(scenes=("cornell-box",), session=settings, output=tmp_path)
    viewer = Viewer(window, scene, options)
    texts: list[str] = []

    def progress(text: str, share: float) -> None:
        texts.append(text)
        viewer.show_progress(text, share)

    desk = Desk(display, viewer, WatchedSession(scene, settings, progress))
    assert any("compiles" in text for text in texts)
    desk.do("key", "2")
    desk.until(lambda: viewer.state.view.left is Channel.MEAN)
    picture = desk.screen()[PICTURE_CENTER[1], int(panel.WIDTH) + 10 : -10]
    assert len(np.unique(picture, axis=0)) > 20, "no picture"
    start = desk.position().copy()
    desk.do("keydown", "w")
    desk.until(lambda: bool(np.linalg.norm(desk.position() - start) > 0.05))
    desk.do("keyup", "w")
    desk.until(
        lambda: viewer.state.report is not None and viewer.state.report.psnr_denoised is not None
    )
    assert viewer.state.report is not None and viewer.state.report.step_count > 0


def test_pause_and_reset_reach_the_session(desk: Desk) -> None:
    session = desk.session
    desk.do("key", "p")
    desk.until(lambda: not session.report.is_training)
    assert desk.viewer.state.view.is_paused
    desk.do("key", "p")
    desk.until(lambda: session.report.is_training)
    desk.do("key", "t")
    desk.until(lambda: desk.viewer.state.view.is_asking_reset)
    assert not any(edits.reset_training for edits in session.edits), "asks first"
    desk.do("key", "Escape")
    desk.until(lambda: not desk.viewer.state.view.is_asking_reset)
    for _ in range(2):
        desk.do("key", "t")
    desk.until(lambda: any(edits.reset_training for edits in session.edits))
    assert sum(edits.reset_training for edits in session.edits) == 1


def test_button_of_the_panel_works_even_between_two_frames(desk: Desk) -> None:
    """Press and release come in one go: a click that is over when the panel looks still counts."""
    session = desk.session
    # Upwards, so that what opens or folds below does not matter.
    for y in range(560, 400, -8):
        desk.do("mousemove", "40", str(y))
        desk.do("click", "1")
        desk.viewer.run_frame(session)
        desk.viewer.run_frame(session)
        if any(edits.training_paused for edits in session.edits):
            return
    pytest.fail("no click reached the button")


def test_escape_closes_an_open_list_and_not_the_window(desk: Desk) -> None:
    window = desk.viewer.screen._window
    for y in range(100, 620, 10):
        desk.do("mousemove", "60", str(y))
        desk.do("click", "1")
        desk.viewer.run_frame(desk.session)
        if gui.has_popup():
            break
    else:
        pytest.fail("no click opened a list")
    desk.do("key", "Escape")
    desk.screen()
    assert not gui.has_popup() and not window.should_close
    desk.do("key", "Escape")
    desk.until(lambda: window.should_close)


def test_what_was_asked_for_last_is_kept(desk: Desk, tmp_path: Path) -> None:
    viewer = desk.viewer
    desk.do("key", "space")
    desk.until(lambda: viewer.state.view.is_recording)
    for _ in range(3):
        desk.do("keydown", "w")
    desk.do("keyup", "w")
    saved = tmp_path / "late.safetensors"
    viewer.state.edit(Edits(save_checkpoint=saved))
    assert viewer.finish() == saved
    assert [path.suffix for path in tmp_path.iterdir()] == [".json"], "the path of the camera"


def test_screenshot_files_are_valid(desk: Desk, tmp_path: Path) -> None:
    desk.do("key", "4", "key", "F12")
    desk.until(lambda: "screenshot" in desk.viewer.state.view.message)
    pixels = oiio.ImageBuf(str(tmp_path / "screenshot-001.png")).get_pixels(oiio.UINT8)
    assert pixels is not None and pixels.shape == (SIZE[1], SIZE[0], 3)
    assert pixels[5, 5].argmax() == np.argmax(ALBEDO)
    exr = oiio.ImageBuf(str(tmp_path / "screenshot-001.exr"))
    denoised = desk.session.report.denoised[3, 3].tolist()
    np.testing.assert_allclose(exr.getpixel(3, 3)[:3], denoised, rtol=1e-2)
    desk.screen()  # and drawing goes on


def test_a_picture_too_large_for_memory_is_given_up(desk: Desk) -> None:
    state = desk.viewer.state
    desk.viewer.run_frame(desk.session)
    with memory_limit(megabytes=150):  # one feature of 4096 x 4096 pixels takes 192
        state.edit(Edits(settings=state.view.settings.changed(size=(4096, 4096))))
        desk.viewer.run_frame(desk.session)
    assert "out of memory at 4096x4096" in state.view.message
    assert state.view.settings.render.size == SIZE
    desk.viewer.run_frame(desk.session)
    assert desk.session.report.pair.a.size == SIZE


def test_a_frame_that_fails_at_the_same_size_is_no_matter_of_size(desk: Desk) -> None:
    desk.viewer.run_frame(desk.session)
    work = desk.viewer.state.full_work
    assert not desk.viewer.state.reduce_work_after_out_of_memory(work)
    assert desk.viewer.state.reduce_work_after_out_of_memory(replace(work, crop=2 * work.crop))
    assert desk.viewer.state.view.settings.denoiser.crop == work.crop


def test_saving_a_checkpoint_tells_so_and_writes_into_the_output(
    desk: Desk, tmp_path: Path
) -> None:
    saved = tmp_path / "checkpoint.safetensors"
    desk.do("key", "F5")
    desk.until(lambda: desk.viewer.state.view.message == f"saved {saved}")
    assert saved.exists()
    desk.do("key", "F9")
    desk.until(lambda: desk.viewer.state.view.message == f"loaded {saved}")


def test_ctrl_c_in_the_terminal_ends_the_flight_and_saves(
    display: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A real signal, as soon as the viewer would hear it."""
    monkeypatch.setenv("DISPLAY", display)
    saved = tmp_path / "end.safetensors"
    options = Options(scenes=("ball",), session=SETTINGS, output=tmp_path, save=saved)

    def press() -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not isinstance(
            getattr(signal.getsignal(signal.SIGINT), "__self__", None), StopRequest
        ):
            assert time.monotonic() < end, "the viewer never flew"
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    hand = threading.Thread(target=press)
    hand.start()
    code = run_viewer(glowing_ball(), options)
    hand.join()
    assert code == INTERRUPTED and checkpoint.load_settings(saved).crop == SETTINGS.denoiser.crop


def test_a_flight_that_fails_still_saves(
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


def test_help_and_escape(desk: Desk) -> None:
    desk.do("key", "F1")
    desk.until(lambda: desk.viewer.state.view.help_visible)
    desk.do("key", "Escape")
    desk.until(lambda: not desk.viewer.state.view.help_visible)
    assert not desk.viewer._window.should_close
    desk.do("key", "Escape")
    desk.until(lambda: desk.viewer._window.should_close)
    desk.viewer.run(desk.session, StopRequest())  # returns at once


def test_progress_is_shown_and_closing_cancels(desk: Desk) -> None:
    for _ in range(2):
        desk.viewer.show_progress("compiling the path tracer", 0.5)
    middle = desk.shot()[WINDOW_SIZE[1] // 2 - 60 : WINDOW_SIZE[1] // 2 + 60, : WINDOW_SIZE[0]]
    assert middle.max() > 200
    desk.viewer._window.request_close()
    with pytest.raises(StartCancelled):
        desk.viewer.show_progress("compiling the path tracer", 0.6)
