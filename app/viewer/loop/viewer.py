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

from app.base.interrupt import INTERRUPTED
from app.base.interrupt import StopRequest
from app.base.memory import is_out_of_memory
from app.session.frame_budget import FrameBudget
from app.session.frame_budget import Work
from app.session.loaded_scene import LoadedScene
from app.session.report import NO_EDITS
from app.session.report import Edits
from app.session.report import FrameReport
from app.session.session import Session
from app.settings.options import Options
from app.settings.session_settings import SessionSettings
from app.viewer.interaction.state import ViewerState
from app.viewer.loop.command_handler import CommandHandler
from app.viewer.loop.input_handler import InputHandler
from app.viewer.loop.layout import Screen
from app.viewer.loop.path_player import PathPlayer
from app.viewer.loop.window import NoDisplayError
from app.viewer.loop.window import Window
from denoiser.online import checkpoint
from scenes.model.description import Camera

__all__ = ["NoDisplayError", "Viewer", "run_viewer"]

WINDOW_SIZE = (1280, 832)  # screen units
BAND_MILLISECONDS = 60.0  # of rendering between two looks at the window
REDRAW_SECONDS = 0.04  # between two looks at the window within one frame of work


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


def run_viewer(scene: LoadedScene, options: Options) -> int:
    """Open the window and fly until it is closed; the exit code. NoDisplayError without display."""
    window = Window(f"Hush - {scene.name}", WINDOW_SIZE)
    try:
        viewer = Viewer(window, scene, options)
        viewer.show_progress("starting the renderer", 0.0)
        session = Session(scene, options.session, viewer.show_progress)
        session.band_milliseconds = BAND_MILLISECONDS
        session.measure.holds_out = True
        if options.resume is not None:
            checkpoint.resume(options.resume, session.trainer, options.session.denoiser)
        with StopRequest() as stop:
            try:
                viewer.run(session, stop)
            finally:
                # Whatever ended the flight: what was learned, and what was asked for, is kept.
                for path in filter(None, {viewer.finish(), options.save}):
                    checkpoint.save(path, session.trainer)
    except StartCancelled:
        return 0
    finally:
        window.close()
    return INTERRUPTED if stop.is_set else 0


class Viewer:
    """Everything between the window and the session."""

    def __init__(
        self,
        window: Window,
        scene: LoadedScene,
        options: Options,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Nothing is rendered yet; `clock` gives seconds."""
        folder = options.output or Path("out")
        self._window = window
        self._clock = clock
        self.state = ViewerState(scene, options.session, clock)
        self.state.show(
            checkpoint=str(folder / "checkpoint.safetensors"), target_ms=options.budget_ms
        )
        self.screen = Screen(window)
        self._player = PathPlayer(self.state, scene, options, folder)
        self._commands = CommandHandler(
            self.state, scene, window, self.screen, self._player, folder
        )
        self._input = InputHandler(
            self.state, window, self.screen, self._player, self._commands.handle
        )
        self._budget = FrameBudget()
        self._last_poll = self._last_draw = clock()

    def show_progress(self, text: str, share: float) -> None:
        """Say what is being prepared. StartCancelled if the user closed the window meanwhile."""
        self._window.poll()
        if self._window.should_close:
            raise StartCancelled
        self.screen.draw_progress(text, share)

    def run(self, session: FrameSource, stop: StopRequest) -> None:
        """Frame after frame until the window is closed or a stop is asked for."""
        self.state.show(settings=session.settings)
        while not (self._window.should_close or stop.is_set):
            self.do_frame(session)

    def finish(self) -> Path | None:
        """The flight is over: end a recording; the checkpoint that no frame came to write."""
        if self.state.view.is_recording:
            self._player.toggle_recording()
        return self.state.wished_checkpoint

    def do_frame(self, session: FrameSource) -> None:
        """One frame of work, with a look at the window after each of its stages."""
        view, controls = self.state.view, self.state.controls
        target = view.target_ms if view.has_target else None
        was_moving = controls.is_moving
        is_plain = not self.state.has_wishes
        may_leave = is_plain and target is not None and self.state.report is not None
        # What is changed or saved is the user's own work, not what is left of it.
        may_give_way = was_moving and is_plain
        work = self._budget.work(self.state.full_work, target if may_give_way else None)
        if self.state.report is None:
            work = self._budget.first_work(self.state.full_work)
        edits = self.state.take_edits(work)
        try:
            for _ in session.stages(controls.camera, edits):
                self._look_around()
                has_set_off = controls.is_moving and not was_moving
                if self._window.should_close or (has_set_off and may_leave):
                    # Whoever sets off does not wait for a large frame of where they were.
                    return
        except (MemoryError, RuntimeError) as error:
            if not (is_out_of_memory(error) and self.state.make_do_with_less(work)):
                raise
        else:
            self._take_over(session, work)
        self._draw()

    def _take_over(self, session: FrameSource, work: Work) -> None:
        """The frame is finished: show it and learn from it."""
        report = session.report
        self.state.take_over(report, session.settings, work)
        if report.is_held_out:
            return
        done = replace(work, train_steps=len(report.losses))
        self._budget.observe(done, report.milliseconds)
        self.screen.add(report)

    def _look_around(self) -> None:
        """Let the window live between two stages."""
        self._poll()
        if self._clock() - self._last_draw >= REDRAW_SECONDS:
            self._draw()

    def _poll(self) -> None:
        """Take in what the user did, and fly on."""
        for event in self._window.poll():
            self._input.handle(event)
        now = self._clock()
        seconds, self._last_poll = now - self._last_poll, now
        self._player.play(now)
        self.state.controls.advance(seconds)
        self._player.record(now)
        self.state.drop_old_message(now)
        self.state.show(fly_speed=self.state.controls.speed)

    def _draw(self) -> None:
        """Draw, and follow what the user did on the panel."""
        self._last_draw = self._clock()
        self.state.show(camera=self.state.controls.camera)
        changes = self.screen.draw(self.state.report, self.state.view)
        self.state.view = changes.view
        if changes.edits != NO_EDITS:
            self.state.edit(changes.edits)
        if changes.camera is not None:
            self.state.controls.jump(changes.camera)
        for command in changes.commands:
            self._commands.handle(command)
