"""What the user wants and what a frame does, kept apart.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

from app.session.frame_budget import Work
from app.session.report import Edits
from app.settings.session_settings import RenderSettings
from app.settings.session_settings import SessionSettings
from app.viewer.interaction.state import Cockpit
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from tests.app.desk import glowing_ball
from tests.app.reports import make_report

SETTINGS = SessionSettings(
    RenderSettings(size=(64, 48), spp=8),
    DenoiserSettings(network=NetworkName.UNET, train_steps=4, crop=32),
)
FULL = Work((64, 48), 8, 4, 32)
LESS = Work((32, 24), 2, 1, 32)


def new_cockpit() -> Cockpit:
    """At rest, before the first frame."""
    return Cockpit(glowing_ball(), SETTINGS, lambda: 0.0)


def test_a_frame_with_less_work_leaves_what_is_wanted() -> None:
    cockpit = new_cockpit()
    assert cockpit.full_work == FULL
    edits = cockpit.take_edits(LESS)
    assert edits.settings == LESS.applied_to(SETTINGS)
    cockpit.take_over(make_report(LESS.size), edits.settings, LESS)
    assert cockpit.view.settings == SETTINGS and cockpit.view.work == LESS
    assert cockpit.full_work == FULL


def test_a_pause_is_no_wish_for_no_steps() -> None:
    cockpit = new_cockpit()
    cockpit.edit(Edits(training_paused=True))
    assert cockpit.has_wishes and cockpit.full_work.train_steps == 0
    edits = cockpit.take_edits(cockpit.full_work)
    assert edits.training_paused and edits.settings is not None
    assert edits.settings.denoiser.train_steps == 4, "a checkpoint would keep a 0"
    assert not cockpit.has_wishes
    paused = replace(make_report(), is_training=False, losses=[])
    cockpit.take_over(paused, edits.settings, Work((64, 48), 8, 0, 32))
    cockpit.edit(Edits(training_paused=False))
    assert cockpit.full_work == FULL


def test_a_checkpoint_changes_what_is_wanted() -> None:
    cockpit = new_cockpit()
    cockpit.take_edits(FULL)
    loaded = replace(SETTINGS, denoiser=replace(SETTINGS.denoiser, train_steps=7, crop=16))
    cockpit.take_over(make_report(), loaded, FULL)
    assert cockpit.view.settings == loaded


def test_what_is_wished_meanwhile_comes_next() -> None:
    cockpit = new_cockpit()
    edits = cockpit.take_edits(LESS)
    assert edits.settings is not None
    cockpit.edit(Edits(settings=SETTINGS.changed(spp=16, train_steps=2)))
    cockpit.take_over(make_report(LESS.size), edits.settings, LESS)
    assert cockpit.full_work == Work((64, 48), 16, 2, 32) and cockpit.has_wishes


def test_a_loaded_checkpoint_outlives_what_is_wished_meanwhile() -> None:
    cockpit = new_cockpit()
    cockpit.take_edits(FULL)
    cockpit.edit(Edits(settings=SETTINGS.changed(spp=16)))
    loaded = SETTINGS.changed(network=NetworkName.FAST)
    cockpit.take_over(make_report(), loaded, FULL)
    assert cockpit.view.settings.denoiser == loaded.denoiser and not cockpit.has_wishes
