"""The panel without a window: the GUI library lays it out, simulated input events click on it.

Host code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import glfw
import numpy as np
import pytest

from app.session.report import NO_EDITS
from app.session.report import FrameReport
from app.viewer.gui.context import GuiContext
from app.viewer.gui.overlays import draw_progress
from app.viewer.gui.panel import draw_panel
from app.viewer.gui.plots import Plots
from app.viewer.gui.settings_sections import CANONICAL_LOSS
from app.viewer.gui.settings_sections import KERNEL_LOSS_LABELS
from app.viewer.gui.settings_sections import LOSS_LABELS
from app.viewer.gui.theme import set_theme
from app.viewer.interaction.commands import Command
from app.viewer.interaction.panel_edits import PanelEdits
from app.viewer.picture.views import CURVE_LABELS
from app.viewer.picture.views import ToneCurve
from app.viewer.picture.views import ViewState
from app.viewer.picture.views import with_edits
from denoiser.option import options
from denoiser.settings import LossName
from denoiser.settings import NetworkName
from scenes.model.description import Camera
from tests.app.reports import make_report

ENTER, TAB = glfw.KEY_ENTER, glfw.KEY_TAB
BESIDE = (1200.0, 1100.0)
HEIGHT = 1200.0  # high enough that nothing has to be scrolled
PANEL_COMMANDS = {
    Command.PAUSE,
    Command.RESET_TRAINING,
    Command.FRAME_SCENE,
    Command.RESET_CAMERA,
    Command.RECORD,
    Command.PLAY,
    Command.SAVE,
    Command.LOAD,
    Command.SCREENSHOT,
    Command.HELP,
}


@pytest.fixture
def gui() -> Iterator[GuiContext]:
    """A GUI context without a window."""
    context = GuiContext()
    context.set_display((1280.0, HEIGHT), 1.0, 0.02)
    set_theme()
    yield context
    context.close()


def frame(
    gui: GuiContext,
    view: ViewState,
    report: FrameReport | None,
    mouse: tuple[float, float] = (-1.0, -1.0),
    is_down: bool = False,
) -> PanelEdits:
    """Draw one frame of the panel with the mouse at `mouse` and return its edits."""
    gui.set_mouse(mouse, [is_down])
    gui.begin_frame()
    changes = draw_panel(report, view, Plots())
    gui.end_frame()
    return changes


def sweep(gui: GuiContext, view: ViewState, columns: tuple[float, ...]) -> Iterator[PanelEdits]:
    """Yield the edits of each frame while clicking on every point of a fine grid.

    Each point is clicked twice, so that a folded section unfolds again, and each click is followed
    by one beside the panel, which closes open lists.
    """
    report = make_report()
    for y in range(10, int(HEIGHT), 8):
        for position in [(x, float(y)) for x in columns for _ in range(2)]:
            for spot in (position, BESIDE):
                for is_down in (False, True, False):
                    yield frame(gui, view, report, spot, is_down)


@pytest.mark.parametrize("report", [None, make_report()], ids=["no frame yet", "a frame"])
def test_panel_without_input_changes_nothing(gui: GuiContext, report: FrameReport | None) -> None:
    for view in (ViewState(), ViewState(is_split=True, is_paused=True, is_recording=True)):
        for _ in range(3):
            changes = frame(gui, view, report)
            assert changes.edits == NO_EDITS and not changes.commands and changes.view == view


@pytest.mark.parametrize("loss", list(LossName))
@pytest.mark.parametrize("network", list(NetworkName))
def test_drawing_the_panel_keeps_every_network_and_loss(
    gui: GuiContext, network: NetworkName, loss: LossName
) -> None:
    settings = ViewState().settings
    denoiser = replace(settings.denoiser, network=network, loss=loss)
    view = ViewState(settings=replace(settings, denoiser=denoiser))
    assert frame(gui, view, make_report()).edits == NO_EDITS


def test_every_loss_and_tone_curve_has_a_label() -> None:
    assert set(LOSS_LABELS) == set(LossName)
    assert set(KERNEL_LOSS_LABELS) | set(CANONICAL_LOSS) == set(LossName)
    assert set(CANONICAL_LOSS.values()) <= set(KERNEL_LOSS_LABELS)
    assert set(CURVE_LABELS) == set(ToneCurve)


def test_help_reset_and_progress_overlays_draw_without_error(gui: GuiContext) -> None:
    view = replace(ViewState(), help_visible=True, is_asking_reset=True, panel_visible=False)
    assert frame(gui, view, make_report()).view == view
    gui.begin_frame()
    draw_progress("compiling", 0.5)
    gui.end_frame()


def test_clicks_on_the_panel_give_exactly_its_commands(gui: GuiContext) -> None:
    drafts = sweep(gui, ViewState(), (40.0, 120.0, 250.0))
    assert {command for changes in drafts for command in changes.commands} == PANEL_COMMANDS


def test_a_click_changes_one_setting_within_its_range(gui: GuiContext) -> None:
    changed: set[str] = set()
    for changes in sweep(gui, ViewState(), (60.0, 190.0)):
        names = changed_names(changes)
        assert len(names) <= 1
        changed |= names
    assert changed == {*("spp", "max_depth", "train_steps", "crop", "learning_rate", "has_history")}


def test_panel_edits_only_the_field_of_view_of_the_camera(gui: GuiContext) -> None:
    camera = Camera(np.eye(4), fov_x=50.0, aperture_radius=0.1, focus_distance=3.0)
    view = replace(ViewState(), camera=camera)
    drafts = list(sweep(gui, view, (60.0, 190.0)))
    fields = [changes.camera.fov_x for changes in drafts if changes.camera is not None]
    assert fields and all(5.0 <= each <= 150.0 for each in fields)
    assert all(changes.camera is None for changes in sweep(gui, ViewState(), (60.0,)))
    for changes in drafts:
        if changes.camera is not None:
            assert changes.camera.to_world is camera.to_world
            assert (changes.camera.aperture_radius, changes.camera.focus_distance) == (0.1, 3.0)


def changed_names(changes: PanelEdits) -> set[str]:
    """Names of the options that `changes` edits; asserts that each is in the panel's range."""
    wanted, names = changes.edits.settings, set()
    for part in ("render", "denoiser") if wanted is not None else ():
        old, new = getattr(changes.view.settings, part), getattr(wanted, part)
        for each, known in options(old):
            value = getattr(new, each.name)
            if value != getattr(old, each.name):
                names.add(each.name)
                assert known.panel is None or (
                    known.panel[0] * 0.999 <= value <= known.panel[1] * 1.001
                )
    return names


@pytest.mark.parametrize("ends", [(ENTER,), (TAB, ENTER)], ids=["width", "width and height"])
def test_typed_size_applies_once_its_fields_are_left(
    gui: GuiContext, ends: tuple[int, ...]
) -> None:
    """Typed digits alone change nothing: otherwise 9 and 96 would be two sizes."""
    height = ViewState().settings.render.size[1]
    places = range(200, 240, 4)  # y positions, some of which hit the size field
    found = next(filter(None, (tuple(type_size(gui, y, ends)) for y in places)))
    assert found == ((96, height), (96, 96))[: len(ends)]


def type_size(gui: GuiContext, y: int, ends: tuple[int, ...]) -> list[tuple[int, int]]:
    """Sizes set by a click near the left edge at `y`, then 96 and a key for each of `ends`."""
    view, report = ViewState(), make_report()
    sizes: list[tuple[int, int]] = []

    def step(mouse: tuple[float, float], is_down: bool = False) -> None:
        nonlocal view
        changes = frame(gui, view, report, mouse, is_down)
        view = with_edits(changes.view, changes.edits)
        sizes.extend([view.settings.render.size] if changes.edits.settings else [])

    for is_down in (False, True, False):
        step((20.0, y), is_down)
    for end in ends:
        for digit in "96":
            gui.type_character(ord(digit))
            before = len(sizes)
            step((20.0, y))
            assert len(sizes) == before
        for is_down in (True, False):
            gui.set_key(end, is_down)
            step((20.0, y))
        for _ in range(2):  # frames that the next field takes to open
            step((20.0, y))
    for is_down in (True, False):
        step(BESIDE, is_down)
    return sizes
