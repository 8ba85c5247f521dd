"""Graphics state of a pbrt file: transforms and attributes that apply to the next elements.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import numpy as np

from scenes.pbrt.parser.element import Element
from scenes.pbrt.parser.statements import Parameter
from scenes.pbrt.parser.statements import Statement
from scenes.pbrt.parser.transform import matrix_of

ACTIVE = {"StartTime": (True, False), "EndTime": (False, True), "All": (True, True)}
"""Operands of ActiveTransform -> whether the start and the end of the shutter are changed."""
TRANSFORMS = (
    "ConcatTransform",
    "CoordSysTransform",
    "CoordinateSystem",
    "Identity",
    "LookAt",
    "Rotate",
    "Scale",
    "Transform",
    "Translate",
)
"""Directives that `GraphicsState.transform` reads."""


@dataclass
class GraphicsState:
    """Current transform and attributes."""

    matrices: tuple[np.ndarray, np.ndarray] = field(default_factory=lambda: (np.eye(4), np.eye(4)))
    """(4, 4) float64 current transform at the start and the end of the shutter."""
    active: tuple[bool, bool] = (True, True)
    """Which of the two directives change."""
    is_reversed: bool = False
    """Whether ReverseOrientation is on."""
    material: Element | str | None = None
    """The material, its name, or None for the default."""
    area_light: Element | None = None
    defaults: dict[str, dict[str, Parameter]] = field(default_factory=dict)
    """Parameters of the Attribute directive by target (shape, light, ...) and name."""
    color_space: str = "srgb"

    def copy(self) -> GraphicsState:
        """A copy that shares nothing that changes."""
        return replace(
            self, defaults={target: dict(values) for target, values in self.defaults.items()}
        )

    @property
    def to_world(self) -> np.ndarray:
        """(4, 4) current transform at the start of the shutter."""
        return self.matrices[0]

    @property
    def is_animated(self) -> bool:
        """Whether start and end of the shutter differ."""
        return not np.array_equal(*self.matrices)

    def transform(
        self, statement: Statement, systems: dict[str, tuple[np.ndarray, np.ndarray]]
    ) -> None:
        """Apply a directive of `TRANSFORMS`; `systems` are the named coordinate systems.

        Raises:
            SceneError: an invalid transform, or an unknown coordinate system.
        """
        if statement.directive == "CoordinateSystem":
            systems[statement.words[0]] = self.matrices
            return
        if statement.directive == "CoordSysTransform":
            if statement.words[0] not in systems:
                raise statement.error(f"unknown coordinate system {statement.words[0]!r}")
            self._set(systems[statement.words[0]])
            return
        if statement.directive == "Identity":
            self._set((np.eye(4), np.eye(4)))
            return
        matrix = matrix_of(statement)
        matrices = (matrix, matrix)
        if statement.directive != "Transform":
            matrices = (self.matrices[0] @ matrix, self.matrices[1] @ matrix)
        if not np.isfinite(matrices).all():
            raise statement.error("the transform is not finite")
        self._set(matrices)

    def _set(self, matrices: tuple[np.ndarray, np.ndarray]) -> None:
        start, end = self.active
        self.matrices = (
            matrices[0] if start else self.matrices[0],
            matrices[1] if end else self.matrices[1],
        )

    def add_defaults(self, statement: Statement) -> None:
        """Apply an Attribute directive; SceneError for an unknown target."""
        target = statement.words[0]
        if target not in ("shape", "light", "material", "medium", "texture"):
            raise statement.error(f"unknown target {target!r}")
        self.defaults.setdefault(target, {}).update(statement.parameters)
