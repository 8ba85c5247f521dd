"""Viewer: main loop of the window - events, one frame of the session, drawing.

Host code. Single-threaded: window events are processed between the stages of a frame.
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
BAND_MILLISECONDS = 60.0  # target length of uninterrupted rendering between two polls of events
REDRAW_SECONDS = 0.04  # least time between two redraws within one frame of the session


class FrameSource(Protocol):
    """Interface of the session that the viewer drives; tests can substitute it."""

    settings: SessionSettings

    @property
    def report(self) -> FrameReport:
        """The last finished frame."""

    def stages(self, camera: Camera, edits: Edits) -> Iterator[str]:
        """Do one frame, yielding the stage just worked on; may be abandoned before its end."""


class StartCancelled(Exception):
    """The window was closed before the session was ready."""


def run_viewer(scene: LoadedScene, options: Options) -> int:
    """Run the viewer until its window is closed; return the exit code. May raise NoDisplayError."""
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
                # Save requested checkpoints however the loop ended, also after an error.
                for path in filter(None, {viewer.finish(), options.save}):
                    checkpoint.save(path, session.trainer)
    except StartCancelled:
        return 0
    finally:
        window.close()
    return INTERRUPTED if stop.is_set else 0


class Viewer:
    """Connects the window to the session."""

    def __init__(
        self,
        window: Window,
        scene: LoadedScene,
        options: Options,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Prepare without rendering; `clock` returns seconds."""
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

    def show_progress(self, text: str, fraction: float) -> None:
        """Show start-up progress, `fraction` in [0, 1]. StartCancelled if the window was closed."""
        self._window.poll()
        if self._window.should_close:
            raise StartCancelled
        self.screen.draw_progress(text, fraction)

    def run(self, session: FrameSource, stop: StopRequest) -> None:
        """Do frames until the window is closed or a stop is requested."""
        self.state.show(settings=session.settings)
        while not (self._window.should_close or stop.is_set):
            self.run_frame(session)

    def finish(self) -> Path | None:
        """End a recording; return the requested checkpoint not yet written by a frame, or None."""
        if self.state.view.is_recording:
            self._player.toggle_recording()
        return self.state.requested_checkpoint

    def run_frame(self, session: FrameSource) -> None:
        """Do one frame of the session, polling the window after each of its stages."""
        view, controls = self.state.view, self.state.controls
        target = view.target_ms if view.has_budget else None
        was_moving = controls.is_moving
        has_no_edits = not self.state.has_pending_edits
        may_abandon_frame = has_no_edits and target is not None and self.state.report is not None
        # A frame that applies edits or saves does the work the user set, not a reduced one.
        may_reduce_work = was_moving and has_no_edits
        work = self._budget.work(self.state.full_work, target if may_reduce_work else None)
        if self.state.report is None:
            work = self._budget.first_work(self.state.full_work)
        edits = self.state.take_edits(work)
        try:
            for _ in session.stages(controls.camera, edits):
                self._poll_and_redraw()
                has_started_moving = controls.is_moving and not was_moving
                if self._window.should_close or (has_started_moving and may_abandon_frame):
                    # The camera started to move: abandon the frame, which may take long.
                    return
        except (MemoryError, RuntimeError) as error:
            if not (is_out_of_memory(error) and self.state.reduce_work_after_out_of_memory(work)):
                raise
        else:
            self._finish_frame(session, work)
        self._draw()

    def _finish_frame(self, session: FrameSource, work: Work) -> None:
        """Store the finished frame; unless it is held out, update time budget and plots."""
        report = session.report
        self.state.accept_frame(report, session.settings, work)
        if report.is_held_out:
            return
        done = replace(work, train_steps=len(report.losses))
        self._budget.observe(done, report.milliseconds)
        self.screen.add(report)

    def _poll_and_redraw(self) -> None:
        """Process events between two stages, and redraw if due."""
        self._poll()
        if self._clock() - self._last_draw >= REDRAW_SECONDS:
            self._draw()

    def _poll(self) -> None:
        """Apply the user's input and advance the camera."""
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
        """Draw, and apply the user's changes in the panel."""
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
