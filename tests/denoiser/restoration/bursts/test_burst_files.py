"""Bursts of the user's noisy images: both folder layouts, ordered pairs, warnings and errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from denoiser.errors import DataError
from denoiser.restoration.bursts.burst_files import read_bursts
from denoiser.restoration.bursts.pairs import BurstPairs
from denoiser.restoration.sample_images import default_test


def noisy(seed: int, shift: int = 0, size: int = 160) -> Image.Image:
    """Crop of a photograph, shifted `shift` pixels to the right, with Gaussian noise by `seed`."""
    clean = default_test(3).pixels[0].numpy()[100 : 100 + size, 100 - shift : 100 - shift + size]
    noise = np.random.default_rng(seed).normal(0, 25, clean.shape)
    return Image.fromarray((clean + noise).clip(0, 255).astype(np.uint8))


def write(path: Path, image: Image.Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def test_two_folders_are_paired_by_equal_file_names(tmp_path: Path) -> None:
    for index, side in enumerate("ab"):
        for name in ("x.png", "y.png"):
            write(tmp_path / side / name, noisy(index))
    bursts = read_bursts(tmp_path, 3)
    assert bursts.names == ("x.png", "y.png") and bursts.pair_count == 4 and not bursts.notes


def test_one_folder_per_burst_gives_every_ordered_pair(tmp_path: Path) -> None:
    for frame in range(3):
        write(tmp_path / "one" / f"{frame}.png", Image.new("RGB", (40, 40), (frame * 50,) * 3))
    write(tmp_path / "two" / "a.png", Image.new("RGB", (50, 40), (200, 0, 0)))
    write(tmp_path / "two" / "b.png", Image.new("RGB", (50, 40), (220, 0, 0)))
    bursts = read_bursts(tmp_path, 3)
    assert bursts.pair_count == 8
    seen = set()
    for index in range(60):
        batch = BurstPairs(bursts, 32, 0).batch(index, 0, 4)
        assert batch.inputs.shape == (4, 3, 32, 32) and batch.clean_targets is None
        levels = [
            (side[:, 0, 0, 0] + 0.5).mul(255).round()
            for side in (batch.inputs, batch.noisy_targets)
        ]
        seen |= set(zip(*(level.int().tolist() for level in levels)))
    assert seen == {(a, b) for a in (0, 50, 100) for b in (0, 50, 100) if a != b} | {
        (200, 220),
        (220, 200),
    }


def test_crops_of_a_pair_have_the_same_position(tmp_path: Path) -> None:
    ramp = np.arange(64 * 64 * 3, dtype=np.uint32).reshape(64, 64, 3) % 251
    for side in "ab":
        write(tmp_path / side / "x.png", Image.fromarray(ramp.astype(np.uint8)))
    batch = BurstPairs(read_bursts(tmp_path, 3), 16, 1).batch(5, 0, 8)
    assert torch.equal(batch.inputs, batch.noisy_targets)


def test_moved_and_identical_frames_are_noted(tmp_path: Path) -> None:
    write(tmp_path / "moved" / "1.png", noisy(1))
    write(tmp_path / "moved" / "2.png", noisy(2, 4))
    write(tmp_path / "same" / "1.png", noisy(3))
    write(tmp_path / "same" / "2.png", noisy(3))
    notes = read_bursts(tmp_path, 3).notes
    assert len(notes) == 2
    assert "2.png: moved by up to 4" in notes[0] or "2.png: moved by up to 3." in notes[0]
    assert "identical" in notes[1]
    assert len(read_bursts(tmp_path, 3, is_aligned=True).notes) == 1


def test_training_and_test_bursts_do_not_overlap(tmp_path: Path) -> None:
    for index in range(10):
        for frame in range(2):
            write(tmp_path / f"b{index}" / f"{frame}.png", noisy(index * 2 + frame))
    train, test = read_bursts(tmp_path, 3).split(2)
    assert (len(train), len(test)) == (8, 2) and not set(train.names) & set(test.names)


@pytest.mark.parametrize("case", ["sizes", "partner", "single", "nothing", "small", "missing"])
def test_invalid_burst_folders_raise_one_line_errors(tmp_path: Path, case: str) -> None:
    folder = tmp_path / "data"
    if case != "missing":
        folder.mkdir()
    if case in ("sizes", "small"):
        sizes = (150, 150) if case == "small" else (160, 158)
        write(folder / "a" / "x.png", noisy(1, size=sizes[0]))
        write(folder / "b" / "x.png", noisy(2, size=sizes[1]))
    if case == "partner":
        write(folder / "a" / "x.png", noisy(1))
        write(folder / "b" / "y.png", noisy(2))
    if case == "single":
        write(folder / "one" / "x.png", noisy(1))
    with pytest.raises(DataError) as caught:
        read_bursts(folder, 3, min_side=155)
    assert "\n" not in str(caught.value) and str(folder) in str(caught.value)
