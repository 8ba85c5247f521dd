"""Viewer: the window's loop - events in, one frame of the session, picture and panel out.

Host code. One thread: between two stages of a frame the window is looked after.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from app import panel
from app.camera_path import CameraPath
from app.camera_path import PathRecorder
from app.camera_path import save_camera_path
from app.controls import COMMAND_KEYS
from app.controls import MOVE_KEYS
from app.controls import ButtonEvent
from app.controls import Command
from app.controls import Event
from app.controls import FlyControls
from app.controls import FocusLost
from app.controls import KeyEvent
from app.controls import PointerEvent
from app.controls import ScrollEvent
from app.controls import fly_speed
from app.display import BACKGROUND
from app.display import Display
from app.display import draw_tags
from app.errors import UsageError
from app.flythrough import flythrough_path
from app.frame_budget import FrameBudget
from app.options import Options
from app.outputs import prepare_folder
from app.plots import Plots
from app.report import NO_EDITS
from app.report import Edits
from app.report import FrameReport
from app.screenshot import free_path
from app.screenshot import save_screenshot
from app.session import Session
from app.settings import SessionSettings
from app.views import VIEWS
from app.views import Rectangle
from app.views import ViewState
from app.views import letterbox
from app.views import merged
from app.views import shown
from app.views import with_edits
from app.window import NoDisplayError
from app.window import Window
from denoiser import checkpoint
from scenes.description import Camera
from scenes.description import SceneDescription
from scenes.framing import frame_camera
from scenes.framing import scene_bounds

__all__ = ["NoDisplayError", "Viewer", "run_viewer"]

WINDOW_SIZE = (1280, 832)  # screen units
REDRAW_SECONDS = 0.04  # between two looks at the window within one frame of work
MESSAGE_SECONDS = 6.0  # a message stays this long
EXPOSURE_STEP = 0.25  # stops for each press of a key
SPLIT_REACH = 8.0  # screen units around the split line that take hold of it
MIN_PICTURE_SHARE = 0.3  # of the window beside the panel; with less the panel covers the picture


class FrameSource(Protocol):
    """What the viewer drives: a session, or a test's stand-in."""

    settings: SessionSettings

    @property
    def report(self) -> FrameReport:
        """The last finished frame."""

    def stages(self, camera: Camera, edits: Edits) -> Iterator[str]:
        """Do one frame, yielding the stage just worked on; may be left before its end."""


class StartCancelled(Exception):
    """The window was closed before the session was ready."""


def run_viewer(scene: SceneDescription, options: Options) -> int:
    """Open the window and fly until it is closed; the exit code. NoDisplayError without display."""
    window = Window(f"Hush - {scene.name}", WINDOW_SIZE)
    try:
        viewer = Viewer(window, scene, options)
        viewer.show_progress("starting the renderer", 0.0)
        session = Session(scene, options.session, viewer.show_progress)
        if options.resume is not None:
            checkpoint.load(options.resume, session.trainer)
            # The command line's settings win over the file's.
            session.trainer.change(options.session.denoiser)
        viewer.run(session)
        if options.save is not None:
            checkpoint.save(options.save, session.trainer)
    except StartCancelled:
        pass
    finally:
        window.close()
    return 0


class Viewer:
    """Everything between the window and the session."""

    def __init__(
        self,
        window: Window,
        scene: SceneDescription,
        options: Options,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Nothing is rendered yet; `clock` gives seconds."""
        self._window = window
        self._scene = scene
        self._folder = options.output or Path("out")
        self._options = options
        self._clock = clock
        self.view = ViewState(settings=options.session)
        self.controls = FlyControls(scene.camera, fly_speed(scene))
        self.report: FrameReport | None = None
        self._display = Display(window.context)
        panel.set_theme()
        self._plots = Plots()
        self._budget = FrameBudget()
        self._edits = NO_EDITS
        self._drag: str | None = None
        self._recorder: PathRecorder | None = None
        self._path: CameraPath | None = None
        self._play_start = 0.0
        self._last_poll = self._last_draw = clock()
        self._message_end = 0.0
        self._uploaded: tuple[object, ...] = ()

    # ---- The loop ----------------------------------------------------------------------------

    def show_progress(self, text: str, share: float) -> None:
        """Say what is being prepared. StartCancelled if the user closed the window meanwhile."""
        self._window.poll()
        if self._window.should_close:
            raise StartCancelled
        if min(self._window.framebuffer_size) > 0:
            self._clear()
            self._window.begin_frame()
            panel.draw_progress(text, share, self._window.ui_scale)
            self._window.end_frame()

    def run(self, session: FrameSource) -> None:
        """Frame after frame until the window is closed."""
        self.view = replace(self.view, settings=session.settings)
        while not self._window.should_close:
            self.do_frame(session)

    def do_frame(self, session: FrameSource) -> None:
        """One frame of work, with a look at the window after each of its stages."""
        full = self.view.settings.render.size
        target = self.view.target_ms if self.view.has_target else None
        was_moving = self.controls.is_moving
        size = self._budget.size(full, was_moving, target)
        edits, self._edits = replace(self._edits, size=size), NO_EDITS
        is_plain = edits == Edits(size=size)
        for _ in session.stages(self.controls.camera, edits):
            self._look_around()
            has_set_off = self.controls.is_moving and not was_moving
            if self._window.should_close or (has_set_off and is_plain and target is not None):
                # Whoever sets off does not wait for a large frame of where they were.
                return
        self._take_over(session, full)
        self._draw()

    def _take_over(self, session: FrameSource, full: tuple[int, int]) -> None:
        """The frame is finished: show it and learn from it."""
        report = self.report = session.report
        settings = session.settings
        # The session knows what a checkpoint has changed; the size at rest only the viewer knows.
        self.view = replace(
            self.view,
            settings=replace(settings, render=replace(settings.render, size=full)),
            is_paused=not report.is_training,
        )
        self.view = with_edits(self.view, self._edits)
        self._budget.observe(full, report.pair.a.size, report.milliseconds, self.view.target_ms)
        self._plots.add(report)
        for message in report.messages:
            self._say(message)

    def _look_around(self) -> None:
        """Let the window live between two stages."""
        self._poll()
        if self._clock() - self._last_draw >= REDRAW_SECONDS:
            self._draw()

    def _poll(self) -> None:
        """Take in what the user did, and fly on."""
        for event in self._window.poll():
            self._react(event)
        now = self._clock()
        seconds, self._last_poll = now - self._last_poll, now
        if self.view.is_playing and self._path is not None:
            played = now - self._play_start
            self.controls.jump(self._path.camera_at(played, self.controls.camera))
            if played >= self._path.seconds:
                self.view = replace(self.view, is_playing=False)
        self.controls.advance(seconds)
        if self._recorder is not None:
            self._recorder.add(now, self.controls.camera)
        if self.view.message and now > self._message_end:
            self.view = replace(self.view, message="")
        self.view = replace(self.view, fly_speed=self.controls.speed)

    # ---- Events ------------------------------------------------------------------------------

    def _react(self, event: Event) -> None:
        match event:
            case KeyEvent(name, is_pressed):
                self.controls.key(name, is_pressed)
                if is_pressed:
                    self._press(name)
            case ButtonEvent(button, True, place):
                self._drag = self._grip(button, place)
            case ButtonEvent():
                self._drag = None
            case PointerEvent(dx, dy, place) if self._drag == "look":
                self._stop_playing()
                self.controls.look(dx, dy)
            case PointerEvent(_, _, place) if self._drag == "split":
                x, _, width, _ = self._picture()
                share = min(max((place[0] - x) / width, 0.0), 1.0)
                self.view = replace(self.view, split=share)
            case ScrollEvent(steps):
                self.controls.scroll(steps)
            case FocusLost():
                self.controls.release_all()
                self._drag = None

    def _grip(self, button: int, place: tuple[float, float]) -> str | None:
        """What a drag that begins at `place` moves: the split line, the view, or nothing."""
        left, _, width, _ = self._area()
        if self._window.is_gui_using_mouse or not left <= place[0] < left + width:
            return None
        x, _, picture_width, _ = self._picture()
        distance = abs(place[0] - x - self.view.split * picture_width)
        is_near = distance <= SPLIT_REACH * self._window.pixel_ratio
        return "split" if self.view.is_split and is_near and button == 0 else "look"

    def _press(self, name: str) -> None:
        """A key that is not held."""
        if name in MOVE_KEYS:
            self._stop_playing()
        for view in VIEWS:
            if name == view.key:
                self.view = replace(self.view, left=view)
        if self.view.is_asking_reset and name == "enter":
            name = "t"
        if name in COMMAND_KEYS:
            self._obey(COMMAND_KEYS[name])

    def _obey(self, command: Command) -> None:
        view = self.view
        match command:
            case Command.FRAME_SCENE:
                self._stop_playing()
                width, height = view.settings.render.size
                self.controls.jump(frame_camera(scene_bounds(self._scene.shapes), width / height))
            case Command.RESET_CAMERA:
                self._stop_playing()
                self.controls.jump(self._scene.camera)
            case Command.SWAP:
                self.view = replace(view, left=view.right, right=view.left)
            case Command.SPLIT:
                self.view = replace(view, is_split=not view.is_split)
            case Command.PANEL:
                self.view = replace(view, panel_visible=not view.panel_visible)
            case Command.HELP:
                self.view = replace(view, help_visible=not view.help_visible)
            case Command.BRIGHTER | Command.DARKER:
                step = EXPOSURE_STEP if command is Command.BRIGHTER else -EXPOSURE_STEP
                exposure = min(max(view.exposure + step, panel.EXPOSURES[0]), panel.EXPOSURES[1])
                self.view = replace(view, exposure=exposure)
            case Command.QUIT:
                self._leave()
            case Command.RECORD:
                self._toggle_recording()
            case Command.PLAY:
                self._toggle_playing()
            case Command.SCREENSHOT:
                self._take_screenshot()
            case _:
                self._obey_training(command)

    def _obey_training(self, command: Command) -> None:
        """Commands for the session."""
        view = self.view
        match command:
            case Command.PAUSE:
                self.view = replace(view, is_paused=not view.is_paused)
                self._edit(Edits(training_paused=not view.is_paused))
            case Command.RESET_TRAINING:
                # The first time asks, the second time does it.
                if view.is_asking_reset:
                    self._edit(Edits(reset_training=True))
                    self._say("training starts again from nothing")
                self.view = replace(self.view, is_asking_reset=not view.is_asking_reset)
            case Command.SAVE:
                self._edit(Edits(save_checkpoint=Path(view.checkpoint)))
            case Command.LOAD:
                self._edit(Edits(load_checkpoint=Path(view.checkpoint)))

    def _leave(self) -> None:
        """Close what is open over the picture, or else the window."""
        if self.view.help_visible or self.view.is_asking_reset:
            self.view = replace(self.view, help_visible=False, is_asking_reset=False)
        else:
            self._window.request_close()

    def _toggle_recording(self) -> None:
        if self._recorder is None:
            self._recorder = PathRecorder()
        else:
            path, self._recorder = self._recorder.path(), None
            if path is not None:
                self._keep_path(path)
        self.view = replace(self.view, is_recording=self._recorder is not None)

    def _keep_path(self, path: CameraPath) -> None:
        """A recorded path is written at once, and played from now on."""
        self._path = path
        try:
            prepare_folder(self._folder)
            file = free_path(self._folder, "camera-path", ".json")
            save_camera_path(file, path)
            self._say(f"recorded {path.seconds:.1f} s: {file}")
        except UsageError as error:
            self._say(str(error))

    def _toggle_playing(self) -> None:
        if self.view.is_playing:
            self._stop_playing()
            return
        try:
            self._path = self._path or flythrough_path(
                self._scene, self._options.scene, self._options.path
            )
        except UsageError as error:
            self._say(str(error))
            return
        self._play_start = self._clock()
        self.view = replace(self.view, is_playing=True)

    def _stop_playing(self) -> None:
        self.view = replace(self.view, is_playing=False)

    def _take_screenshot(self) -> None:
        self._upload()
        if self.report is None or not self._display.has_image:
            self._say("no picture yet")
            return
        try:
            pixels = self._display.pixels(self.view)
            self._say(f"saved {save_screenshot(self._folder, self.report, pixels)} and .exr")
        except UsageError as error:
            self._say(str(error))

    def _say(self, message: str) -> None:
        """Show a line for a while."""
        self.view = replace(self.view, message=message)
        self._message_end = self._clock() + MESSAGE_SECONDS

    def _edit(self, edits: Edits) -> None:
        """Add to what the next frame changes; the later wish wins."""
        self._edits = merged(self._edits, edits)
        self.view = with_edits(self.view, self._edits)

    # ---- Drawing -----------------------------------------------------------------------------

    def _draw(self) -> None:
        """Picture, tags and panel; nothing while the window is minimised."""
        self._last_draw = self._clock()
        if min(self._window.framebuffer_size) <= 0:
            return
        self._upload()
        self._clear()
        picture = self._picture()
        if self._display.has_image:
            self._display.draw(self._window.context.screen, picture, self.view)
        self._window.begin_frame()
        ratio = self._window.pixel_ratio
        top = (self._window.framebuffer_size[1] - picture[1] - picture[3]) / ratio
        draw_tags(self.report, self.view, (picture[0] / ratio, top), picture[2] / ratio)
        before = self.view
        draft = panel.draw_panel(self.report, before, self._plots, self._window.ui_scale)
        self._window.end_frame()
        self.view = draft.view
        if draft.edits != NO_EDITS:
            self._edit(draft.edits)
        for command in draft.commands:
            self._obey(command)

    def _upload(self) -> None:
        """Hand the images to the display, once for each frame and choice of views."""
        report, view = self.report, self.view
        wanted = (report, view.left, view.right if view.is_split else None)
        if report is None or wanted == self._uploaded:
            return
        self._display.upload(
            shown(report, view.left), shown(report, view.right) if view.is_split else None
        )
        self._uploaded = wanted

    def _clear(self) -> None:
        screen = self._window.context.screen
        screen.use()
        self._window.context.viewport = (0, 0, *self._window.framebuffer_size)
        screen.clear(*BACKGROUND)

    def _area(self) -> Rectangle:
        """Where the picture may be, in framebuffer pixels: the window without the panel."""
        width, height = self._window.framebuffer_size
        covered = round(panel.WIDTH * self._window.ui_scale * self._window.pixel_ratio)
        if not self.view.panel_visible or width - covered < MIN_PICTURE_SHARE * width:
            covered = 0
        return covered, 0, max(width - covered, 1), max(height, 1)

    def _picture(self) -> Rectangle:
        """Where the picture is, in framebuffer pixels."""
        return letterbox(self.view.settings.render.size, self._area())
