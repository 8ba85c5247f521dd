"""Widgets: what several sections of the panel are made of.

Host code. Drawn with imgui.
"""

from __future__ import annotations

import imgui

from app.viewer.interaction.commands import Command
from app.viewer.interaction.panel_edits import Draft


def header(title: str) -> bool:
    """A section that can be folded; True if it is open."""
    return imgui.collapsing_header(title, flags=imgui.TREE_NODE_DEFAULT_OPEN)[0]


def button_row(draft: Draft, buttons: dict[str, Command]) -> None:
    """Buttons of equal width that fill the panel."""
    space = imgui.get_style().item_spacing[0]
    width = (imgui.get_content_region_available_width() + space) / len(buttons) - space
    for index, (label, command) in enumerate(buttons.items()):
        if index:
            imgui.same_line()
        if imgui.button(label, width):
            draft.commands.append(command)
