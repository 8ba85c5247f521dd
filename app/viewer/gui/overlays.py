"""Overlays: boxes in the middle of the window - help, question, progress.

Host code. Drawn with imgui, as the panel is.
"""

from __future__ import annotations

import imgui

from app.session.report import FrameReport
from app.viewer.gui.theme import ACCENT
from app.viewer.gui.theme import FIXED_WINDOW
from app.viewer.interaction.commands import COMMAND_KEYS
from app.viewer.interaction.commands import Command
from app.viewer.interaction.controls import FLY_HELP
from app.viewer.interaction.panel_edits import Draft
from app.viewer.picture.views import VIEWS
from app.viewer.picture.views import start_label

HELP_WIDTH = 460.0  # screen units, as all lengths here
QUESTION_WIDTH = 330.0
PROGRESS_WIDTH = 420.0


def draw_progress(text: str, share: float, scale: float = 1.0) -> None:
    """What is being prepared, in the middle of the window."""
    width, height = imgui.get_io().display_size
    box = min(PROGRESS_WIDTH * scale, width)
    imgui.set_next_window_position((width - box) / 2, height / 2 - 50.0 * scale)
    imgui.set_next_window_size(box, 0.0)
    imgui.begin("progress", flags=FIXED_WINDOW)
    imgui.text_colored("Hush", *ACCENT)
    imgui.text_wrapped(text)
    imgui.progress_bar(min(max(share, 0.0), 1.0), (-1.0, 0.0), f"{100 * share:.0f} %")
    imgui.end()


def draw_help(scale: float) -> None:
    """All keys."""
    width, height = imgui.get_io().display_size
    imgui.set_next_window_position(width / 2, height / 2, pivot_x=0.5, pivot_y=0.5)
    imgui.set_next_window_size(HELP_WIDTH * scale, 0.0)
    imgui.begin("help", flags=FIXED_WINDOW)
    keys: dict[str, str] = dict(FLY_HELP)
    keys[f"{VIEWS[0].key} ... {VIEWS[-1].key}"] = ", ".join(view.value for view in VIEWS)
    for command in Command:
        names = [key for key, bound in COMMAND_KEYS.items() if bound is command]
        keys[" ".join(_key_label(name) for name in names)] = command.value
    imgui.columns(2, "keys", border=False)
    imgui.set_column_width(0, 130.0 * scale)
    for name, text in keys.items():
        imgui.text_colored(name, *ACCENT)
        imgui.next_column()
        imgui.text_wrapped(text)
        imgui.next_column()
    imgui.columns(1)
    imgui.end()


def draw_question(draft: Draft, report: FrameReport | None, scale: float) -> None:
    """Whether to forget the training."""
    width, height = imgui.get_io().display_size
    imgui.set_next_window_position(width / 2, height / 2, pivot_x=0.5, pivot_y=0.5)
    imgui.set_next_window_size(QUESTION_WIDTH * scale, 0.0)
    imgui.set_next_window_focus()
    imgui.begin("question", flags=FIXED_WINDOW)
    steps = report.step_count if report is not None else 0
    start = start_label(draft.view.settings.denoiser)
    imgui.text_wrapped(f"Forget {steps:,} training steps and start again from {start}?")
    if imgui.button("Forget (T)"):
        draft.commands.append(Command.RESET_TRAINING)
    imgui.same_line()
    if imgui.button("Keep (Esc)"):
        draft.show(is_asking_reset=False)
    imgui.end()


def _key_label(name: str) -> str:
    """A key as printed on it."""
    known = {"equal": "+", "kp_add": "", "minus": "-", "kp_subtract": "", "escape": "Esc"}
    return known.get(name, name.capitalize())
