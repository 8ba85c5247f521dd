"""Denoisers: pretrained for a single frame, or trained online on the frames they denoise.

Host code. Images are (H, W, 3) float32 linear radiance: numpy arrays, or tensors where asked for.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import torch

from denoiser.online import checkpoint
from denoiser.online.denoiser import Denoiser
from denoiser.online.trainer import Trainer
from denoiser.option import typed
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from renderer.backend import choose_device
from renderer.frame import FramePair
from renderer.frame import Half

Image = np.ndarray | torch.Tensor


def denoise(
    pair: FramePair, network: str = "best", device: str = "auto", as_tensor: bool = False
) -> Image:
    """Denoise one frame with pretrained weights, without training or history.

    Args:
        network: best or fast.
        device: auto (CUDA if there is a device), cuda or cpu.
        as_tensor: return a tensor on the device instead of a numpy array.

    Raises:
        ValueError: the network is unknown or has no pretrained weights.
        BackendError: `device` is cuda, but there is no CUDA device.
    """
    denoiser = _pretrained(network, str(choose_device(device)))
    denoiser.forget_history()
    return _image(denoiser.denoise(_on(pair, denoiser.device)), as_tensor)


class OnlineDenoiser:
    """Denoiser that is trained on the noisy frames of a scene, in order.

    denoiser = hush.OnlineDenoiser("best")
    for camera in scene.camera_path(100):
        image = denoiser.step(renderer.render(camera))
    """

    def __init__(self, network: str = "best", *, device: str = "auto", **settings: Any) -> None:
        """
        Args:
            network: best or fast (filter kernels over accumulated frames), unet (the paper's).
            device: auto, cuda or cpu.
            settings: fields of `DenoiserSettings`: train_steps, crop, learning_rate, init, seed and
                others; enums by their values.

        Raises:
            ValueError: a setting is out of range. TypeError: there is no such setting.
        """
        wanted = DenoiserSettings(**typed(DenoiserSettings, {"network": network, **settings}))
        self._trainer = Trainer(wanted, choose_device(device))
        self.losses: list[float] = []
        """Loss of each training step of the last call of `step`."""

    @property
    def settings(self) -> DenoiserSettings:
        """Settings in use: those given, or those of the checkpoint last loaded."""
        return self._trainer.settings

    @property
    def step_count(self) -> int:
        """Training steps since the start or the last reset; `load` restores the saved count."""
        return self._trainer.step_count

    def step(self, pair: FramePair, as_tensor: bool = False) -> Image:
        """Train on a frame for `settings.train_steps` steps, denoise it, add it to the history."""
        pair = _on(pair, self._trainer.device)
        losses = list(self._trainer.train(pair))
        image = self._trainer.denoiser.denoise(pair)
        exposure = self._trainer.denoiser.exposure
        scalars = [*losses, *([] if exposure is None else [exposure])]
        numbers = torch.stack([scalar.double() for scalar in scalars]).tolist() if scalars else []
        if exposure is not None:
            self._trainer.denoiser.confirm_exposure(numbers.pop())
        self.losses = numbers
        return _image(image, as_tensor)

    def denoise(self, pair: FramePair, as_tensor: bool = False) -> Image:
        """Denoise a frame without training on it; it becomes part of the history."""
        pair = _on(pair, self._trainer.device)
        return _image(self._trainer.denoiser.denoise(pair), as_tensor)

    def forget_history(self) -> None:
        """Carry nothing over to the next frame, as after a cut to another scene."""
        self._trainer.denoiser.forget_history()

    def reset(self) -> None:
        """Restart with the current settings: initial weights, no history, 0 steps."""
        self._trainer.reset()
        self.losses = []

    def save(self, path: Path | str) -> None:
        """Write weights, optimiser state, step count and settings, but not the history, to a file.

        The folder must exist. CheckpointError, one line, if writing fails.
        """
        checkpoint.save(Path(path), self._trainer)

    def load(self, path: Path | str) -> None:
        """Restore what `save` wrote, settings included; the file must hold the same network.

        The history is kept unless `settings.has_history` changes. CheckpointError, one line, if the
        file is missing, broken or of another network; then nothing has changed.
        """
        checkpoint.load(Path(path), self._trainer)


@functools.cache
def _pretrained(network: str, device: str) -> Denoiser:
    """Denoiser with pretrained weights, built once per network and device."""
    denoiser = Denoiser(DenoiserSettings(network=NetworkName(network)), device)
    if not denoiser.is_pretrained:
        raise ValueError(f"network {network} has no pretrained weights; train an OnlineDenoiser")
    return denoiser


def _on(pair: FramePair, device: torch.device) -> FramePair:
    """The pair with its images on `device`."""
    if pair.a.color.device == device:
        return pair
    halves = [Half(*(image.to(device) for image in half.images())) for half in (pair.a, pair.b)]
    return FramePair(halves[0], halves[1], pair.spp, pair.frame_index, pair.pose)


def _image(image: torch.Tensor, as_tensor: bool) -> Image:
    if as_tensor:
        return image
    array: np.ndarray = image.cpu().numpy()
    return array
