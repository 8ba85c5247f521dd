"""Widgets shared by several sections of the panel.

Host code.
"""

from __future__ import annotations

from app.viewer.gui import gui
from app.viewer.interaction.commands import Command
from app.viewer.interaction.panel_edits import PanelEdits


def button_row(changes: PanelEdits, buttons: dict[str, Command]) -> None:
    """Draw a row of equally wide buttons across the panel; a click appends its command."""
    space = gui.item_spacing()
    width = (gui.content_width() + space) / len(buttons) - space
    for index, (label, command) in enumerate(buttons.items()):
        if index:
            gui.same_line()
        if gui.button(label, width):
            changes.commands.append(command)
