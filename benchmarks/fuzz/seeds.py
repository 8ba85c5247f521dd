"""Seed files: small valid files of every reader, made here or taken from `tests/cases`.

Host code.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fuzz.data_seeds import DATA_SEEDS
from benchmarks.fuzz.gltf_seeds import GLTF_SEEDS
from benchmarks.fuzz.image_seeds import CASES
from benchmarks.fuzz.image_seeds import IMAGE_SEEDS
from benchmarks.fuzz.mesh_seeds import MESH_SEEDS

FILE_NAME = re.compile(
    r'"((?:\.\./)?[\w./-]+\.(?:obj|mtl|ply|png|exr|hdr|pfm|tif|xml|spd|pbrt|serialized|txt|gz))"'
)
SCENE_FOLDERS = ("mitsuba", "plugins", "spectra", "images", "meshes")
"""Folders of `tests/cases` with Mitsuba scenes."""
REFUSED = ("reflectance_above_1_as_rgb.xml", "scene_radiance_without_format_line.xml")
"""Scenes that test a refusal."""


@dataclass(frozen=True)
class Seed:
    """A valid input: a file, and the files that it refers to."""

    folder: str
    """Folder of the files below the root of all seeds."""
    files: tuple[str, ...]
    """Paths in that folder; the reader opens the first."""


def write_seeds(root: Path, readers: Iterable[str]) -> dict[str, tuple[Seed, ...]]:
    """Write the seeds of `readers` below `root`."""
    found = {}
    for reader in readers:
        (root / reader).mkdir(parents=True)
        found[reader] = tuple(SEEDS[reader](root / reader))
    return found


def _written(write: Callable[[Path], None]) -> Callable[[Path], list[Seed]]:
    """Seeds of a function that writes a folder with a main file for each.

    The main file is `main.*` (of bursts that in folder a) or `views.json`.
    """

    def seeds(folder: Path) -> list[Seed]:
        write(folder)
        found = []
        mains = [*folder.rglob("main.*"), *folder.rglob("views.json")]
        for main in sorted(path for path in mains if path.parent.name != "b"):
            base = main.parent.parent if main.parent.name == "a" else main.parent
            files = (path for path in sorted(base.rglob("*")) if path.is_file() and path != main)
            names = [str(path.relative_to(base)) for path in (main, *files)]
            found.append(Seed(f"{folder.name}/{base.relative_to(folder)}", tuple(names)))
        return found

    return seeds


def _mitsuba(folder: Path) -> list[Seed]:
    """Scenes of `tests/cases` with the files that they name, and one with each plugin."""
    found = _cases(folder, SCENE_FOLDERS, ".xml")
    # A quarter of all draws takes the scene with each plugin.
    return found + _written(MESH_SEEDS["mitsuba"])(folder) * (len(found) // 3)


def _cases(folder: Path, names: Iterable[str], suffix: str) -> list[Seed]:
    """Scenes in the folders `names` of `tests/cases`, with the files that they name."""
    found = []
    for name in names:
        shutil.copytree(CASES / name, folder / name)
        for main in sorted((folder / name).glob(f"*{suffix}")):
            if main.name in REFUSED:
                continue
            used = FILE_NAME.findall(main.read_text())
            places = [main.parent, main.parent / "lib"]
            files = [place / file for file in used for place in places if (place / file).is_file()]
            paths = [str(path.relative_to(folder / name)) for path in (main, *files)]
            found.append(Seed(f"{folder.name}/{name}", tuple(paths)))
    return found


SEEDS: dict[str, Callable[[Path], list[Seed]]] = {
    name: _written(write)
    for name, write in {**MESH_SEEDS, **GLTF_SEEDS, **IMAGE_SEEDS, **DATA_SEEDS}.items()
} | {"mitsuba": _mitsuba, "pbrt": lambda folder: _cases(folder, ["pbrt"], ".pbrt")}
"""Function that writes the seeds of each reader into a folder."""
