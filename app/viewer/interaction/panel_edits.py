"""PanelEdits: what the user has changed in one frame of the panel.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from app.session.report import NO_EDITS
from app.session.report import Edits
from app.viewer.interaction.commands import Command
from app.viewer.picture.views import ViewState
from scenes.model.description import Camera


@dataclass
class PanelEdits:
    """What the user has changed in this frame of the panel."""

    view: ViewState
    """As it will be."""
    edits: Edits = NO_EDITS
    """For the session."""
    camera: Camera | None = None
    """With another lens, None if that is left alone."""
    commands: list[Command] = field(default_factory=list)
    """For the viewer, as if the key had been pressed."""

    def edit(self, **changes: Any) -> None:
        """Change settings of the session by the names of their fields."""
        settings = (self.edits.settings or self.view.settings).changed(**changes)
        self.edits = replace(self.edits, settings=settings)

    def show(self, **changes: Any) -> None:
        """Change fields of the view."""
        self.view = replace(self.view, **changes)
