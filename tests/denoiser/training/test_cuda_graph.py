"""CUDA graphs: captured functions read no values on the host and give the uncaptured results.

Host code. Host reads are the same on any device, so they are tested on the CPU; comparing captured
with uncaptured steps needs a GPU.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from denoiser.online.trainer import Trainer
from denoiser.settings import LEARNING_RATES
from denoiser.settings import DenoiserSettings
from denoiser.settings import LossName
from denoiser.settings import NetworkName
from denoiser.training.cuda_graph import WARM_UPS
from denoiser.training.cuda_graph import CapturedFunction
from renderer.frame import FramePair
from renderer.frame import Half
from tests.denoiser.synthetic import HERE
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair

CLEAN = clean_half(48, 40)
PAIR = noisy_pair(CLEAN, seed=1)
BESIDE = replace(HERE, position=(0.02, 0.0, 0.0))
CASES = [
    *((network, LossName.HDR_TONED_INPUT) for network in NetworkName),
    *((network, loss) for network in (NetworkName.UNET, NetworkName.FAST) for loss in LossName),
]

# Operators that make the host wait for the device: reading a value, counting nonzero elements, and
# copying tensors made from Python numbers to the device.
WAITS = ("aten._local_scalar_dense", "aten.nonzero", "aten.lift_fresh", "aten.masked_select")


class HostReads(TorchDispatchMode):
    """Collects the names of operators that would make the host wait for a GPU."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        name = str(func)
        places = args[1] if name.startswith("aten.index") else ()
        by_mask = isinstance(places, (list, tuple)) and any(
            place is not None and place.dtype == torch.bool for place in places
        )
        if by_mask or name.startswith(WAITS):
            self.found.append(name)
        return func(*args, **(kwargs or {}))


def settings(network: NetworkName, loss: LossName = LossName.HDR_TONED_INPUT) -> DenoiserSettings:
    rate = LEARNING_RATES[network]
    return DenoiserSettings(network=network, loss=loss, learning_rate=rate, crop=32)


@pytest.mark.parametrize(("network", "loss"), CASES)
def test_training_step_and_denoising_read_nothing_on_the_host(
    network: NetworkName, loss: LossName
) -> None:
    trainer = Trainer(settings(network, loss), "cpu")
    examples = trainer.denoiser.begin_frame(PAIR)
    with HostReads() as reads:
        trainer.step_on(examples)
        trainer.step_on(examples, rate=0.5)
        trainer.denoiser.denoise(PAIR)
    assert reads.found == []


def test_denoising_with_history_does_not_wait_for_the_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """This work is not captured, but a wait in it would delay every step that follows.

    The camera's values are copied asynchronously; two functions that differ on a CPU are replaced.
    """
    everything, one = torch.arange(2 * 48 * 40), torch.ones(())
    monkeypatch.setattr("denoiser.temporal.reprojection._pixels_of", lambda is_asked: everything)
    monkeypatch.setattr("denoiser.temporal.accumulation._exposure", lambda smooth, earlier: one)
    trainer = Trainer(settings(NetworkName.FAST), "cpu")
    trainer.denoiser.denoise(replace(PAIR, pose=HERE))
    with HostReads() as reads:
        trainer.denoiser.denoise(replace(noisy_pair(CLEAN, seed=2), pose=BESIDE))
    assert set(reads.found) <= {"aten.lift_fresh.default"}, reads.found


@pytest.mark.parametrize(
    "work",
    [
        lambda x: x * x.max().item(),
        lambda x: x * torch.tensor(2.0),
        lambda x: x if x.sum() > 0 else -x,
        lambda x: x[x > 0].sum(),
    ],
)
def test_host_read_detector_finds_planted_reads(
    work: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    with HostReads() as reads:
        work(torch.ones(3))
    assert reads.found


def test_captured_function_runs_uncaptured_on_a_cpu() -> None:
    replay = CapturedFunction(lambda a, b: a + b, torch.device("cpu"))
    for turn in range(WARM_UPS + 2):
        assert replay(torch.tensor(turn), torch.tensor(1)) == turn + 1
    assert not replay.is_captured and replay.failure is None


def on_gpu(pair: FramePair) -> FramePair:
    a, b = (Half(*(image.cuda() for image in half.images())) for half in (pair.a, pair.b))
    return replace(pair, a=a, b=b)


class OneByOne(Trainer):
    """Trainer that captures no CUDA graphs."""

    def reset(self) -> None:
        super().reset()
        self._updates = CapturedFunction(self._update, torch.device("cpu"))
        self._captured = CapturedFunction(self._denoise, torch.device("cpu"))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("network", list(NetworkName))
def test_captured_training_matches_uncaptured_training(network: NetworkName) -> None:
    """Also after changes of rate and crop, after a loss that is not finite, and after a reset."""
    pair = on_gpu(PAIR)
    broken = replace(pair, b=replace(pair.b, color=torch.full_like(pair.b.color, 1e30)))
    trainers = (OneByOne(settings(network), "cuda"), Trainer(settings(network), "cuda"))
    for _ in range(2):
        losses: list[list[float]] = []
        images = []
        for trainer in trainers:
            trainer.reset()
            trainer.denoiser.forget_history()
            losses.append([])
            for rate, crop, frame in ((1e-4, 32, pair), (1e-3, 32, broken), (1e-4, 24, pair)):
                trainer.change(replace(trainer.settings, learning_rate=rate, crop=crop))
                losses[-1] += [loss.item() for loss in trainer.train(frame)]
                image = trainer.denoiser.denoise(frame)
            images.append(image)
        assert [trainer.launches for trainer in trainers] == ["one by one", "recorded"]
        assert losses[1] == pytest.approx(losses[0], rel=0.02, nan_ok=True)
        torch.testing.assert_close(images[1], images[0], rtol=0.05, atol=0.02)
        # Only L_HDR overflows, and only where the broken half is the target.
        expected = 4 if network is NetworkName.UNET else 0
        assert [int(trainer.skipped_count) for trainer in trainers] == [expected, expected]
