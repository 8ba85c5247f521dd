"""Materials of pbrt files as records, one for each combination with an opacity and an emission.

Host code. All of pbrt's surfaces scatter on both sides.
"""

from __future__ import annotations

from dataclasses import replace

from scenes.model.description import UnusablePart
from scenes.model.materials import Blend
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.textures import ImageTexture
from scenes.model.textures import Scalar
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Spectrum
from scenes.model.textures import inverted
from scenes.pbrt.bsdfs import bsdf_of
from scenes.pbrt.parser.element import Element
from scenes.pbrt.parser.world import World
from scenes.pbrt.textures import Textures

DEFAULT = Material(name="default")
"""pbrt's material without a Material statement: diffuse, reflectance 0.5."""
INVISIBLE = Material(Diffuse((0.0, 0.0, 0.0)), opacity=0.0, name="interface")
MODIFIERS = {
    "mix": "of opaque materials, or of one with `interface`",
    "interface": "invisible: media are not supported",
}
"""Materials besides those of `scenes.pbrt.bsdfs`, and what differs."""
Key = tuple[Element | str | None, Scalar, Spectrum | None]
"""Material, opacity, and emission of both sides."""


class MaterialList:
    """Materials in the order of their first use."""

    def __init__(self, world: World, textures: Textures) -> None:
        self.world = world
        self.textures = textures
        self.materials: list[Material] = []
        self.indices: dict[Key, int] = {}
        self.built: dict[Element | str, Material] = {}
        self.unfinished: set[Element] = set()
        """Materials that are being built, to find mixes that refer to themselves."""

    def index(
        self, source: Element | str | None, opacity: Scalar = 1.0, emission: Spectrum | None = None
    ) -> int:
        """Index of a material, its name or None for the default.

        `opacity` is that of the shape; `emission`, if any, is emitted by both sides.
        """
        key = (source, opacity, emission)
        if key not in self.indices:
            material = self.material(source)
            if not (isinstance(opacity, float) and opacity == 1.0):
                material = replace(material, opacity=opacity)
            if emission is not None:
                material = replace(material, emission=emission, is_lamp=True)
            self.materials.append(material)
            self.indices[key] = len(self.materials) - 1
        return self.indices[key]

    def is_invisible(self, source: Element | str | None) -> bool:
        """Whether a material is pbrt's `interface`, which only bounds media."""
        return self.material(source) is INVISIBLE

    def material(self, source: Element | str | None) -> Material:
        """The material of an element or name; grey, with a note, if it cannot be used."""
        if source is None:
            return DEFAULT
        if source not in self.built:
            self.built[source] = self._material(source)
        return self.built[source]

    def _material(self, source: Element | str) -> Material:
        element = self.world.materials.get(source) if isinstance(source, str) else source
        if element is None:
            self.world.note(f"{self.world.reader.path}: no material {source!r}; grey is used")
            return DEFAULT
        if isinstance(source, str):
            return self.material(element)
        if element in self.unfinished:
            element.note("refers to itself; grey is used")
            return DEFAULT
        self.unfinished.add(element)
        try:
            material = self._converted(element)
        except UnusablePart as problem:
            self.world.note(f"{problem}; grey is used")
            return replace(DEFAULT, name=element.name)
        finally:
            self.unfinished.remove(element)
        element.note_unused()
        return material

    def _converted(self, element: Element) -> Material:
        if element.kind in ("interface", "none", ""):
            return INVISIBLE
        if element.kind == "mix":
            return self._mix(element)
        bsdf = bsdf_of(element, self.textures)
        if bsdf is None:
            raise element.unusable("unsupported material")
        return Material(
            bsdf=bsdf,
            normal_map=self.textures.images.normal_map(element),
            has_fixed_bitangent=True,
            bump=self._bump(element),
            name=element.name,
        )

    def _mix(self, element: Element) -> Material:
        """`amount` is the fraction of the second material; with an `interface` it is an opacity."""
        found = element.find("materials")
        names = () if found is None else found.texts
        if len(names) != 2:
            raise element.unusable("materials: two names of other materials are needed")
        first, second = (self.material(name) for name in names)
        amount = self.textures.scalar(element, "amount", 0.5)
        if first is INVISIBLE:
            return INVISIBLE if second is INVISIBLE else replace(second, opacity=amount)
        if second is INVISIBLE:
            return replace(first, opacity=inverted(amount))
        if first.opacity != 1.0 or second.opacity != 1.0:
            element.note("a mix of a mix with an interface is not supported, it is opaque")
        return Material(Blend(first, second, amount), name=element.name)

    def _bump(self, element: Element) -> ScalarTexture | None:
        """Height from `displacement`, None without one or where it is constant."""
        height = self.textures.scalar(element, "displacement", 0.0)
        if not isinstance(height, ScalarTexture):
            return None
        if not isinstance(height.texture, ImageTexture):
            element.note("displacement: only an image displaces, the surface is left smooth")
            return None
        return height
