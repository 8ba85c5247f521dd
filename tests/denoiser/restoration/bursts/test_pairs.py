"""Training pairs of moved frames are as good as those of still ones, and better than unaligned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch

from denoiser.restoration.bursts.burst_files import Bursts
from denoiser.restoration.bursts.burst_files import read_bursts
from denoiser.restoration.bursts.error import burst_error
from denoiser.restoration.bursts.pairs import BurstPairs
from denoiser.restoration.pretrained import load_pretrained
from tests.denoiser.restoration.bursts.moved import clean_photograph
from tests.denoiser.restoration.bursts.moved import motion_matrix
from tests.denoiser.restoration.bursts.moved import moved
from tests.denoiser.restoration.bursts.moved import with_noise

SIZE = (288, 352)
NOISE = (25.0 / 255.0) ** 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One burst of three frames: the camera shifts, and turns by a degree."""
    folder = tmp_path_factory.mktemp("bursts") / "one"
    folder.mkdir()
    clean = clean_photograph(*SIZE)
    for number, (shift, turn) in enumerate((((0, 0), 0.0), ((5.4, -7.3), 0.0), ((-2, 3), 1.0))):
        frame = moved(clean, motion_matrix(SIZE, shift, turn))
        noisy = with_noise(frame, number).astype(np.float32)
        tifffile.imwrite(folder / f"{number}.tif", noisy, photometric="rgb")
    return folder.parent


@pytest.fixture(scope="module")
def bursts(folder: Path) -> Bursts:
    """The burst, aligned."""
    return read_bursts(folder, 3)


def test_targets_show_the_content_of_their_inputs(bursts: Bursts, folder: Path) -> None:
    def difference(source: Bursts) -> float:
        """Mean squared difference of inputs and targets."""
        total = count = 0.0
        for index in range(30):
            batch = BurstPairs(source, 96, 0).batch(index, 0, 4)
            seen = torch.ones(4, 1, 96, 96) if batch.observed is None else batch.observed.float()
            error = (batch.inputs - batch.noisy_targets).square().mean(1, keepdim=True)
            total, count = total + float((error * seen).sum()), count + float(seen.sum())
        return total / count

    # Independent noise of both frames, that of the target averaged between pixels.
    assert 1.7 * NOISE < difference(bursts) < 2.02 * NOISE
    assert difference(read_bursts(folder, 3, is_aligned=True)) > 2.5 * NOISE
    assert len(bursts.notes) == 2 and all("aligned to 0.tif" in note for note in bursts.notes)


def test_pixels_that_a_target_does_not_show_do_not_count(bursts: Bursts) -> None:
    burst = bursts.bursts[0]
    moved_frame = burst.aligned(0, 1, 0, 0, burst.size)
    planes, seen = moved_frame.planes, moved_frame.is_inside
    assert seen is not None and planes.shape == (3, *SIZE) and seen.shape == (1, *SIZE)
    assert not bool(seen[0, -5:].any()) and not bool(seen[0, :, :7].any())
    assert bool(seen[0, : SIZE[0] - 7, 9:].all())
    same = burst.aligned(0, 0, 10, 20, (30, 40))
    assert same.is_inside is None and same.noise_gain is None
    assert torch.equal(same.planes, burst.frames[0][10:40, 20:60].permute(2, 0, 1) - 0.5)


def test_the_error_of_a_network_is_estimated_from_moved_frames(bursts: Bursts) -> None:
    restorer = load_pretrained("photo", torch.device("cpu"))
    assert restorer is not None
    estimate = burst_error(restorer, bursts)
    clean = torch.from_numpy(clean_photograph(*SIZE)).permute(2, 0, 1).float() - 0.5
    restored = restorer.restore_images(bursts.bursts[0].frames[0].permute(2, 0, 1)[None] - 0.5)[0]
    true = float((restored - clean).square().mean())
    assert estimate.input_mean_square == pytest.approx(NOISE, rel=0.03)
    assert abs(estimate.mean_square - true) < 4.0 * estimate.standard_error + 0.05 * NOISE
