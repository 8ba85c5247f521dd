"""An element of a pbrt scene (shape, light, material, ...) with typed access to its parameters.

Host code.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Protocol

import numpy as np

from scenes.model.description import SceneError
from scenes.model.description import UnusablePart
from scenes.model.numbers import are_finite
from scenes.pbrt.parser.statements import Parameter
from scenes.pbrt.parser.statements import Reader
from scenes.pbrt.parser.statements import Statement

NUMBERS = ("float", "integer", "bool")
"""Types of parameters that hold plain numbers."""
POINTS = ("point", "point3", "vector", "vector3", "normal", "normal3")
"""Types of parameters that hold three coordinates per value."""


class Notes(Protocol):
    """Receiver of notes for the user."""

    def note(self, text: str) -> None:
        """Add a note, unless it exists already."""


@dataclass(eq=False)
class Element:
    """One statement with parameters, and what of the graphics state belongs to it."""

    statement: Statement
    kind: str
    """Its type, such as `sphere`."""
    reader: Reader
    notes: Notes
    to_world: np.ndarray = field(default_factory=lambda: np.eye(4))
    """(4, 4) float64 current transform."""
    defaults: dict[str, Parameter] = field(default_factory=dict)
    """Parameters of the Attribute directive, for those that the statement does not set."""
    name: str = ""
    """Name of a texture, named material or medium."""

    def __str__(self) -> str:
        """Name in messages, such as `Shape "sphere"`."""
        parts = [self.statement.directive]
        parts += [f'"{self.name}"'] if self.name else []
        parts += [f'"{self.kind}"'] if self.kind else []
        return " ".join(parts)

    @property
    def place(self) -> str:
        """File, line and element, for messages."""
        return f"{self.statement.file}: line {self.statement.line}: {self}"

    def error(self, reason: str) -> SceneError:
        """SceneError that names file, line and element."""
        return SceneError(f"{self.place}: {reason}")

    def unusable(self, reason: str) -> UnusablePart:
        """UnusablePart that names file, line and element."""
        return UnusablePart(f"{self.place}: {reason}")

    def note(self, text: str) -> None:
        """Add a note that names file, line and element."""
        self.notes.note(f"{self.place}: {text}")

    def note_unused(self) -> None:
        """Add a note for each parameter that nothing has read."""
        for parameter in self.statement.parameters.values():
            if not parameter.is_used:
                parameter.is_used = True
                self.note(f"{parameter.name} is not supported and was ignored")

    # ---- Parameters ------------------------------------------------------------------------------

    def find(self, *names: str) -> Parameter | None:
        """First parameter with one of these names, or None; marks all of them as used."""
        first = None
        for name in names:
            found = self.statement.parameters.get(name, self.defaults.get(name))
            if found is not None:
                found.is_used = True
                first = first or found
        return first

    def text(self, name: str, default: str) -> str:
        """A string parameter."""
        found = self.find(name)
        if found is None:
            return default
        if len(found.texts) != 1:
            raise self.unusable(f"{name}: one string is needed")
        return found.texts[0]

    def number(self, name: str, default: float) -> float:
        """A number parameter, finite."""
        found = self.find(name)
        return default if found is None else float(self.values(found, 1)[0])

    def flag(self, name: str, default: bool) -> bool:
        """A boolean parameter, as true or "true"."""
        found = self.find(name)
        if found is None:
            return default
        if found.texts in (("true",), ("false",)):
            return found.texts == ("true",)
        return bool(self.values(found, 1)[0])

    def point(self, name: str, default: tuple[float, float, float]) -> np.ndarray:
        """(3,) float64 point or vector parameter."""
        found = self.find(name)
        return np.array(default) if found is None else self.values(found, 3)

    def rows(self, name: str, columns: int) -> np.ndarray | None:
        """(N, columns) float64 of a list parameter, None without it."""
        found = self.find(name)
        if found is None:
            return None
        values = self.values(found)
        if len(values) % columns:
            raise self.unusable(f"{name}: {len(values)} numbers, not a multiple of {columns}")
        return values.reshape(-1, columns)

    def path(self, name: str = "filename") -> Path:
        """Existing file that a parameter names."""
        text = self.text(name, "")
        if not text:
            raise self.unusable(f"{name}: missing")
        path = self.resolve(text)
        if not os.path.isfile(path):
            raise self.unusable(f"{path}: no such file")
        return path

    def resolve(self, text: str) -> Path:
        """Path of a file name in the scene's folder."""
        return self.reader.resolve(text, self.statement.file)

    def values(self, parameter: Parameter, count: int | None = None) -> np.ndarray:
        """Finite numbers of a parameter, `count` of them if given; UnusablePart otherwise."""
        if parameter.texts:
            raise self.unusable(f"{parameter.name}: not a number {parameter.texts[0]!r}")
        if count is not None and len(parameter.numbers) != count:
            needed = "one number is" if count == 1 else f"{count} numbers are"
            raise self.unusable(
                f"{parameter.name}: {len(parameter.numbers)} numbers, {needed} needed"
            )
        if not are_finite(parameter.numbers):
            raise self.unusable(f"{parameter.name}: not finite as float32")
        return parameter.numbers
