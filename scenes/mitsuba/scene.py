"""Mitsuba scene files, 0.5 to 3.x.

Host code. Integrator, sampler and reconstruction filter are ignored: the renderer has its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from xml.etree.ElementTree import Element

from scenes.default_camera import PLACEHOLDER_CAMERA
from scenes.mitsuba.camera import camera_of
from scenes.mitsuba.document import Document
from scenes.mitsuba.document import read_document
from scenes.mitsuba.emitters import AREA_KINDS
from scenes.mitsuba.emitters import emitter_of
from scenes.mitsuba.materials import MaterialList
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.shapes import ShapeReader
from scenes.model.description import Camera
from scenes.model.description import Environment
from scenes.model.description import PunctualLight
from scenes.model.description import SceneDescription
from scenes.model.description import SceneError
from scenes.model.description import Shape
from scenes.model.description import UnusablePart
from scenes.model.options import LoadOptions

SETTINGS = ("integrator", "sampler", "rfilter", "film")
"""Tags that are skipped wherever they stand, without a note."""
IGNORED = (
    *SETTINGS,
    "medium",
    "volume",
    "phase",
    "default",
    "alias",
    "string",
    "texture",
    "bsdf",
    "spectrum",
    "rgb",
    "float",
    "integer",
    "boolean",
)
"""Top-level tags to skip: settings, and elements that are only used by reference."""
OTHER_INTEGRATORS = ("ao", "depth")
"""Integrators that show something else than the light of all paths."""


@dataclass
class _Parts:
    """Shapes, lights, environment and camera built so far."""

    shapes: list[Shape] = field(default_factory=list)
    lights: list[PunctualLight] = field(default_factory=list)
    environment: Environment | None = None
    camera: Camera | None = None


def load_mitsuba(path: Path, options: LoadOptions = LoadOptions()) -> SceneDescription:
    """Scene of a Mitsuba XML file."""
    document = read_document(path, options.parameters)
    materials = MaterialList()
    reader = ShapeReader(materials)
    parts = _Parts()
    left_out: list[SceneError] = []
    for element in document.root:
        if element.tag == "integrator":
            _note_integrator(document, element)
        if element.tag in IGNORED:
            continue
        file = document.files.get(element, path)
        plugin = Plugin(document, element, file)
        try:
            _build(parts, plugin, reader)
        except UnusablePart as problem:
            left_out.append(problem)
            document.visited.pop(element, None)
            document.note(f"{problem}; it was left out")
    if not parts.shapes:
        reasons = [*reader.without_area, *left_out, SceneError(f"{path}: <scene>: no shapes")]
        raise reasons[0]
    _note_unused(document)
    return SceneDescription(
        name=path.parent.name if path.stem == "scene" and path.parent.name else path.stem,
        shapes=tuple(parts.shapes),
        materials=tuple(materials.materials),
        camera=parts.camera or PLACEHOLDER_CAMERA,
        has_default_camera=parts.camera is None,
        environment=parts.environment,
        lights=tuple(parts.lights),
        notes=tuple(document.notes),
    )


def _build(parts: _Parts, plugin: Plugin, reader: ShapeReader) -> None:
    """Build one top-level element."""
    match plugin.element.tag:
        case "shape":
            parts.shapes.extend(reader.shapes(plugin))
        case "sensor":
            if parts.camera is not None:
                plugin.note("only the first camera is used")
                plugin.document.visited.pop(plugin.element, None)
                return
            parts.camera = camera_of(plugin)
        case "emitter" if plugin.kind in AREA_KINDS and "id" in plugin.element.attrib:
            plugin.document.visited.pop(plugin.element, None)  # only for shapes that refer to it
        case "emitter":
            emitter = emitter_of(plugin, reader.materials.textures)
            if not isinstance(emitter, Environment):
                parts.lights.append(emitter)
            elif parts.environment is not None:
                raise plugin.error("more than one environment")
            else:
                parts.environment = emitter
        case _:
            raise plugin.error("unknown element")


def _note_integrator(document: Document, integrator: Element) -> None:
    """Add a note if the integrator, or one inside it, hides emitters or leaves light out."""
    for child in integrator.iter():
        if child.tag == "integrator" and child.get("type") in OTHER_INTEGRATORS:
            document.note(f'<integrator type="{child.get("type")}">: all light is shown')
        is_set = child.get("value", "").strip().lower() == "true"
        if child.get("name") == "hide_emitters" and is_set:
            document.note("<integrator>: hide_emitters is not supported, emitters are seen")


def _note_unused(document: Document) -> None:
    """Add a note for each parameter of the built plugins that had no effect."""
    ignored: dict[str, None] = {}
    for element, name in document.visited.items():
        for child in element:
            if "name" in child.attrib and child not in document.used and child.tag not in SETTINGS:
                ignored[f"{name.split(' id=')[0].rstrip('>')}>: {child.attrib['name']}"] = None
    for text in ignored:
        document.note(f"{text} is not supported and was ignored")
