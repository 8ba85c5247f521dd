"""World of a pbrt file: its elements with their transforms and attributes, not yet converted.

Host code. Integrator, sampler, pixel filter and accelerator are ignored: the renderer has its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np

from scenes.model.description import SceneError
from scenes.pbrt.parser.element import Element
from scenes.pbrt.parser.state import ACTIVE
from scenes.pbrt.parser.state import TRANSFORMS
from scenes.pbrt.parser.state import GraphicsState
from scenes.pbrt.parser.statements import Parameter
from scenes.pbrt.parser.statements import Reader
from scenes.pbrt.parser.statements import Statement

IGNORED = ("Accelerator", "Integrator", "PixelFilter", "Sampler", "TransformTimes", "WorldEnd")
OPTIONS_WITHOUT_EFFECT = (
    "rendercoordsys",
    "seed",
    "quiet",
    "stats",
    "nthreads",
    "disablewavelengthjitter",
)
"""Options that change no converged image."""


@dataclass(frozen=True, eq=False)
class PlacedShape:
    """A shape with the attributes that were in force."""

    element: Element
    is_reversed: bool
    material: Element | str | None
    area_light: Element | None


@dataclass(frozen=True, eq=False)
class Instance:
    """A copy of an object."""

    statement: Statement
    to_world: np.ndarray
    """(4, 4) float64, applied after the transforms of the object's shapes."""


@dataclass
class World:
    """Elements in the order of the file."""

    reader: Reader
    camera: Element | None = None
    film: Element | None = None
    shapes: list[PlacedShape] = field(default_factory=list)
    lights: list[Element] = field(default_factory=list)
    textures: dict[tuple[str, str], Element] = field(default_factory=dict)
    """By type (float or spectrum) and name."""
    materials: dict[str, Element] = field(default_factory=dict)
    objects: dict[str, list[PlacedShape]] = field(default_factory=dict)
    instances: list[Instance] = field(default_factory=list)
    defaults: list[tuple[Statement, Parameter]] = field(default_factory=list)
    """All parameters of Attribute directives."""
    notes: dict[str, None] = field(default_factory=dict)
    """Notes for the user, one line each."""

    def note(self, text: str) -> None:
        """Add a note, unless it exists already."""
        self.notes.setdefault(text)

    def note_defaults(self) -> None:
        """Add a note for each parameter of an Attribute directive that nothing has read."""
        for statement, parameter in self.defaults:
            if not parameter.is_used:
                self.note(
                    f"{statement.file}: line {statement.line}: Attribute "
                    f'"{statement.words[0]}": {parameter.name} was not used'
                )


def read_world(path: Path) -> World:
    """Read a scene file and everything that it includes.

    A directive that cannot be applied is left out, with a note.

    Raises:
        SceneError: a missing file, or one that breaks the syntax.
    """
    reader = Reader(path)
    builder = _Builder(World(reader))
    for statement in reader.statements():
        try:
            builder.add(statement)
        except SceneError as problem:
            builder.world.note(f"{problem}; it was left out")
    for note in reader.notes:
        builder.world.note(note)
    return builder.world


class _Builder:
    """Applies statements to the graphics state and collects elements."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.state = GraphicsState()
        self.stack: list[tuple[str, GraphicsState]] = []
        self.systems: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.members: list[PlacedShape] | None = None
        """Shapes of the object that is being defined."""

    def add(self, statement: Statement) -> None:
        """Apply one statement; SceneError if it cannot be applied."""
        directive = statement.directive
        if directive in TRANSFORMS:
            self.state.transform(statement, self.systems)
        elif directive.endswith(("Begin", "End")) and directive not in IGNORED:
            self._nest(statement)
        elif directive in ("Shape", "LightSource", "Camera", "Film", "ObjectInstance"):
            self._element(statement)
        elif directive not in IGNORED:
            self._attribute(statement)

    def _nest(self, statement: Statement) -> None:
        """Begin or end a block."""
        match statement.directive:
            case "WorldBegin":
                self.state.matrices = (np.eye(4), np.eye(4))
                self.state.active = (True, True)
                self.systems["world"] = self.state.matrices
            case "AttributeBegin" | "TransformBegin" | "ObjectBegin":
                if statement.directive == "ObjectBegin":
                    if self.members is not None:
                        raise statement.error("objects cannot be nested")
                    self.members = self.world.objects.setdefault(statement.words[0], [])
                self.stack.append((statement.directive.removesuffix("Begin"), self.state))
                self.state = self.state.copy()
            case _:
                kind = statement.directive.removesuffix("End")
                if not self.stack or self.stack[-1][0] != kind:
                    raise statement.error(f"no {kind}Begin to end")
                inner = self.state
                self.state = self.stack.pop()[1]
                if kind == "Transform":
                    inner.matrices, inner.active = self.state.matrices, self.state.active
                    self.state = inner
                if kind == "Object":
                    self.members = None

    def _element(self, statement: Statement) -> None:
        """Collect a shape, light, camera, film or instance."""
        world = self.world
        match statement.directive:
            case "Shape":
                shape = PlacedShape(
                    self._new(statement, "shape"),
                    self.state.is_reversed,
                    self.state.material,
                    self.state.area_light,
                )
                (world.shapes if self.members is None else self.members).append(shape)
            case "LightSource":
                world.lights.append(self._new(statement, "light"))
            case "Camera":
                world.camera = self._new(statement)
                start, end = (np.linalg.pinv(matrix) for matrix in self.state.matrices)
                self.systems["camera"] = (start, end)
            case "Film":
                world.film = self._new(statement)
            case "ObjectInstance":
                if self.members is not None:
                    raise statement.error("not allowed inside an object")
                world.instances.append(Instance(statement, self.state.to_world))
                self._note_animated(statement)

    def _attribute(self, statement: Statement) -> None:
        """Change an attribute, or collect a named element."""
        world, state = self.world, self.state
        match statement.directive:
            case "ReverseOrientation":
                state.is_reversed = not state.is_reversed
            case "ActiveTransform":
                if statement.words[0] not in ACTIVE:
                    raise statement.error(f"unknown operand {statement.words[0]!r}")
                state.active = ACTIVE[statement.words[0]]
            case "Material":
                state.material = self._new(statement, "material")
            case "NamedMaterial":
                state.material = statement.words[0]
            case "MakeNamedMaterial":
                self._named_material(statement)
            case "AreaLightSource":
                state.area_light = self._new(statement, "light")
            case "Texture":
                self._texture(statement)
            case "Attribute":
                state.add_defaults(statement)
                world.defaults += [(statement, p) for p in statement.parameters.values()]
            case "ColorSpace":
                state.color_space = statement.words[0]
                if state.color_space != "srgb":
                    world.note(
                        f"{statement.file}: line {statement.line}: ColorSpace: only srgb is"
                        " supported, colours are taken for srgb"
                    )
            case "MakeNamedMedium" | "MediumInterface":
                world.note(
                    f"{world.reader.path}: media (fog, smoke) are not supported, the space is clear"
                )
            case "Option":
                for name in statement.parameters:
                    if name not in OPTIONS_WITHOUT_EFFECT:
                        raise statement.error(f"{name} is not supported")

    def _named_material(self, statement: Statement) -> None:
        name = statement.words[0]
        if name in self.world.materials:
            raise statement.error(f"{name!r} exists already")
        element = self._new(statement, "material")
        element.name = name
        element.kind = element.text("type", "")
        self.world.materials[name] = element

    def _texture(self, statement: Statement) -> None:
        name, kind, plugin = statement.words
        kind = "spectrum" if kind == "color" else kind
        if kind not in ("float", "spectrum"):
            raise statement.error(f"type {kind!r} is neither float nor spectrum")
        if (kind, name) in self.world.textures:
            raise statement.error(f"{name!r} exists already")
        element = self._new(statement, "texture")
        element.name, element.kind = name, plugin
        self.world.textures[kind, name] = element

    def _new(self, statement: Statement, target: str = "") -> Element:
        """Element of a statement in the current state."""
        if target in ("shape", "light"):
            self._note_animated(statement)
        return Element(
            statement,
            statement.words[0],
            self.world.reader,
            self.world,
            self.state.to_world,
            dict(self.state.defaults.get(target, {})),
        )

    def _note_animated(self, statement: Statement) -> None:
        if self.state.is_animated:
            self.world.note(
                f"{self.world.reader.path}: motion is not supported, everything stands as at the"
                " start of the shutter"
            )
