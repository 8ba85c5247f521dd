"""Pictures of one feature each, compared block by block with reference pictures by z-test."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.reference_pictures import CHECK_PASSES
from benchmarks.reference_pictures import CHECK_SPP
from benchmarks.reference_pictures import FOLDER
from benchmarks.reference_pictures import SCENES
from benchmarks.reference_pictures import block_scores
from benchmarks.reference_pictures import passes
from benchmarks.reference_pictures import read_reference

LIMIT = 6.0  # standard errors of a block; the variance of few passes is itself uncertain
MEAN_SQUARE = 3.0  # of all blocks' scores; 1.4 on average, with seven degrees of freedom


def differs(scores: np.ndarray) -> bool:
    """Whether the scores of a picture's blocks are beyond chance."""
    return bool(np.abs(scores).max() > LIMIT or (scores**2).mean() > MEAN_SQUARE)


@pytest.mark.parametrize("name", SCENES)
def test_picture_equals_its_reference(name: str) -> None:
    scores = block_scores(passes(name, CHECK_PASSES, CHECK_SPP, 0), read_reference(name))
    assert not differs(scores), (float(np.abs(scores).max()), float((scores**2).mean()))


def test_every_scene_has_one_reference() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {name.replace("/", "-") for name in SCENES}


@pytest.mark.parametrize("name", ["plugins/bumpmap", "plugins/mesh_attribute_vertex"])
def test_a_change_of_two_percent_is_detected(name: str) -> None:
    images = passes(name, CHECK_PASSES, CHECK_SPP, 0)
    assert differs(block_scores(images * 1.02, read_reference(name)))
    assert differs(block_scores(images * [1.03, 0.97, 1.0], read_reference(name)))
    darker = images.copy()
    darker[:, 24:40, 24:40] *= 0.9  # four blocks only
    assert differs(block_scores(darker, read_reference(name)))
