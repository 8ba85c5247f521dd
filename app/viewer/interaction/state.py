"""Viewer state: camera, view, pending edits for the next frame, and a message.

Host code. Time comes from the clock passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.session.frame_budget import Work
from app.session.report import NO_EDITS
from app.session.report import Edits
from app.session.report import FrameReport
from app.settings.session_settings import SessionSettings
from app.viewer.interaction.controls import FlyControls
from app.viewer.interaction.controls import fly_speed
from app.viewer.picture.exposure import auto_exposure
from app.viewer.picture.views import ViewState
from app.viewer.picture.views import with_edits
from scenes.model.summary import Outline

MESSAGE_SECONDS = 6.0  # how long a message is shown


class ViewerState:
    """Viewer state, shared by the parts of the viewer."""

    def __init__(
        self, scene: Outline, settings: SessionSettings, clock: Callable[[], float]
    ) -> None:
        """Start at the scene's camera; `clock` returns seconds."""
        self.clock = clock
        self.view = ViewState(settings=settings)
        self.controls = FlyControls(scene.camera, fly_speed(scene))
        self.report: FrameReport | None = None
        """The last finished frame, None before the first."""
        self._edits = NO_EDITS
        self._asked = settings
        self._message_end = 0.0

    def show(self, **changes: Any) -> None:
        """Change fields of `view`."""
        self.view = replace(self.view, **changes)

    def say(self, message: str) -> None:
        """Show a one-line message for MESSAGE_SECONDS."""
        self.show(message=message)
        self._message_end = self.clock() + MESSAGE_SECONDS

    def drop_old_message(self, now: float) -> None:
        """Clear the message once MESSAGE_SECONDS have passed; `now` in seconds."""
        if self.view.message and now > self._message_end:
            self.show(message="")

    def edit(self, edits: Edits) -> None:
        """Merge `edits` into those pending for the next frame; later values win."""
        self._edits = self._edits.merged(edits)
        self.view = with_edits(self.view, self._edits)

    @property
    def full_work(self) -> Work:
        """Work of a frame without a time budget; no training steps while paused."""
        work = Work.of(self.view.settings)
        return replace(work, train_steps=0) if self.view.is_paused else work

    @property
    def has_pending_edits(self) -> bool:
        """True if edits are pending for the next frame."""
        return self._edits != NO_EDITS

    @property
    def requested_checkpoint(self) -> Path | None:
        """Checkpoint file that the next frame has to write, or None."""
        return self._edits.save_checkpoint

    def take_edits(self, work: Work) -> Edits:
        """Return and clear the pending edits, with settings for a frame of `work`."""
        settings = self.view.settings
        # A paused frame trains no steps, but the setting keeps the user's number of steps.
        steps = settings.denoiser.train_steps if self.view.is_paused else work.train_steps
        self._asked = replace(work, train_steps=steps).applied_to(settings)
        edits, self._edits = replace(self._edits, settings=self._asked), NO_EDITS
        return edits

    def reduce_work_after_out_of_memory(self, work: Work) -> bool:
        """Out of memory in `work`: return to the last frame's size and crop; False if no less."""
        done = self.view.work
        if done is None or not (work.pixel_count > done.pixel_count or work.crop > done.crop):
            return False
        self.edit(Edits(settings=self.view.settings.changed(size=done.size, crop=done.crop)))
        self.say("out of memory at {}x{}, crop {}; settings reduced".format(*work.size, work.crop))
        return True

    def accept_frame(self, report: FrameReport, settings: SessionSettings, work: Work) -> None:
        """Store a finished frame; `settings` are the session's after it.

        A frame may do less work than the user set, so `settings` are adopted only if they differ
        from the requested ones: a checkpoint was loaded, or a comparison was refused.
        """
        self.report = report
        self.show(is_paused=not report.is_training, work=work)
        if settings != self._asked:
            self._edits = replace(self._edits, settings=None)
            self.show(settings=self._with_full_work(settings))
        self.view = with_edits(self.view, self._edits)
        if self.view.is_auto_exposed:
            self.show(exposure=auto_exposure(report.denoised))
        for message in report.messages:
            self.say(message)

    def _with_full_work(self, settings: SessionSettings) -> SessionSettings:
        """The session's settings, with the image size, spp and training steps set by the user."""
        wanted = Work.of(self.view.settings)
        steps = settings.denoiser.train_steps
        if steps != self._asked.denoiser.train_steps:
            wanted = replace(wanted, train_steps=steps)  # set by a checkpoint
        return wanted.applied_to(settings)
