"""Panel: shows the frame report and the viewer's settings, returns the user's changes.

Host code. Functions that draw settings take a `PanelEdits`, show its state and write the user's
changes to it.
"""

from __future__ import annotations

from dataclasses import replace

from app.session.report import FrameReport
from app.viewer.gui import gui
from app.viewer.gui.overlays import draw_help
from app.viewer.gui.overlays import draw_question
from app.viewer.gui.plots import Plots
from app.viewer.gui.settings_sections import draw_render
from app.viewer.gui.settings_sections import draw_training
from app.viewer.gui.settings_sections import draw_view
from app.viewer.gui.theme import DIM
from app.viewer.gui.theme import GOOD
from app.viewer.gui.widgets import button_row
from app.viewer.interaction.commands import Command
from app.viewer.interaction.lens import FIELDS_OF_VIEW
from app.viewer.interaction.panel_edits import PanelEdits
from app.viewer.picture.views import ViewState

WIDTH = 348.0  # screen units, as all lengths here
PLOT_HEIGHT = 54.0
LENS_DRAG, FOCUS_DRAG = 1e-4, 5e-3  # fraction of the focus distance per pixel dragged
FOCUS_DISTANCES = (1e-4, 1e6)  # lowest and highest, scene units
LABEL_WIDTH = 112.0  # space for labels right of the widgets


def draw_panel(
    report: FrameReport | None, view: ViewState, plots: Plots, scale: float = 1.0
) -> PanelEdits:
    """Draw panel, help and reset question, each if it is open; return the user's edits.

    Args:
        report: last frame; None before the first one.
        scale: factor on all lengths.
    """
    changes = PanelEdits(view)
    if view.panel_visible:
        size = (WIDTH * scale, gui.display_size()[1])
        with gui.fixed_window("panel", (0.0, 0.0), size, is_behind=True):
            with gui.item_width(-LABEL_WIDTH * scale):
                _draw_sections(changes, report, plots, scale)
    if view.help_visible:
        draw_help(scale)
    if view.is_asking_reset:
        draw_question(changes, report, scale)
    return changes


def _draw_sections(
    changes: PanelEdits, report: FrameReport | None, plots: Plots, scale: float
) -> None:
    """Draw all sections of the panel, top to bottom."""
    _draw_figures(changes, report)
    draw_view(changes)
    draw_render(changes)
    draw_training(changes, report)
    _draw_plots(plots, PLOT_HEIGHT * scale)
    _draw_camera(changes)
    _draw_files(changes)


def _draw_figures(changes: PanelEdits, report: FrameReport | None) -> None:
    """Draw frame time, image size, samples per pixel and PSNR."""
    if report is None:
        gui.text_colored("rendering the first frame ...", DIM)
        return
    total = report.milliseconds.get("total", 0.0)
    width, height = report.pair.a.size
    gui.text(f"{total:.1f} ms")
    gui.same_line()
    gui.text_colored(f"{width} x {height}, {report.pair.spp} spp per half", DIM)
    if report.psnr_denoised is not None and report.psnr_mean is not None:
        gui.text_colored(f"denoised {report.psnr_denoised:.2f} dB", GOOD)
        gui.same_line()
        gui.text_colored(f"mean {report.psnr_mean:.2f} dB vs. {report.measure_spp} spp", DIM)
        if report.psnr_comparison is not None:
            gui.text_colored(f"comparison {report.psnr_comparison:.2f} dB", DIM)
    else:
        gui.text_colored("PSNR: needs the camera at rest", DIM)
    if report.nonfinite_count:
        gui.text_colored(f"{report.nonfinite_count} pixels NaN or infinite", (1.0, 0.3, 1.0))


def _draw_plots(plots: Plots, height: float) -> None:
    """Draw time, loss and PSNR of the last frames as curves."""
    if not gui.header("Plots"):
        return
    plots.draw_milliseconds(height)
    plots.draw_loss(height)
    plots.draw_psnr(height)


def _draw_camera(changes: PanelEdits) -> None:
    """Draw speed, lens, and the buttons for camera and camera path."""
    if not gui.header("Camera"):
        return
    view = changes.view
    gui.text_colored(f"speed {view.fly_speed:.3g} units/s (wheel)", DIM)
    _draw_lens(changes)
    record = "Stop (Space)" if view.is_recording else "Record (Space)"
    play = "Stop (Enter)" if view.is_playing else "Play (Enter)"
    button_row(changes, {"Frame (F)": Command.FRAME_SCENE, "Reset (R)": Command.RESET_CAMERA})
    button_row(changes, {record: Command.RECORD, play: Command.PLAY})


def _draw_lens(changes: PanelEdits) -> None:
    """Draw field of view, lens radius and focus distance."""
    camera = changes.view.camera
    if camera is None:
        return
    changed, fov = gui.slider_float(
        "field of view", camera.fov_x, *FIELDS_OF_VIEW, "%.0f deg", gui.CLAMPED
    )
    if changed:
        changes.camera = replace(camera, fov_x=fov, fov_y=None)
    focus = camera.focus_distance
    changed, radius = gui.drag_float(
        "lens radius", camera.aperture_radius, LENS_DRAG * focus, 0.0, focus, "%.4g"
    )
    if changed:
        changes.camera = replace(camera, aperture_radius=min(max(radius, 0.0), focus))
    changed, distance = gui.drag_float(
        "focus (V)", focus, FOCUS_DRAG * focus, *FOCUS_DISTANCES, "%.4g"
    )
    if changed:
        low, high = FOCUS_DISTANCES
        changes.camera = replace(camera, focus_distance=min(max(distance, low), high))


def _draw_files(changes: PanelEdits) -> None:
    """Draw the checkpoint path, and the buttons for checkpoint, screenshot and help."""
    if not gui.header("Files"):
        return
    changes.show(checkpoint=gui.input_text("checkpoint", changes.view.checkpoint)[1])
    button_row(changes, {"Save (F5)": Command.SAVE, "Load (F9)": Command.LOAD})
    button_row(changes, {"Screenshot (F12)": Command.SCREENSHOT, "Help (F1)": Command.HELP})
