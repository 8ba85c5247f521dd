"""Trainings of each offline study.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace

import torch

from app.offline.data import OfflineData
from app.offline.data import read_offline_data
from app.settings.offline_options import OfflineOptions
from app.settings.offline_options import Study
from denoiser.errors import DataError
from denoiser.restoration.batch import CorruptedImages
from denoiser.restoration.capture_budget import BUDGET_CASES
from denoiser.restoration.capture_budget import SIGMA
from denoiser.restoration.capture_budget import BudgetPairs
from denoiser.restoration.corruptions.gaussian import BROWN_BANDWIDTHS
from denoiser.restoration.dataset import Progress
from denoiser.restoration.settings import RestorationLoss
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.settings import TargetKind

IMPULSE_LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)  # fractions of corrupted pixels, three trainings at each


@dataclass(frozen=True, eq=False)
class Member:
    """One training of a study."""

    label: str
    """Name in the plot's legend."""
    name: str
    """Name of its folder."""
    settings: RestorationSettings
    data: OfflineData
    level: float | None = None
    """Position on the plot's x axis; None: the x axis is the iteration."""


def plan_study(options: OfflineOptions, device: torch.device, progress: Progress) -> list[Member]:
    """All trainings of the requested study. DataError if the data cannot be used."""
    assert options.study is not None
    return PLANS[options.study](options, device, progress)


def _convergence(options: OfflineOptions, device: torch.device, progress: Progress) -> list[Member]:
    """Figure 1a: sigma 25, noisy and clean targets."""
    settings = replace(options.training, task="gaussian", level=25.0, loss=RestorationLoss.L2)
    data = _read_data(options, settings, device, progress)
    return [
        Member(f"{targets.value} targets", targets.value, replace(settings, targets=targets), data)
        for targets in TargetKind
    ]


def _brown(options: OfflineOptions, device: torch.device, progress: Progress) -> list[Member]:
    """Figure 1b: noisy targets, white noise and five bandwidths."""
    settings = replace(options.training, task="brown", loss=RestorationLoss.L2)
    data = _read_data(options, settings, device, progress)
    source = data.source
    assert isinstance(source, CorruptedImages)
    members = []
    for bandwidth in (0.0, *BROWN_BANDWIDTHS):
        label = f"{bandwidth:g} pixels" if bandwidth else "white"
        members.append(
            Member(
                label,
                f"bandwidth-{bandwidth:g}",
                replace(settings, level=bandwidth),
                replace(data, source=replace(source, level=bandwidth)),
            )
        )
    return members


def _capture_budget(
    options: OfflineOptions, device: torch.device, progress: Progress
) -> list[Member]:
    """Figure 1c: three ways to spend 2,000 exposures."""
    settings = replace(options.training, task="gaussian", level=SIGMA, loss=RestorationLoss.L2)
    data = _read_data(options, settings, device, progress)
    source = data.source
    assert isinstance(source, CorruptedImages)
    wanted = max(case.image_count for case in BUDGET_CASES)
    if len(source.images) < wanted:
        raise DataError(
            f"--study capture-budget needs --train-data with {wanted} images,"
            f" there are {len(source.images)}"
        )
    members = []
    for number, case in enumerate(BUDGET_CASES, 1):
        pairs = BudgetPairs(source.images, case, settings.crop, settings.seed)
        members.append(Member(case.label, f"case-{number}", settings, replace(data, source=pairs)))
    return members


def _corruption_level(
    options: OfflineOptions, device: torch.device, progress: Progress
) -> list[Member]:
    """Figure 5: impulse noise, L1 and L0 on noisy targets, and clean targets, at each level."""
    settings = replace(options.training, task="impulse")
    data = _read_data(options, settings, device, progress)
    source = data.source
    assert isinstance(source, CorruptedImages)
    members = []
    for level in IMPULSE_LEVELS:
        at_level = replace(data, source=replace(source, level=level))
        for label, loss, targets in (
            ("L0", RestorationLoss.L0, TargetKind.NOISY),
            ("L1", RestorationLoss.L1, TargetKind.NOISY),
            ("clean", RestorationLoss.L2, TargetKind.CLEAN),
        ):
            member = replace(settings, level=level, loss=loss, targets=targets)
            members.append(Member(label, f"{label}-{level:g}", member, at_level, level))
    return members


def _read_data(
    options: OfflineOptions,
    settings: RestorationSettings,
    device: torch.device,
    progress: Progress,
) -> OfflineData:
    return read_offline_data(replace(options, training=settings), device, progress, True)


PLANS: dict[Study, Callable[[OfflineOptions, torch.device, Progress], list[Member]]] = {
    Study.CONVERGENCE: _convergence,
    Study.BROWN: _brown,
    Study.CAPTURE_BUDGET: _capture_budget,
    Study.CORRUPTION_LEVEL: _corruption_level,
}
