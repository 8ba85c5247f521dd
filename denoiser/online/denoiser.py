"""Online denoiser: a network, its averaged weights and the history of earlier frames.

Host code. Nothing here synchronises with the device.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from denoiser.features import to_image
from denoiser.networks.build import build_network
from denoiser.online.inputs import new_inputs
from denoiser.online.pretrained import has_pretrained
from denoiser.online.pretrained import load_pretrained
from denoiser.precision import autocast
from denoiser.presets import PRESETS
from denoiser.presets import Preset
from denoiser.settings import DenoiserSettings
from denoiser.settings import Init
from denoiser.temporal.examples import Examples
from denoiser.tensors import strip_prefix
from denoiser.training.cuda_graph import CapturedFunction
from denoiser.training.ema import WeightAverage
from denoiser.training.losses import OBJECTIVES
from denoiser.training.losses import Objective
from renderer.frame import FramePair

WEIGHTS = "weights."
AVERAGE = "average."


class Denoiser:
    """Denoises frames in order.

        denoiser = Denoiser(DenoiserSettings(), "cuda")
        for pair in frames:
            examples = denoiser.begin_frame(pair)    # training examples
            image = denoiser.end_frame()             # (H, W, 3) linear radiance

    A pair must not be modified after it was passed in.
    """

    def __init__(self, settings: DenoiserSettings, device: torch.device | str) -> None:
        """Build the network with the initial weights of `settings`, on `device`."""
        self.device = torch.device(device)
        self._settings = settings
        self.reset()

    def reset(self) -> None:
        """Return to the initial weights of the settings and discard all frames."""
        settings = self._settings
        self.init = settings.init
        """Initial weights of the current network; `settings.init` applies at the next reset."""
        self.network = build_network(settings.network, settings.seed, self.device)
        if self.is_pretrained:
            load_pretrained(self.network, settings.network)
        self.average = WeightAverage(self.network, self.preset.average_decay)
        """Running mean of the weights, which is used to denoise."""
        self._images = CapturedFunction(self._denoise, self.device)
        self.forget_history()

    @property
    def settings(self) -> DenoiserSettings:
        """Current settings."""
        return self._settings

    @property
    def preset(self) -> Preset:
        """Architecture and training recipe of the network."""
        return PRESETS[self._settings.network]

    @property
    def is_pretrained(self) -> bool:
        """True if the initial weights were pretrained."""
        return self.init is Init.PRETRAINED and has_pretrained(self._settings.network)

    @property
    def objective(self) -> Objective:
        """Loss and tone map of the settings."""
        objective = OBJECTIVES[self._settings.loss]
        # Kernel-predicting networks output radiance directly.
        return objective if self.preset.kernels is None else objective.for_radiance_output()

    @property
    def graph_failure(self) -> str | None:
        """Reason why capturing inference in a CUDA graph failed, None if it did not fail."""
        return self._images.failure

    def change(self, settings: DenoiserSettings) -> None:
        """Change the settings, but not the network; seed and init apply at the next reset.

        Raises:
            ValueError: `settings.network` differs, which needs a new denoiser.
        """
        before = self._settings
        if settings.network is not before.network:
            raise ValueError(f"network {settings.network.value} needs a new trainer")
        self._settings = settings
        is_other_input = settings.loss is not before.loss
        if is_other_input or settings.precision is not before.precision:
            self._images.forget()
        is_other_history = settings.has_history is not before.has_history
        if is_other_history or (is_other_input and self.preset.kernels is None):
            self.forget_history()

    def forget_history(self) -> None:
        """Discard the history, for example after a cut to another scene."""
        self._inputs = new_inputs(self._settings)
        self._frame: tuple[FramePair, Examples] | None = None

    def begin_frame(self, pair: FramePair) -> Examples:
        """Network inputs and targets of a frame, a -> b and b -> a; computed once per pair."""
        if self._frame is None or self._frame[0] is not pair:
            self._frame = (pair, self._inputs.examples(pair))
        return self._frame[1]

    def end_frame(self) -> torch.Tensor:
        """(H, W, 3) denoised linear radiance >= 0 of the frame last passed to `begin_frame`.

        The U-Net denoises each half and the image is their mean. Kernel-predicting networks denoise
        both halves combined, and blend in the mean of the noisy frames while the camera is static.
        """
        assert self._frame is not None, "no frame was begun"
        inputs = self._inputs.to_denoise(self._frame[1].inputs)
        # One input at a time: for large frames the network needs gigabytes of memory.
        return self._inputs.combined([self._images(each) for each in inputs.split(1)])

    def denoise(self, pair: FramePair) -> torch.Tensor:
        """(H, W, 3) denoised linear radiance >= 0 of a frame."""
        self.begin_frame(pair)
        return self.end_frame()

    @property
    def exposure(self) -> torch.Tensor | None:
        """Scalar exposure as long as it is not final, else None.

        It is final from the first lit frame on. Code that reads tensors of a frame from the device
        should also read this one and pass it to `confirm_exposure`.
        """
        history = self._inputs.history
        is_open = history is not None and not history.is_exposed and self._frame is not None
        return history.exposure if history is not None and is_open else None

    def confirm_exposure(self, exposure: float) -> None:
        """Report the exposure's value read from the device; with light in the frame it is final."""
        if self._inputs.history is not None:
            self._inputs.history.confirm(exposure)

    def state(self) -> dict[str, torch.Tensor]:
        """Weights and averaged weights by name, not copied."""
        tensors = {WEIGHTS + name: value for name, value in self.network.state_dict().items()}
        return tensors | {AVERAGE + name: value for name, value in self.average.state().items()}

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Copy values returned by `state()` for the same network."""
        self.network.load_state_dict(strip_prefix(tensors, WEIGHTS))
        self.average.restore(strip_prefix(tensors, AVERAGE))
        self.init = self._settings.init

    @torch.no_grad()
    def _denoise(self, network_input: torch.Tensor) -> torch.Tensor:
        """(H, W, 3) radiance from (1, C, H, W) inputs, with the averaged weights."""
        with autocast(self._settings.precision, self.device):
            output = self.average.network(network_input)
        return to_image(self.objective.radiance(output))
