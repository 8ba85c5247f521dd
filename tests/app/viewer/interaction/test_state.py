"""Viewer state: requested settings are kept apart from the reduced work of a frame.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

from app.session.frame_budget import Work
from app.session.report import Edits
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from app.viewer.interaction.state import ViewerState
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from tests.app.reports import make_report
from tests.app.window_driver import glowing_ball

SETTINGS = SessionSettings(
    RenderSettings(size=(64, 48), spp=8),
    DenoiserSettings(network=NetworkName.UNET, train_steps=4, crop=32),
)
FULL = Work((64, 48), 8, 4, 32)
LESS = Work((32, 24), 2, 1, 32)


def new_state() -> ViewerState:
    """Viewer state with a static camera, before the first frame."""
    return ViewerState(glowing_ball(), SETTINGS, lambda: 0.0)


def test_frame_with_reduced_work_keeps_the_requested_settings() -> None:
    state = new_state()
    assert state.full_work == FULL
    edits = state.take_edits(LESS)
    assert edits.settings == LESS.applied_to(SETTINGS)
    state.accept_frame(make_report(LESS.size), edits.settings, LESS)
    assert state.view.settings == SETTINGS and state.view.work == LESS
    assert state.full_work == FULL


def test_pausing_training_keeps_the_requested_train_steps() -> None:
    state = new_state()
    state.edit(Edits(training_paused=True))
    assert state.has_pending_edits and state.full_work.train_steps == 0
    edits = state.take_edits(state.full_work)
    assert edits.training_paused and edits.settings is not None
    assert edits.settings.denoiser.train_steps == 4, "a checkpoint would store 0 train steps"
    assert not state.has_pending_edits
    paused = replace(make_report(), is_training=False, losses=[])
    state.accept_frame(paused, edits.settings, Work((64, 48), 8, 0, 32))
    state.edit(Edits(training_paused=False))
    assert state.full_work == FULL


def test_loaded_settings_become_the_requested_settings() -> None:
    state = new_state()
    state.take_edits(FULL)
    loaded = replace(SETTINGS, denoiser=replace(SETTINGS.denoiser, train_steps=7, crop=16))
    state.accept_frame(make_report(), loaded, FULL)
    assert state.view.settings == loaded


def test_edits_during_a_frame_apply_to_the_next_frame() -> None:
    state = new_state()
    edits = state.take_edits(LESS)
    assert edits.settings is not None
    state.edit(Edits(settings=SETTINGS.changed(spp=16, train_steps=2)))
    state.accept_frame(make_report(LESS.size), edits.settings, LESS)
    assert state.full_work == Work((64, 48), 16, 2, 32) and state.has_pending_edits


def test_loaded_checkpoint_overrides_edits_during_the_frame() -> None:
    state = new_state()
    state.take_edits(FULL)
    state.edit(Edits(settings=SETTINGS.changed(spp=16)))
    loaded = SETTINGS.changed(network=NetworkName.FAST)
    state.accept_frame(make_report(), loaded, FULL)
    assert state.view.settings.denoiser == loaded.denoiser and not state.has_pending_edits
