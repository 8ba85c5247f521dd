"""Panel: shows a report and what the user has chosen, returns what the user wants changed.

Host code. Draws with imgui; reaches into nothing. Every function that draws takes a `Draft`, shows
what is in it and writes the user's changes back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

import imgui

from app.controls import COMMAND_KEYS
from app.controls import FLY_HELP
from app.controls import Command
from app.plots import Plots
from app.report import NO_EDITS
from app.report import Edits
from app.report import FrameReport
from app.views import CURVE_LABELS
from app.views import VIEWS
from app.views import ToneCurve
from app.views import View
from app.views import ViewState
from denoiser.settings import LossName

WIDTH = 348.0  # screen units, as all lengths here
PLOT_HEIGHT = 54.0
LABEL_WIDTH = 112.0  # right of the widgets
MAX_SIDE = 4096  # pixels of the render size
MAX_SPP = 64
MAX_PATH_DEPTH = 16
MAX_STEPS = 64  # training steps per frame
MAX_CROP = 512
LEARNING_RATE_POWERS = (-5.0, -2.0)  # of ten
TARGETS_MS = (16.0, 1000.0)
EXPOSURES = (-8.0, 8.0)
LOSS_LABELS = {
    LossName.HDR_TONED_INPUT: "L_HDR, input T(x)",
    LossName.HDR_LINEAR_INPUT: "L_HDR, input x",
    LossName.L2_TONED_INPUT: "L2, input T(x)",
    LossName.L2_LINEAR_INPUT: "L2, input x",
    LossName.L2_TONED_TARGET: "L2, T(x) to T(y)",
}
LOGARITHMIC = imgui.SLIDER_FLAGS_LOGARITHMIC | imgui.SLIDER_FLAGS_ALWAYS_CLAMP
CLAMPED = imgui.SLIDER_FLAGS_ALWAYS_CLAMP


def draw_panel(
    report: FrameReport | None, view: ViewState, plots: Plots, scale: float = 1.0
) -> Draft:
    """The panel on the left, and over the picture the help and the question if they are open."""
    draft = Draft(view)
    if view.panel_visible:
        imgui.set_next_window_position(0.0, 0.0)
        imgui.set_next_window_size(WIDTH * scale, imgui.get_io().display_size[1])
        imgui.begin("panel", flags=FIXED_WINDOW | imgui.WINDOW_NO_BRING_TO_FRONT_ON_FOCUS)
        imgui.push_item_width(-LABEL_WIDTH * scale)
        _draw_figures(draft, report)
        _draw_view(draft)
        _draw_render(draft)
        _draw_training(draft, report)
        _draw_plots(plots, PLOT_HEIGHT * scale)
        _draw_camera(draft)
        _draw_files(draft)
        imgui.pop_item_width()
        imgui.end()
    if view.help_visible:
        draw_help(scale)
    if view.is_asking_reset:
        draw_question(draft, report, scale)
    return draft


# ---- Sections --------------------------------------------------------------------------------


def _draw_figures(draft: Draft, report: FrameReport | None) -> None:
    """The figures one looks at first."""
    if report is None:
        imgui.text_colored("first frame ...", *DIM)
        return
    total = report.milliseconds.get("total", 0.0)
    width, height = report.pair.a.size
    imgui.text(f"{total:.1f} ms")
    imgui.same_line()
    imgui.text_colored(f"{width} x {height}, {report.pair.spp} spp a half", *DIM)
    if report.psnr_denoised is not None and report.psnr_mean is not None:
        imgui.text_colored(f"denoised {report.psnr_denoised:.2f} dB", *GOOD)
        imgui.same_line()
        imgui.text_colored(f"mean {report.psnr_mean:.2f} dB, of {report.reference_spp} spp", *DIM)
    else:
        imgui.text_colored("PSNR: when the camera rests", *DIM)
    if report.nonfinite_count:
        imgui.text_colored(f"{report.nonfinite_count} pixels not finite", 1.0, 0.3, 1.0)


def _draw_view(draft: Draft) -> None:
    """What is shown, and how it is exposed."""
    if not _header("View"):
        return
    view = draft.view
    labels = [f"{each.key}  {each.value}" for each in VIEWS]
    draft.show(left=VIEWS[_choice("left" if view.is_split else "image", view.left, labels)])
    draft.show(is_split=imgui.checkbox("split (X), swap (Tab)", view.is_split)[1])
    if view.is_split:
        draft.show(right=VIEWS[_choice("right", view.right, labels)])
        draft.show(split=imgui.slider_float("split", view.split, 0.0, 1.0, "%.2f", CLAMPED)[1])
    exposure = imgui.slider_float("exposure", view.exposure, *EXPOSURES, "%+.1f stops", CLAMPED)[1]
    curves = list(CURVE_LABELS)
    names = list(CURVE_LABELS.values())
    curve = imgui.combo("tone curve", curves.index(view.curve), names)[1]
    is_smooth = imgui.checkbox("smooth pixels", view.is_smooth)[1]
    draft.show(exposure=exposure, curve=ToneCurve(curves[curve]), is_smooth=is_smooth)


def _draw_render(draft: Draft) -> None:
    """What the path tracer does."""
    if not _header("Render"):
        return
    render, view = draft.view.settings.render, draft.view
    # Typed digits count only once Enter is pressed: 5, 51 and 512 are three sizes.
    size = imgui.input_int2("size", *render.size, imgui.INPUT_TEXT_ENTER_RETURNS_TRUE)[1]
    wanted = tuple(min(max(side, 1), MAX_SIDE) for side in size)
    if wanted != tuple(render.size):
        draft.edit(size=wanted)
    changed, spp = imgui.slider_int("spp a half", render.spp, 1, MAX_SPP, "%d", LOGARITHMIC)
    if changed:
        draft.edit(spp=spp)
    changed, depth = imgui.slider_int("path depth", render.max_depth, 1, MAX_PATH_DEPTH)
    if changed:
        draft.edit(max_depth=min(max(depth, 1), MAX_PATH_DEPTH))
    draft.show(has_target=imgui.checkbox("smaller while moving", view.has_target)[1])
    if view.has_target:
        target = imgui.slider_float("target", view.target_ms, *TARGETS_MS, "%.0f ms", LOGARITHMIC)
        draft.show(target_ms=target[1])


def _draw_training(draft: Draft, report: FrameReport | None) -> None:
    """How the denoiser learns."""
    if not _header("Training"):
        return
    denoiser, view = draft.view.settings.denoiser, draft.view
    changed, steps = imgui.slider_int("steps a frame", denoiser.train_steps, 0, MAX_STEPS)
    if changed:
        draft.edit(train_steps=min(max(steps, 0), MAX_STEPS))
    changed, crop = imgui.slider_int("crop", denoiser.crop, 16, MAX_CROP, "%d px", CLAMPED)
    if changed:
        draft.edit(crop=crop)
    # A slider over powers of ten: imgui's own logarithmic one takes all below 0.1 for zero here.
    power, text = math.log10(denoiser.learning_rate), f"{denoiser.learning_rate:.1e}"
    changed, power = imgui.slider_float(
        "learning rate", power, *LEARNING_RATE_POWERS, text, CLAMPED
    )
    if changed:
        draft.edit(learning_rate=10.0**power)
    losses = list(LOSS_LABELS)
    changed, loss = imgui.combo("loss", losses.index(denoiser.loss), list(LOSS_LABELS.values()))
    if changed:
        draft.edit(loss=losses[loss])
    if imgui.button("Resume (P)" if view.is_paused else "Pause (P)"):
        draft.commands.append(Command.PAUSE)
    imgui.same_line()
    if imgui.button("Reset (T)"):
        draft.commands.append(Command.RESET_TRAINING)
    imgui.same_line()
    steps_done = report.step_count if report is not None else 0
    imgui.text_colored(f"step {steps_done:,}", *(ACCENT if view.is_paused else DIM))


def _draw_plots(plots: Plots, height: float) -> None:
    """The last frames as curves."""
    if not _header("Plots"):
        return
    plots.draw_milliseconds(height)
    plots.draw_loss(height)
    plots.draw_psnr(height)


def _draw_camera(draft: Draft) -> None:
    """Where the camera is and where it goes."""
    if not _header("Camera"):
        return
    view = draft.view
    imgui.text_colored(f"speed {view.fly_speed:.3g} units/s (wheel)", *DIM)
    record = "Stop (Space)" if view.is_recording else "Record (Space)"
    play = "Stop (Enter)" if view.is_playing else "Play (Enter)"
    _button_row(draft, {"Frame (F)": Command.FRAME_SCENE, "Reset (R)": Command.RESET_CAMERA})
    _button_row(draft, {record: Command.RECORD, play: Command.PLAY})


def _draw_files(draft: Draft) -> None:
    """What is kept."""
    if not _header("Files"):
        return
    draft.show(checkpoint=imgui.input_text("checkpoint", draft.view.checkpoint)[1])
    _button_row(draft, {"Save (F5)": Command.SAVE, "Load (F9)": Command.LOAD})
    _button_row(draft, {"Screenshot (F12)": Command.SCREENSHOT, "Help (F1)": Command.HELP})


# ---- Pieces ----------------------------------------------------------------------------------


def _header(title: str) -> bool:
    """A section that can be folded; True if it is open."""
    return imgui.collapsing_header(title, flags=imgui.TREE_NODE_DEFAULT_OPEN)[0]


def _choice(label: str, view: View, labels: list[str]) -> int:
    """Index of the view chosen."""
    return imgui.combo(label, VIEWS.index(view), labels)[1]


def _button_row(draft: Draft, buttons: dict[str, Command]) -> None:
    """Buttons of equal width that fill the panel."""
    space = imgui.get_style().item_spacing[0]
    width = (imgui.get_content_region_available_width() + space) / len(buttons) - space
    for index, (label, command) in enumerate(buttons.items()):
        if index:
            imgui.same_line()
        if imgui.button(label, width):
            draft.commands.append(command)
