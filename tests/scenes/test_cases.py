"""Small scene files with known pictures: each property of a format that a reader must respect.

Host code, except where it renders. The folders of `tests/cases` hold the files and `expected.json`:
per file the right mean RGB, the means of blocks, or the file with an equal picture, or the refusal,
and the source of this; where the source is arguable, the decision.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renderer.backend import start
from renderer.renderer import IntegratorSettings
from renderer.renderer import Renderer
from scenes.loader import load_scene
from scenes.model.description import SceneError

CASES = Path(__file__).parents[1] / "cases"
EXPECTED = {
    path: case
    for file in sorted(CASES.glob("*/expected.json"))
    for path, case in (
        (file.parent / name, case)
        for name, case in json.loads(file.read_text(encoding="utf-8")).items()
    )
}
SIZE, SAMPLES, DEPTH = 32, 256, 8
BLOCK = 8  # pixels, side of the blocks that are compared with those of another picture


@cache
def rendered(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """(SIZE, SIZE, 3) float32 mean of SAMPLES samples per pixel, and the loader's notes."""
    scene = load_scene(str(path), aspect=1.0)
    settings = IntegratorSettings(spp=SAMPLES, max_depth=DEPTH, rr_depth=DEPTH)
    half = Renderer(scene, start("cpu")).render_half(scene.camera, (SIZE, SIZE), 0, 0, settings)
    return half.color.numpy(), scene.notes


def blocks(image: np.ndarray) -> np.ndarray:
    """Means of the blocks of BLOCK x BLOCK pixels."""
    count = SIZE // BLOCK
    means: np.ndarray = image.reshape(count, BLOCK, count, BLOCK, 3).mean(axis=(1, 3))
    return means


def assert_close(found: np.ndarray, right: np.ndarray, case: dict[str, Any]) -> None:
    limit = case.get("tolerance", 0.02) * np.abs(right) + 1e-3
    assert (np.abs(found - right) <= limit).all(), (found.tolist(), right.tolist())


@pytest.mark.parametrize("path", list(EXPECTED), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_case_has_the_right_picture(path: Path) -> None:
    case = EXPECTED[path]
    if "refused" in case:
        with pytest.raises(SceneError, match=re.escape(case["refused"])) as caught:
            load_scene(str(path))
        assert "\n" not in str(caught.value)
        return

    image, notes = rendered(path)

    if "mean" in case:
        assert_close(image.mean(axis=(0, 1)), np.array(case["mean"]), case)
    if "blocks" in case:
        assert_close(blocks(image), np.array(case["blocks"]), case)
    if "same_as" in case:
        other, _ = rendered(path.parent / case["same_as"])
        assert_close(blocks(image), blocks(other), case)
    assert any(case["note"] in note for note in notes) if "note" in case else not notes, notes


def test_comparison_detects_a_wrong_picture() -> None:
    path = CASES / "images" / "scene_texture_linear.xml"
    image, _ = rendered(path)

    with pytest.raises(AssertionError):
        assert_close(image.mean(axis=(0, 1)) * 1.03, np.array(EXPECTED[path]["mean"]), {})
