"""Options of the offline mode, as the command line gives them.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from enum import Enum
from pathlib import Path

from app.settings.montecarlo_options import ViewOptions
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.settings import Targets


class Stage(Enum):
    """Part of an offline task."""

    RENDER = "render"
    """Make the data: of the task `montecarlo` only."""
    TRAIN = "train"
    EVALUATE = "evaluate"
    DENOISE = "denoise"
    ALL = "all"
    """Render where there are scenes and no data, train, evaluate."""


class Study(Enum):
    """An experiment of the paper over several offline trainings."""

    CONVERGENCE = "convergence"
    """Figure 1a: noisy against clean targets over iterations."""
    BROWN = "brown"
    """Figure 1b: white noise and five widths of brown noise."""
    CAPTURE_BUDGET = "capture-budget"
    """Figure 1c: 2,000 exposures spent in three ways."""
    CORRUPTION_LEVEL = "corruption-level"
    """Figure 5: L1 and L0 against clean targets over the share of corrupted pixels."""


TARGETS = (*(targets.value for targets in Targets), "both")
"""Choices of `--targets`."""


@dataclass(frozen=True)
class OfflineOptions:
    """Everything an offline task may need."""

    training: RestorationSettings
    """How the network is trained."""
    views: ViewOptions | None = None
    """Of the task `montecarlo`, which restores scenes; None: any other task."""
    stage: Stage = Stage.ALL
    study: Study | None = None
    """Instead of a stage."""
    targets: tuple[Targets, ...] = (Targets.NOISY,)
    """Both: two networks side by side on the same inputs."""
    train_data: Path | None = None
    """Folder or file; None: the photographs that scikit-image ships."""
    test_data: dict[str, Path] = field(default_factory=dict)
    """Test sets by name."""
    inputs: tuple[Path, ...] = ()
    """Pictures or folders to denoise."""
    checkpoints: tuple[Path, ...] = ()
    """Trained networks to evaluate or denoise with."""
    has_baseline: bool = False
    """Also measure the classic restoration."""
    is_rounded: bool = False
    """Round restored pictures to 8 bits before they are measured, as the authors' code does."""
    level: float | None = None
    """Level of the test's corruption, None for the paper's."""
