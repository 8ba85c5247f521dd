"""Settings sections of the panel: view, rendering and training.

Host code. Each section takes a `PanelEdits`, shows its state and writes the user's changes to it.
"""

from __future__ import annotations

import math

from app.session.report import FrameReport
from app.settings.comparison import COMPARISON_LABELS
from app.settings.comparison import NETWORK_LABELS
from app.settings.options import Options
from app.settings.session_settings import MAX_SIDE
from app.settings.session_settings import RenderSettings
from app.viewer.gui import gui
from app.viewer.gui.theme import ACCENT
from app.viewer.gui.theme import DIM
from app.viewer.interaction.commands import Command
from app.viewer.interaction.panel_edits import PanelEdits
from app.viewer.picture.exposure import EXPOSURES
from app.viewer.picture.views import CURVE_LABELS
from app.viewer.picture.views import INIT_LABELS
from app.viewer.picture.views import VIEWS
from app.viewer.picture.views import Channel
from app.viewer.picture.views import ToneCurve
from denoiser.online.pretrained import has_pretrained
from denoiser.option import panel_range
from denoiser.presets import PRESETS
from denoiser.settings import DenoiserSettings
from denoiser.settings import LossName

LOSS_LABELS = {
    LossName.HDR_TONED_INPUT: "L_HDR, input T(x)",
    LossName.HDR_LINEAR_INPUT: "L_HDR, input x",
    LossName.L2_TONED_INPUT: "L2, input T(x)",
    LossName.L2_LINEAR_INPUT: "L2, input x",
    LossName.L2_TONED_TARGET: "L2, T(x) to T(y)",
}
KERNEL_LOSS_LABELS = {
    LossName.HDR_TONED_INPUT: "relative, x to y",
    LossName.L2_TONED_INPUT: "L2, x to y",
    LossName.L2_TONED_TARGET: "L2, x to T(y)",
}
"""Labels for kernel-predicting networks: their input is not T(x), so some losses coincide."""
CANONICAL_LOSS = {
    LossName.HDR_LINEAR_INPUT: LossName.HDR_TONED_INPUT,
    LossName.L2_LINEAR_INPUT: LossName.L2_TONED_INPUT,
}
"""Canonical name of losses that coincide for kernel-predicting networks."""


def draw_view(changes: PanelEdits) -> None:
    """Draw the section for displayed images, exposure and tone curve."""
    if not gui.header("View"):
        return
    view = changes.view
    labels = [f"{each.key}  {each.value}" for each in VIEWS]
    changes.show(left=VIEWS[_choice("left" if view.is_split else "image", view.left, labels)])
    changes.show(is_split=gui.checkbox("split (X), swap (Tab)", view.is_split)[1])
    gui.same_line()
    changes.show(is_inspecting=gui.checkbox("values (I)", view.is_inspecting)[1])
    if view.is_split:
        changes.show(right=VIEWS[_choice("right", view.right, labels)])
        changes.show(split=gui.slider_float("split", view.split, 0.0, 1.0, "%.2f", gui.CLAMPED)[1])
    changed, exposure = gui.slider_float(
        "exposure", view.exposure, *EXPOSURES, "%+.1f stops", gui.CLAMPED
    )
    is_auto = gui.checkbox("auto exposure (O)", view.is_auto_exposed)[1] and not changed
    gui.same_line()
    is_smooth = gui.checkbox("smooth pixels", view.is_smooth)[1]
    curves = list(CURVE_LABELS)
    names = list(CURVE_LABELS.values())
    curve = gui.combo("tone curve", curves.index(view.curve), names)[1]
    changes.show(is_auto_exposed=is_auto)
    changes.show(exposure=exposure, curve=ToneCurve(curves[curve]), is_smooth=is_smooth)
    if view.upload_method:
        gui.text_colored(f"upload: {view.upload_method}", DIM)


def draw_render(changes: PanelEdits) -> None:
    """Draw the section for image size, samples per pixel, path depth and frame budget."""
    if not gui.header("Render"):
        return
    render = changes.view.settings.render
    _draw_size(changes)
    changed, spp = gui.slider_int(
        "spp per half", render.spp, *_limits(RenderSettings, "spp"), "%d", gui.LOGARITHMIC
    )
    if changed:
        changes.edit(spp=spp)
    changed, depth = gui.slider_int(
        "path depth", render.max_depth, *_limits(RenderSettings, "max_depth"), "%d", gui.CLAMPED
    )
    if changed:
        changes.edit(max_depth=depth)
    _draw_budget(changes)


def _draw_size(changes: PanelEdits) -> None:
    """Draw the size fields; a size applies when its field loses focus, not at each digit."""
    view = changes.view
    changed, typed = gui.input_int2("size", view.typed_size or view.settings.render.size)
    if changed:
        changes.show(typed_size=typed)
    if gui.is_edit_finished() and changes.view.typed_size is not None:
        width, height = (min(max(side, 1), MAX_SIDE) for side in changes.view.typed_size)
        changes.edit(size=(width, height))
        changes.show(typed_size=None)


def _draw_budget(changes: PanelEdits) -> None:
    """Draw the time budget of a frame while the camera moves, and the last frame's work."""
    view = changes.view
    changes.show(has_budget=gui.checkbox("budget while moving", view.has_budget)[1])
    if not view.has_budget:
        return
    target = gui.slider_float(
        "budget", view.target_ms, *panel_range(Options, "budget_ms"), "%.0f ms", gui.LOGARITHMIC
    )
    changes.show(target_ms=target[1])
    if view.work is not None:
        width, height = view.work.size
        steps = f"{view.work.train_steps} steps, " if not view.is_paused else ""
        gui.text_colored(f"{steps}{view.work.spp} spp, {width} x {height}", DIM)


def draw_training(changes: PanelEdits, report: FrameReport | None) -> None:
    """Draw the section for the denoiser and its training."""
    if not gui.header("Training"):
        return
    denoiser, view = changes.view.settings.denoiser, changes.view
    _draw_denoisers(changes)
    changed, steps = gui.slider_int(
        "steps/frame",
        denoiser.train_steps,
        *_limits(DenoiserSettings, "train_steps"),
        "%d",
        gui.CLAMPED,
    )
    if changed:
        changes.edit(train_steps=steps)
    changed, crop = gui.slider_int(
        "crop", denoiser.crop, *_limits(DenoiserSettings, "crop"), "%d px", gui.CLAMPED
    )
    if changed:
        changes.edit(crop=crop)
    # Slider over the exponent: imgui's logarithmic slider treats values below 0.1 as zero here.
    low, high = map(math.log10, panel_range(DenoiserSettings, "learning_rate"))
    power, text = math.log10(denoiser.learning_rate), f"{denoiser.learning_rate:.1e}"
    changed, power = gui.slider_float("learning rate", power, low, high, text, gui.CLAMPED)
    if changed:
        changes.edit(learning_rate=10.0**power)
    _draw_losses(changes)
    if PRESETS[denoiser.network].kernels is not None:
        changed, has_history = gui.checkbox("history", denoiser.has_history)
        if changed:
            changes.edit(has_history=has_history)
    if has_pretrained(denoiser.network):
        starts, labels = list(INIT_LABELS), list(INIT_LABELS.values())
        changed, start = gui.combo("reset to", starts.index(denoiser.init), labels)
        if changed:
            changes.edit(init=starts[start])
    if gui.button("Resume (P)" if view.is_paused else "Pause (P)"):
        changes.commands.append(Command.PAUSE)
    gui.same_line()
    if gui.button("Reset (T)"):
        changes.commands.append(Command.RESET_TRAINING)
    gui.same_line()
    done = (
        "step 0"
        if report is None
        else f"step {report.step_count:,}, lr {report.effective_learning_rate:.1e}"
    )
    gui.text_colored(done, ACCENT if view.is_paused else DIM)


def _draw_losses(changes: PanelEdits) -> None:
    """Draw the choice of loss; losses that coincide for the network are listed once."""
    denoiser = changes.view.settings.denoiser
    labels, loss = LOSS_LABELS, denoiser.loss
    if PRESETS[denoiser.network].kernels is not None:
        labels, loss = KERNEL_LOSS_LABELS, CANONICAL_LOSS.get(loss, loss)
    losses = list(labels)
    changed, index = gui.combo("loss", losses.index(loss), list(labels.values()))
    if changed:
        changes.edit(loss=losses[index])


def _draw_denoisers(changes: PanelEdits) -> None:
    """Draw the choices of the trained and displayed network and of the comparison."""
    settings = changes.view.settings
    networks, comparisons = list(NETWORK_LABELS), list(COMPARISON_LABELS)
    index = networks.index(settings.denoiser.network)
    changed, index = gui.combo("denoiser", index, list(NETWORK_LABELS.values()))
    if changed:
        changes.edit(network=networks[index])
    index = comparisons.index(settings.comparison)
    changed, index = gui.combo("comparison", index, list(COMPARISON_LABELS.values()))
    if changed:
        changes.edit(comparison=comparisons[index])


def _choice(label: str, view: Channel, labels: list[str]) -> int:
    """Draw a drop-down list of views; index of the selected view."""
    return gui.combo(label, VIEWS.index(view), labels)[1]


def _limits(record: type, name: str) -> tuple[int, int]:
    """Slider limits of the integer option `name` of a settings record."""
    low, high = panel_range(record, name)
    return int(low), int(high)
