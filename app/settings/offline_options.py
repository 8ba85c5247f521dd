"""Options of the offline mode.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from enum import Enum
from pathlib import Path

from app.settings.modes import RENDERED_VIEWS
from app.settings.modes import RESTORATION
from denoiser.option import group
from denoiser.option import option
from denoiser.rendered.settings import ViewTraining
from denoiser.restoration.settings import MONTECARLO
from denoiser.restoration.settings import SINGLE
from denoiser.restoration.settings import STACK
from denoiser.restoration.settings import TASK_NAMES
from denoiser.restoration.settings import UNTRAINED_TASKS
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.settings import TargetKind
from denoiser.restoration.stacks.pair_kind import PairKind
from denoiser.settings import Init


class Stage(Enum):
    """Part of an offline task."""

    RENDER = "render"
    """Render the views of the task `montecarlo`."""
    TRAIN = "train"
    EVALUATE = "evaluate"
    DENOISE = "denoise"
    ALL = "all"
    """Train, then evaluate; the task `montecarlo` renders first where no data is given."""


class Study(Enum):
    """An experiment of the paper over several offline trainings."""

    CONVERGENCE = "convergence"
    """Figure 1a: noisy against clean targets over iterations."""
    BROWN = "brown"
    """Figure 1b: white noise and five widths of brown noise."""
    CAPTURE_BUDGET = "capture-budget"
    """Figure 1c: 2,000 exposures spent in three ways."""
    CORRUPTION_LEVEL = "corruption-level"
    """Figure 5: L1 and L0 against clean targets over the fraction of corrupted pixels."""


SECONDS = {SINGLE: 45.0, STACK: 120.0}
"""Default time to train per image or array."""
BOTH = "both"
"""Choice of `--targets`: two networks side by side on the same inputs."""


def parse_targets(text: str) -> tuple[TargetKind, ...]:
    """The targets of each network to train. ValueError for an unknown name."""
    return (TargetKind.NOISY, TargetKind.CLEAN) if text == BOTH else (TargetKind(text),)


def parse_test_sets(texts: list[str]) -> dict[str, Path]:
    """Test sets by name from NAME=DIR or DIR, named by its last part. ValueError if invalid."""
    sets: dict[str, Path] = {}
    for text in texts:
        name, separator, path = text.partition("=")
        if not separator:
            name, path = Path(text).name, text
        if not name or not path or name in sets:
            raise ValueError(f"{text!r} is not NAME=DIR, or NAME is given twice")
        sets[name] = Path(path)
    return sets


@dataclass(frozen=True)
class OfflineOptions:
    """Task, stage and files of an offline run."""

    task: str = option(
        TASK_NAMES[0], "corruption to remove", choices=(*TASK_NAMES, SINGLE, STACK, MONTECARLO)
    )
    training: RestorationSettings = group(RestorationSettings, "offline", (RESTORATION,))
    views: ViewTraining | None = field(
        default=None, metadata=group(ViewTraining, "offline", (RENDERED_VIEWS,)).metadata
    )
    """Training of the task `montecarlo`; None: any other task."""
    views_per_scene: int = option(
        4, "montecarlo: views rendered of each scene", flag="views", low=1, modes=(RENDERED_VIEWS,)
    )
    stage: Stage = option(
        Stage.ALL, "part of the task; all: train, then evaluate; montecarlo: render first"
    )
    study: Study | None = option(
        None,
        "several trainings: the paper's figures 1a, 1b, 1c, 5 with --offline",
        default_text="",
        modes=(RESTORATION,),
    )
    targets: tuple[TargetKind, ...] = option(
        (TargetKind.NOISY,),
        "training targets; both: two networks side by side",
        choices=(*(targets.value for targets in TargetKind), BOTH),
        parse=parse_targets,
        default_text="noisy",
    )
    train_data: Path | None = option(
        None,
        "folder of images, pairs, bursts or scans",
        metavar="PATH",
        default_text="photographs of scikit-image",
    )
    test_data: dict[str, Path] = option(
        None,
        "test sets",
        takes_list=True,
        parse=parse_test_sets,
        metavar="NAME=DIR",
        default_text="two photographs of scikit-image; scans: every fifth subject",
    )
    inputs: tuple[Path, ...] = option(
        (),
        "files or folders to denoise",
        flag="input",
        takes_list=True,
        metavar="PATH",
        modes=(RESTORATION,),
    )
    checkpoints: tuple[Path, ...] = option(
        (),
        "trained networks to denoise with or to evaluate",
        flag="checkpoint",
        takes_list=True,
        metavar="FILE",
    )
    has_baseline: bool = option(
        False,
        "also measure BM3D, Anscombe + BM3D or the deep image prior (slow)",
        flag="baseline",
        modes=(RESTORATION,),
    )
    is_rounded: bool = option(
        False,
        "round restored images to 8 bits before they are measured, as the authors' code does",
        flag="round",
        modes=(RESTORATION,),
    )
    init: Init = option(
        None,
        "offline: start from the shipped weights, or from random ones",
        parse=Init,
        choices=("pretrained", "random"),
        default_text="single, stack: pretrained, else random",
        modes=(RESTORATION,),
    )
    seconds: float = option(
        None,
        "single, stack: training time per image or array",
        unit="seconds",
        low=0,
        default_text="single: 45, stack: 120",
        modes=(RESTORATION,),
    )
    pairs: PairKind = option(
        PairKind.RECORRUPTED,
        "stack: origin of the training pairs: noise added to and subtracted from a slice; a slice"
        " and its neighbours; two files of independent noise",
        modes=(RESTORATION,),
    )
    is_aligned: bool = option(
        False,
        "pairs: the frames of a burst are aligned; do not look for a motion",
        flag="aligned",
        modes=(RESTORATION,),
    )
    context: int = option(
        2,
        "stack: neighbours on each side that are seen with a slice; 0: none",
        low=0,
        modes=(RESTORATION,),
    )
    level: float | None = option(
        None, "noise level of the test", low=0, default_text="the paper's", modes=(RESTORATION,)
    )

    def __post_init__(self) -> None:
        """Replace None by an empty dict of test sets and by the task's own defaults."""
        if self.test_data is None:
            object.__setattr__(self, "test_data", {})
        if self.seconds is None:
            object.__setattr__(self, "seconds", SECONDS.get(self.task, SECONDS[SINGLE]))
        if self.init is None:
            own = Init.PRETRAINED if self.task in UNTRAINED_TASKS else Init.RANDOM
            object.__setattr__(self, "init", own)
