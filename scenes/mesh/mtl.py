"""MTL files: the materials of OBJ files.

Host code. The format describes Phong shading; each entry becomes the closest physical BSDF.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenes.images.chromaticities import REC_709
from scenes.images.chromaticities import xyz_of_rgb
from scenes.mesh.mtl_maps import ignored_options
from scenes.mesh.mtl_maps import is_number
from scenes.mesh.mtl_maps import map_channel
from scenes.mesh.mtl_maps import map_texture
from scenes.mesh.text import text_lines
from scenes.mesh.text import without_comment
from scenes.model.description import SceneError
from scenes.model.materials import BSDF
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Plastic
from scenes.model.textures import RGB
from scenes.model.textures import Channel
from scenes.model.textures import ImageTexture
from scenes.model.textures import Scalar
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Spectrum

Entry = dict[str, list[str]]
"""Keyword -> its arguments, for one material."""

WHITE: RGB = (1.0, 1.0, 1.0)
KNOWN_KEYWORDS = {
    *("illum", "Kd", "map_Kd", "Ks", "Ns", "Ni", "Pr", "Pm", "Tf"),
    *("d", "Tr", "map_d", "map_Tr", "Ke", "map_Ke", "norm", "map_Bump", "map_bump", "bump"),
    *("map_Pr", "map_Pm", "map_Ks", "map_Kn"),
    *("Ka", "map_Ka", "sharpness"),  # without meaning in path tracing
}
"""Keywords that cause no note: supported, or without meaning in path tracing."""
MAPS = {
    *("map_Kd", "map_d", "map_Tr", "map_Ke", "norm", "map_Kn", "map_Bump", "map_bump", "bump"),
    *("map_Pr", "map_Pm", "map_Ks"),
}
"""Keywords whose argument is an image file."""
PBR_KEYWORDS = {"Pr", "Pm", "map_Pr", "map_Pm"}
STAND_IN = ["0.5", "0.5", "0.5"]
"""Diffuse colour in place of a map that cannot be read."""
GREY_TOLERANCE = 8
"""Largest difference between the channels of a texel of 8 bits that counts as grey."""
GLASS_MODELS = (4, 6, 7, 9)
"""Illumination models that mean refraction or glass."""
MATTE_MODELS = (0, 1)
"""Illumination models without highlights."""
COLORS = ("Kd", "Ks", "Ke", "Tf")
NUMBERS = ("illum", "Ns", "Ni", "Pr", "Pm", "d", "Tr")


def read_mtl(path: Path, names: Collection[str]) -> tuple[dict[str, Material], tuple[str, ...]]:
    """Materials of a library that are in `names`, and notes on unsupported keywords."""
    if not os.path.isfile(path):
        raise SceneError(f"{path}: no such file")
    entries: dict[str, Entry] = {}
    entry: Entry = {}
    for line in text_lines(path):
        words = without_comment(line).split()
        if not words:
            continue
        if words[0] == "newmtl":
            entry = entries.setdefault(" ".join(words[1:]), {})
        else:
            entry[words[0]] = words[1:]
    used = {name: entry for name, entry in entries.items() if name in names}
    unread = sorted({keyword for entry in used.values() for keyword in entry} - KNOWN_KEYWORDS)
    notes = [f"{path.name}: not supported, ignored: {', '.join(unread)}"] if unread else []
    for entry in used.values():
        notes += [*_replace_bad_values(path, entry), *_drop_missing_maps(path, entry)]
    materials = {name: _material(path, name, entry) for name, entry in used.items()}
    return materials, tuple(dict.fromkeys(notes))


def _replace_bad_values(path: Path, entry: Entry) -> Iterator[str]:
    """Remove or clamp numbers and colours that cannot be used; yield a note for each."""
    for keyword in [key for key in entry if key in COLORS or key in NUMBERS]:
        try:
            if keyword in NUMBERS:
                _number(path, entry, keyword, 0.0)
                continue
            color = _color(path, entry, keyword, WHITE)
        except SceneError as error:
            del entry[keyword]
            if keyword == "Kd":
                entry["Kd"] = STAND_IN
            yield f"{error}; {'grey is used' if keyword == 'Kd' else 'it was left out'}"
            continue
        clamped = [min(max(value, 0.0), math.inf if keyword == "Ke" else 1.0) for value in color]
        if tuple(clamped) != color:
            entry[keyword] = [str(value) for value in clamped]
            yield f"{path.name}: {keyword}: {color} was clamped to {tuple(clamped)}"


def _drop_missing_maps(path: Path, entry: Entry) -> Iterator[str]:
    """Remove the maps whose image cannot be read; yield a note for each."""
    for keyword in [key for key in entry if key in MAPS]:
        try:
            map_texture(path, entry[keyword], is_srgb=False)
            for option in ignored_options(entry[keyword]):
                yield f"{path.name}: {keyword}: option {option} is not supported and was ignored"
        except SceneError as error:
            del entry[keyword]
            if keyword == "map_Kd" and "Kd" not in entry:
                entry["Kd"] = STAND_IN
            yield f"{path.name}: {keyword}: {error}; the map was left out"


def _material(path: Path, name: str, entry: Entry) -> Material:
    bsdf = _bsdf(path, entry)
    opacity = _opacity(path, entry)
    return Material(
        bsdf=bsdf,
        opacity=1.0 if isinstance(bsdf, Dielectric) and "map_d" not in entry else opacity,
        normal_map=_normal_map(path, entry),
        bump=_bump(path, entry),
        emission=_emission(path, entry),
        name=name,
    )


def _normal_map(path: Path, entry: Entry) -> ImageTexture | None:
    """Tangent-space normals of `norm`, or of a bump map that is not grey."""
    words = entry.get("norm") or entry.get("map_Kn")
    if words is None:
        words = _bump_words(entry)
        if words is None or _is_height(path, words):
            return None
    return map_texture(path, words, is_srgb=False)


def _bump(path: Path, entry: Entry) -> ScalarTexture | None:
    """Height map in scene units, times the factor of `-bm`."""
    words = _bump_words(entry)
    if words is None or not _is_height(path, words):
        return None
    texture = map_texture(path, words, is_srgb=False)
    factor = 1.0
    if "-bm" in words and is_number(words[words.index("-bm") + 1]):
        factor = float(words[words.index("-bm") + 1])
    return ScalarTexture(replace(texture, scale=(factor,) * 4), map_channel(words))


def _bump_words(entry: Entry) -> list[str] | None:
    return entry.get("map_Bump") or entry.get("map_bump") or entry.get("bump")


def _is_height(path: Path, words: list[str]) -> bool:
    """Whether a bump map is a height: a chosen channel, or an image without colours.

    Exporters store normal maps under `map_Bump`, too.
    """
    if "-imfchan" in words:
        return True
    texture = map_texture(path, words, is_srgb=False)
    rgb = texture.image.texels[..., :3].astype(int)
    return bool(np.ptp(rgb, axis=2).max() <= GREY_TOLERANCE)


def _dissolve(path: Path, entry: Entry) -> float:
    """Opacity: `d`, or 1 - `Tr` if only `Tr` is given."""
    if "Tr" in entry and "d" not in entry:
        return 1.0 - _number(path, entry, "Tr", 0.0)
    return _number(path, entry, "d", 1.0)


def _opacity(path: Path, entry: Entry) -> Scalar:
    """Opacity: of an image, the chosen channel; else its alpha if it has any; else luminance."""
    fraction = _dissolve(path, entry)
    if "map_Tr" in entry and "map_d" not in entry:
        clear = map_texture(path, entry["map_Tr"], is_srgb=False)
        return ScalarTexture(clear, map_channel(entry["map_Tr"]), is_inverted=True)
    if "map_d" not in entry:
        return fraction
    texture = map_texture(path, entry["map_d"], is_srgb=False)
    has_alpha = bool((texture.image.texels[..., 3] < 255).any())
    scaled = replace(texture, scale=(fraction,) * 4)
    default = Channel.ALPHA if has_alpha else Channel.LUMINANCE
    return ScalarTexture(scaled, map_channel(entry["map_d"], default))


def _emission(path: Path, entry: Entry) -> Spectrum | None:
    color = _color(path, entry, "Ke", (0.0, 0.0, 0.0))
    if "map_Ke" in entry:
        # As with map_Kd: a black factor would cancel the map.
        factor = color if max(color) > 0.0 else WHITE
        return map_texture(path, entry["map_Ke"], is_srgb=True, factor=factor, is_light=True)
    return color if max(color) > 0.0 else None


def _bsdf(path: Path, entry: Entry) -> BSDF:
    model = int(_number(path, entry, "illum", 2.0))
    # Exporters omit the colour where a map replaces it.
    diffuse = _color(path, entry, "Kd", WHITE if "map_Kd" in entry else (0.8, 0.8, 0.8))
    specular = _color(path, entry, "Ks", WHITE if "map_Ks" in entry else (0.0, 0.0, 0.0))
    if model in MATTE_MODELS:
        specular = (0.0, 0.0, 0.0)
    exponent = _number(path, entry, "Ns", 0.0)
    ior = _number(path, entry, "Ni", 1.5)
    # Beckmann width of a Phong lobe: alpha^2 = 2 / (n + 2) (Walter 2007, section 5.2).
    alpha = math.sqrt(2.0 / (max(exponent, 0.0) + 2.0))
    base = _base_color(path, entry, diffuse)
    if model in GLASS_MODELS and ior > 1.0 and _is_glass(path, entry):
        # `Tf` counts once for a ray that enters and leaves: each surface takes the square root.
        tint = _color(path, entry, "Tf", WHITE)
        through = [math.sqrt(max(value, 0.0)) for value in tint]
        return Dielectric(ior=ior, specular_transmittance=(through[0], through[1], through[2]))
    if not PBR_KEYWORDS.isdisjoint(entry):
        return MetallicRoughness(
            base, _scalar(path, entry, "Pm", 0.0), _scalar(path, entry, "Pr", 1.0)
        )
    if max(specular) > 0.0 and max(diffuse) == 0.0 and "map_Kd" not in entry:
        return Conductor(specular_reflectance=specular, alpha=alpha)
    if max(specular) > 0.0 and exponent > 1.0:
        coat: Spectrum = WHITE
        if "map_Ks" in entry:
            coat = map_texture(path, entry["map_Ks"], is_srgb=True)
        return Plastic(
            diffuse_reflectance=base,
            specular_reflectance=coat,
            ior=ior if ior > 1.0 else 1.5,
            alpha=alpha,
        )
    return Diffuse(reflectance=base)


def _scalar(path: Path, entry: Entry, keyword: str, default: float) -> Scalar:
    """The number `keyword`, times the luminance of `map_keyword` if there is one."""
    name = f"map_{keyword}"
    if name not in entry:
        return _number(path, entry, keyword, default)
    factor = _number(path, entry, keyword, 1.0)
    texture = map_texture(path, entry[name], is_srgb=False)
    return ScalarTexture(replace(texture, scale=(factor,) * 4), Channel.LUMINANCE)


def _is_glass(path: Path, entry: Entry) -> bool:
    """Whether a glass model means glass: exporters also use it for partial opacity."""
    return "Tf" in entry or not 0.5 < _dissolve(path, entry) < 1.0


def _base_color(path: Path, entry: Entry, diffuse: RGB) -> Spectrum:
    if "map_Kd" not in entry:
        return diffuse
    # Many exporters write a black colour beside a map; as a factor it would cancel the map.
    factor = diffuse if max(diffuse) > 0.0 else WHITE
    return map_texture(path, entry["map_Kd"], is_srgb=True, factor=factor)


def _number(path: Path, entry: Entry, keyword: str, default: float) -> float:
    words = entry.get(keyword)
    if words is None:
        return default
    # The only option before a number is `-halo`, as in "d -halo 0.5".
    if not words or not is_number(words[-1]):
        raise SceneError(f"{path}: {keyword}: not a number {' '.join(words)!r}")
    return float(words[-1])


def _color(path: Path, entry: Entry, keyword: str, default: RGB) -> RGB:
    words = entry.get(keyword)
    if words is None:
        return default
    if words[:1] == ["xyz"] and len(words) in (2, 4) and all(map(is_number, words[1:])):
        xyz = np.array([float(word) for word in (words[1:] if len(words) == 4 else words[1:] * 3)])
        red, green, blue = np.linalg.solve(xyz_of_rgb(REC_709), xyz).tolist()
        return red, green, blue
    if len(words) not in (1, 3) or not all(is_number(word) for word in words):
        raise SceneError(f"{path}: {keyword}: not a colour {' '.join(words)!r}")
    values = [float(word) for word in words]
    return (values[0], values[-2], values[-1]) if len(values) == 3 else (values[0],) * 3
