"""Compares every Mitsuba scene of a folder with Mitsuba's own picture of it.

    python -m benchmarks.compare_suite FOLDER --peer-python PYTHON --work DIR [--only TEXT ...]

PYTHON is that of an environment with mitsuba and numpy; `mitsuba_blocks.py` renders each scene
there, in a process of its own, and keeps the result in DIR. Hush renders the scene at the same size
and depth, and the image means and blocks are compared (`benchmarks.radiance_comparison`). Prints a
line per scene and the number of scenes of each verdict:

- invalid: Mitsuba does not load it either, or it is a fragment for inclusion
- agrees: means within 1 % or four standard errors, at most 2 % of the blocks visibly different
- noted: a different picture, and a note that says what was left out
- refused: an error of one line
- wrong: a different picture without any note, or a traceback
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from benchmarks.radiance_comparison import LIMIT
from benchmarks.radiance_comparison import compare
from renderer import backend
from renderer.renderer import IntegratorSettings
from renderer.renderer import Renderer
from scenes.loader import load_scene
from scenes.model.description import SceneError

WIDTH, SPP, DEPTH = 128, 64, 6
MEAN_TOLERANCE = 0.01  # of the image means
BLOCK_TOLERANCE = 0.02  # fraction of blocks that may differ visibly
PEER_TIMEOUT = 300  # seconds per scene


@dataclass
class Verdict:
    """Outcome of one scene."""

    scene: str
    verdict: str
    reason: str = ""
    ratio: float = 0.0
    blocks_visible: float = 0.0
    notes: tuple[str, ...] = ()


def scene_files(folder: Path) -> Iterator[Path]:
    """Complete scenes below a folder: files with a shape or an include, and a sensor."""
    for path in sorted(folder.rglob("*.xml")):
        if "include" not in path.parts and "fragments" not in path.parts:
            yield path


def peer_images(scene: Path, work: Path, python: str) -> list[np.ndarray] | str:
    """Mitsuba's two images, float64, or its error message."""
    name = "-".join(scene.with_suffix("").parts[-3:])
    images, failure = work / f"{name}.npz", work / f"{name}.txt"
    if failure.exists():
        return failure.read_text(encoding="utf-8")
    if not images.exists():
        script = Path(__file__).with_name("mitsuba_blocks.py")
        command = [python, str(script), str(scene), str(images)]
        command += ["--width", str(WIDTH), "--spp", str(SPP), "--max-depth", str(DEPTH)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PEER_TIMEOUT)
            error = done.stderr if done.returncode else ""
        except subprocess.TimeoutExpired:
            error = f"no result after {PEER_TIMEOUT} s"
        if error:
            failure.write_text(error, encoding="utf-8")
            return error
    with np.load(images) as file:
        return [file[key].astype(np.float64) for key in ("a", "b")]


def our_images(
    scene: Path, size: tuple[int, int], device: backend.Backend
) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Two images by Hush, (H, W, 3) float64, and the notes of the loader."""
    description = load_scene(str(scene), aspect=size[0] / size[1])
    settings = IntegratorSettings(spp=SPP, max_depth=DEPTH, rr_depth=DEPTH)
    frame = Renderer(description, device).render(description.camera, size, 0, settings)
    return [half.color.cpu().double().numpy() for half in (frame.a, frame.b)], description.notes


def judge(scene: Path, name: str, work: Path, python: str, device: backend.Backend) -> Verdict:
    """Render the scene in both renderers and compare."""
    peer = peer_images(scene, work, python)
    if isinstance(peer, str):
        lines = [line for line in peer.splitlines() if line.strip()]
        return Verdict(name, "invalid", lines[-1] if lines else "")
    height, width = peer[0].shape[:2]
    try:
        ours, notes = our_images(scene, (width, height), device)
    except SceneError as error:
        return Verdict(name, "refused", str(error))
    except Exception:  # a traceback is a fault whatever raised it
        return Verdict(name, "wrong", traceback.format_exc().splitlines()[-1])
    np.savez_compressed(work / f"{name.replace('/', '-')}-hush.npz", a=ours[0], b=ours[1])
    found = compare(ours, peer)
    ratio, noise = float(str(found["ratio"])), float(str(found["ratio_error"]))
    visible = float(str(found["blocks_visible"]))
    is_equal = abs(ratio - 1.0) < max(MEAN_TOLERANCE, LIMIT * noise)
    if is_equal and visible <= BLOCK_TOLERANCE:
        return Verdict(name, "agrees", "", ratio, visible, notes)
    return Verdict(name, "noted" if notes else "wrong", "", ratio, visible, notes)


def main() -> None:
    """Judge the scenes and print the verdicts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for the images")
    parser.add_argument("--only", nargs="+", default=[""], help="parts of the paths to take")
    parser.add_argument("--json", type=Path, help="write the verdicts here, too")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    device = backend.start("auto")
    verdicts = []
    for scene in scene_files(args.folder):
        name = str(scene.relative_to(args.folder).with_suffix(""))
        if not any(text in name for text in args.only) or is_fragment(scene):
            continue
        verdict = judge(scene, name, args.work, args.peer_python, device)
        verdicts.append(verdict)
        print(
            f"{verdict.verdict:8} {name} {verdict.ratio:.3f} {verdict.blocks_visible:.2f}"
            f" {verdict.reason} {' | '.join(verdict.notes)}",
            flush=True,
        )
    counts = Counter(verdict.verdict for verdict in verdicts)
    print(json.dumps(counts))
    if args.json:
        text = json.dumps([asdict(verdict) for verdict in verdicts], indent=1)
        args.json.write_text(text.replace(f"{args.folder}/", ""), encoding="utf-8")
    sys.exit(1 if counts["wrong"] else 0)


def is_fragment(path: Path) -> bool:
    """Whether the file is no scene: its root element is another one."""
    return ElementTree.parse(path).getroot().tag != "scene"


if __name__ == "__main__":
    main()
