"""Training and test data of the task `montecarlo`.

Host code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from app.settings.offline_options import OfflineOptions
from app.settings.offline_options import Stage
from denoiser.errors import DataError
from denoiser.rendered.batch import ViewCrops
from denoiser.rendered.dataset import View
from denoiser.rendered.dataset import scene_names
from denoiser.rendered.dataset import select_scenes
from denoiser.rendered.files import read_views
from denoiser.rendered.settings import ViewTraining
from denoiser.restoration.dataset import Progress
from denoiser.restoration.settings import TargetKind


@dataclass(frozen=True, eq=False)
class ViewData:
    """Views on the device; no scene is in both parts."""

    train: tuple[View, ...]
    test: tuple[View, ...]
    """All with clean images."""


def read_view_data(offline: OfflineOptions, device: torch.device, progress: Progress) -> ViewData:
    """Read the views; without test data the last scene of the training data is the test.

    DataError if views are unreadable or do not suffice for the stage.
    """
    train: tuple[View, ...] = ()
    test: tuple[View, ...] = ()
    for path in offline.test_data.values():
        test += read_views(path, progress)
    if offline.train_data is not None:
        train = read_views(offline.train_data, progress)
        names = scene_names(train)
        if not test:
            if len(names) < 2:
                raise DataError(f"{offline.train_data}: one scene only, a test needs another")
            test = select_scenes(train, names[-1:])
        train = select_scenes(train, [name for name in names if name not in scene_names(test)])
        if not train and offline.stage is not Stage.EVALUATE:
            raise DataError(f"{offline.train_data}: every scene is also in the test")
    elif not test or offline.stage is not Stage.EVALUATE:
        raise DataError("--task montecarlo needs --train-data, a folder of rendered views")
    test = tuple(view for view in test if view.clean is not None)
    if not test:
        raise DataError("the test needs views with clean images, rendered with --targets both")
    return ViewData(tuple(v.to(device) for v in train), tuple(v.to(device) for v in test))


def view_source(
    training: ViewTraining, views: Sequence[View], targets: tuple[TargetKind, ...]
) -> ViewCrops:
    """Source of training crops. DataError if clean targets are missing."""
    if TargetKind.CLEAN in targets:
        for view in views:
            if view.clean is None:
                raise DataError(f"{view.name} has no clean image: render with --targets both")
    return ViewCrops(views, training.denoiser)
