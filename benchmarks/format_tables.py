"""Tables of supported scene elements in `docs/manual/scenes.md`, from the readers' registries.

    python -m benchmarks.format_tables

Replaces what stands between the marks `<!-- table NAME -->` and `<!-- end -->` of the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenes.gltf.document import SUPPORTED_EXTENSIONS
from scenes.mitsuba.bsdfs import BUILDERS
from scenes.mitsuba.camera import KINDS
from scenes.mitsuba.emitters import EMITTERS
from scenes.mitsuba.materials import MODIFIERS
from scenes.mitsuba.shapes import SHAPES
from scenes.mitsuba.textures import TEXTURES
from scenes.model.support import Supported
from scenes.pbrt import bsdfs as pbrt_bsdfs
from scenes.pbrt import camera as pbrt_camera
from scenes.pbrt import lights as pbrt_lights
from scenes.pbrt import materials as pbrt_materials
from scenes.pbrt import shapes as pbrt_shapes
from scenes.pbrt import textures as pbrt_textures
from scenes.pbrt.area_lights import AREA_LIGHTS

PARALLEL = "lit, with a note"
PAGE = Path(__file__).parents[1] / "docs/manual/scenes.md"
MARKED = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rows(kind: str, registry: Mapping[str, Supported[Any] | str]) -> list[str]:
    """Rows of one kind of element: those without a remark together, each other one alone."""
    remarks = {
        name: entry.remark if isinstance(entry, Supported) else entry
        for name, entry in registry.items()
    }
    groups: dict[str, list[str]] = {}
    for name, remark in remarks.items():
        groups.setdefault(remark, []).append(f"`{name}`")
    ordered = sorted(groups.items(), key=lambda group: bool(group[0]))
    return [f"| {kind} | {', '.join(names)} | {remark} |" for remark, names in ordered]


def tables() -> dict[str, str]:
    """Tables of the page by name."""
    mitsuba: list[tuple[str, Mapping[str, Supported[Any] | str]]] = [
        ("shape", {**SHAPES, "shapegroup": "", "instance": "each instance is a copy"}),
        ("BSDF", {**BUILDERS, **MODIFIERS}),
        ("texture", TEXTURES),
        ("emitter", {**EMITTERS, "area": "", "directionalarea": PARALLEL}),
        ("sensor", KINDS),
    ]
    found = {"mitsuba": [line for kind, registry in mitsuba for line in rows(kind, registry)]}
    pbrt: list[tuple[str, Mapping[str, Supported[Any] | str]]] = [
        ("Shape", {**pbrt_shapes.SHAPES, "ObjectInstance": "each instance is a copy"}),
        ("Material", {**pbrt_bsdfs.BUILDERS, **pbrt_materials.MODIFIERS}),
        ("Texture", pbrt_textures.TEXTURES),
        ("LightSource", pbrt_lights.LIGHTS),
        ("AreaLightSource", AREA_LIGHTS),
        ("Camera", pbrt_camera.KINDS),
    ]
    found["pbrt"] = [line for kind, registry in pbrt for line in rows(kind, registry)]
    found["gltf"] = rows("extension", SUPPORTED_EXTENSIONS)
    head = "| element | names | differs |\n|---|---|---|\n"
    return {name: head + "\n".join(lines) + "\n" for name, lines in found.items()}


def page_with_tables(text: str) -> str:
    """The page with its tables replaced."""
    generated = tables()
    return MARKED.sub(lambda match: match[1] + generated[match[2]] + match[3], text)


def main() -> None:
    """Rewrite the page."""
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
