"""pbrt-v4 scene files.

Host code. A part that cannot be used is left out, with a note that names file, line and element.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from scenes.default_camera import PLACEHOLDER_CAMERA
from scenes.model.description import Camera
from scenes.model.description import Environment
from scenes.model.description import Mesh
from scenes.model.description import PunctualLight
from scenes.model.description import SceneDescription
from scenes.model.description import SceneError
from scenes.model.description import Shape
from scenes.model.description import UnusablePart
from scenes.model.options import LoadOptions
from scenes.pbrt.area_lights import AreaLights
from scenes.pbrt.camera import camera_of
from scenes.pbrt.camera import exposure_of
from scenes.pbrt.lights import LightReader
from scenes.pbrt.materials import MaterialList
from scenes.pbrt.parser.world import Instance
from scenes.pbrt.parser.world import PlacedShape
from scenes.pbrt.parser.world import World
from scenes.pbrt.parser.world import read_world
from scenes.pbrt.shapes import ShapeReader
from scenes.pbrt.textures import Textures

MAX_INSTANCE_TRIANGLES = 2**27
"""Triangles of all instances, which are copied: about 20 GiB of tables."""


@dataclass
class _Parts:
    """Shapes, lights and environment built so far."""

    shapes: list[Shape] = field(default_factory=list)
    lights: list[PunctualLight] = field(default_factory=list)
    environment: Environment | None = None
    left_out: list[SceneError] = field(default_factory=list)
    copied: int = 0
    """Triangles of instances."""


def load_pbrt(path: Path, _options: LoadOptions = LoadOptions()) -> SceneDescription:
    """Scene of a pbrt-v4 file.

    Raises:
        SceneError: a missing file, a break of the syntax, or no shape that can be used.
    """
    world = read_world(path)
    exposure = _exposure(world)
    textures = Textures(world)
    materials = MaterialList(world, textures)
    area_lights = AreaLights(materials, exposure)
    reader = ShapeReader(materials, area_lights)
    parts = _Parts()
    for placed in world.shapes:
        _add_shape(parts, world, reader, placed)
    for instance in world.instances:
        _add_instance(parts, world, reader, instance)
    parts.lights.extend(area_lights.points)
    lights = LightReader(textures.images, exposure)
    for element in world.lights:
        try:
            light = lights.light(element)
        except UnusablePart as problem:
            world.note(f"{problem}; it was left out")
            continue
        element.note_unused()
        if not isinstance(light, Environment):
            parts.lights.append(light)
        elif parts.environment is not None:
            element.note("only the first infinite light is used")
        else:
            parts.environment = light
    if not parts.shapes:
        raise parts.left_out[0] if parts.left_out else SceneError(f"{path}: no shapes")
    camera = _camera(world)
    world.note_defaults()
    return SceneDescription(
        name=path.parent.name if path.stem.startswith("scene") and path.parent.name else path.stem,
        shapes=tuple(parts.shapes),
        materials=tuple(materials.materials),
        camera=camera or PLACEHOLDER_CAMERA,
        has_default_camera=camera is None,
        environment=parts.environment,
        lights=tuple(parts.lights),
        notes=tuple(world.notes),
    )


def _exposure(world: World) -> float:
    try:
        return exposure_of(world.camera, world.film)
    except UnusablePart as problem:
        world.note(f"{problem}; exposure 1 is used")
        return 1.0


def _camera(world: World) -> Camera | None:
    """The camera, None without a usable one."""
    if world.camera is None:
        return None
    try:
        camera = camera_of(world.camera, world.film)
    except UnusablePart as problem:
        world.note(f"{problem}; it was left out")
        return None
    world.camera.note_unused()
    if world.film is not None:
        world.film.note_unused()
    return camera


def _add_shape(
    parts: _Parts,
    world: World,
    reader: ShapeReader,
    placed: PlacedShape,
    instance: Instance | None = None,
) -> None:
    try:
        shape = reader.shape(placed, instance)
    except UnusablePart as problem:
        parts.left_out.append(problem)
        world.note(f"{problem}; it was left out")
        return
    parts.shapes.append(shape)
    if instance is not None and isinstance(shape, Mesh):
        parts.copied += len(shape.faces)


def _add_instance(parts: _Parts, world: World, reader: ShapeReader, instance: Instance) -> None:
    """Copies of an object's shapes."""
    name = instance.statement.words[0]
    if name not in world.objects:
        world.note(f"{instance.statement.error(f'no object {name!r}')}; it was left out")
        return
    for placed in world.objects[name]:
        if parts.copied > MAX_INSTANCE_TRIANGLES:
            world.note(
                f"{world.reader.path}: instances of more than {MAX_INSTANCE_TRIANGLES:,} triangles"
                " were left out"
            )
            return
        _add_shape(parts, world, reader, placed, instance)
