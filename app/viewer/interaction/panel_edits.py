"""PanelEdits: the user's changes in one frame of the panel.

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
    """The user's changes in one frame of the panel."""

    view: ViewState
    """View state with the changes of `show`; its settings do not yet include `edits`."""
    edits: Edits = NO_EDITS
    """Changes for the session."""
    camera: Camera | None = None
    """Camera with a changed lens; None if the lens is unchanged."""
    commands: list[Command] = field(default_factory=list)
    """Commands of clicked buttons, executed like those of keys."""

    def edit(self, **changes: Any) -> None:
        """Change the settings in `edits`, by field name as for `SessionSettings.changed`.

        ValueError for a number out of range, TypeError for an unknown name.
        """
        settings = (self.edits.settings or self.view.settings).changed(**changes)
        self.edits = replace(self.edits, settings=settings)

    def show(self, **changes: Any) -> None:
        """Change fields of `view`."""
        self.view = replace(self.view, **changes)
