"""Offline tasks: corruption, loss and number of channels of each.

Host code. Lehtinen et al. 2018, sections 3.1, 3.2 and 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass

from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.bernoulli import Bernoulli
from denoiser.restoration.corruptions.camera import CameraNoise
from denoiser.restoration.corruptions.gaussian import BrownGaussian
from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.corruptions.impulse import Impulse
from denoiser.restoration.corruptions.kspace import UndersampledSpectrum
from denoiser.restoration.corruptions.poisson import Poisson
from denoiser.restoration.corruptions.text import TextOverlay
from denoiser.restoration.settings import PAIRS
from denoiser.restoration.settings import RestorationLoss


@dataclass(frozen=True)
class Task:
    """One restoration task."""

    name: str
    """Name of the task, as given to `--task`."""
    corruption: Corruption | None
    """Corruption of clean images; None: the user supplies noisy images."""
    loss: RestorationLoss
    """Loss whose minimiser is the statistic that the corruption preserves."""
    channels: int = 3
    """Default number of channels; 1: the images are always grey."""
    grey_fraction: float = 0.0
    """Fraction of RGB training examples made grey, so that grey photographs are restored, too."""
    has_orientation: bool = False
    """True: the corruption changes if the image is turned, or is not known."""

    @property
    def loses_pixels(self) -> bool:
        """True: lost pixels are black in all channels, all others are exactly those of the clean
        image.
        """
        return isinstance(self.corruption, Bernoulli)

    @property
    def keeps_mean(self) -> bool:
        """True: every image keeps its mean colour, up to the noise of the mean."""
        return isinstance(self.corruption, (WhiteGaussian, Poisson, CameraNoise))

    @property
    def is_scan(self) -> bool:
        """True: the task uses whole MRI slices instead of crops of photographs."""
        return isinstance(self.corruption, UndersampledSpectrum)


TASKS = {
    task.name: task
    for task in (
        Task("gaussian", WhiteGaussian(), RestorationLoss.L2),
        Task("brown", BrownGaussian(), RestorationLoss.L2),
        Task("poisson", Poisson(), RestorationLoss.L2),
        Task("bernoulli", Bernoulli(), RestorationLoss.L2),
        Task("text", TextOverlay(), RestorationLoss.L1, has_orientation=True),
        Task("impulse", Impulse(), RestorationLoss.L0),
        Task("mri", UndersampledSpectrum(), RestorationLoss.L2, channels=1, has_orientation=True),
        Task("photo", CameraNoise(), RestorationLoss.L2, grey_fraction=0.15),
        Task(PAIRS, None, RestorationLoss.L2, has_orientation=True),
    )
}
"""Every task by name."""
