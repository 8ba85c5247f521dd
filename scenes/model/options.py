"""Options of loading a scene file.

Host code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field


@dataclass(frozen=True)
class LoadOptions:
    """What the user chooses where a file leaves a choice."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values of the parameters of a Mitsuba file, by name; they replace its defaults."""
    variant: str = ""
    """Name of the material variant of a glTF file; empty: the usual materials."""
    is_strict: bool = False
    """True: a note of the loader is an error."""
