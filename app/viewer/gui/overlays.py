"""Overlays in the middle of the window: help, confirmation question, progress.

Host code.
"""

from __future__ import annotations

from app.session.report import FrameReport
from app.viewer.gui import gui
from app.viewer.gui.theme import ACCENT
from app.viewer.interaction.commands import COMMAND_KEYS
from app.viewer.interaction.commands import Command
from app.viewer.interaction.controls import FLY_HELP
from app.viewer.interaction.panel_edits import PanelEdits
from app.viewer.picture.views import VIEWS
from app.viewer.picture.views import init_label

HELP_WIDTH = 460.0  # screen units, as all lengths here
KEY_COLUMN_WIDTH = 130.0
QUESTION_WIDTH = 330.0
PROGRESS_WIDTH = 420.0


def draw_progress(text: str, fraction: float, scale: float = 1.0) -> None:
    """Draw a progress box in the middle of the window; `fraction` in [0, 1]."""
    width, height = gui.display_size()
    box = min(PROGRESS_WIDTH * scale, width)
    corner = ((width - box) / 2, height / 2 - 50.0 * scale)
    with gui.fixed_window("progress", corner, (box, 0.0)):
        gui.text_colored("Hush", ACCENT)
        gui.text_wrapped(text)
        gui.progress_bar(min(max(fraction, 0.0), 1.0), f"{100 * fraction:.0f} %")


def draw_help(scale: float) -> None:
    """Draw the list of all keys."""
    width, height = gui.display_size()
    center, size = (width / 2, height / 2), (HELP_WIDTH * scale, 0.0)
    with gui.fixed_window("help", center, size, pivot=(0.5, 0.5)):
        keys: dict[str, str] = dict(FLY_HELP)
        keys[f"{VIEWS[0].key} ... {VIEWS[-1].key}"] = ", ".join(view.value for view in VIEWS)
        for command in Command:
            names = [key for key, bound in COMMAND_KEYS.items() if bound is command]
            keys[" ".join(_key_label(name) for name in names)] = command.value
        with gui.two_columns("keys", KEY_COLUMN_WIDTH * scale):
            for name, text in keys.items():
                gui.text_colored(name, ACCENT)
                gui.next_column()
                gui.text_wrapped(text)
                gui.next_column()


def draw_question(changes: PanelEdits, report: FrameReport | None, scale: float) -> None:
    """Draw the question whether to reset training."""
    width, height = gui.display_size()
    center, size = (width / 2, height / 2), (QUESTION_WIDTH * scale, 0.0)
    with gui.fixed_window("question", center, size, pivot=(0.5, 0.5), takes_focus=True):
        steps = report.step_count if report is not None else 0
        start = init_label(changes.view.settings.denoiser)
        gui.text_wrapped(f"Discard {steps:,} training steps and restart from {start}?")
        if gui.button("Reset (T)"):
            changes.commands.append(Command.RESET_TRAINING)
        gui.same_line()
        if gui.button("Cancel (Esc)"):
            changes.show(is_asking_reset=False)


def _key_label(name: str) -> str:
    """Label of a key as printed on the keyboard; empty for keypad duplicates."""
    known = {"equal": "+", "kp_add": "", "minus": "-", "kp_subtract": "", "escape": "Esc"}
    return known.get(name, name.capitalize())
