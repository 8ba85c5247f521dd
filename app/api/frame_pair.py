"""Frame pair: two independent noisy halves of an image, rendered here or elsewhere.

Host code.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from app.base.errors import UsageError
from renderer import frame
from renderer.frame import Half
from renderer.pose import camera_pose
from scenes.model.description import Camera

SHARED_FEATURE_WARNING = (
    "{}: one image for both halves. The network then sees noise of its target at edges and in"
    " textures, and learns to keep it: render the features of each half from its own samples"
)
CHANNELS = {"color": 3, "albedo": 3, "normal": 3, "distance": 1}


class FramePair(frame.FramePair):
    """Two halves that share scene and camera and nothing else; see `renderer.frame`."""

    @classmethod
    def from_arrays(
        cls,
        color: Sequence[Any],
        albedo: Any = None,
        normal: Any = None,
        distance: Any = None,
        camera: Camera | None = None,
        spp: int = 1,
        device: str = "cpu",
    ) -> FramePair:
        """A pair from the images of any renderer, numpy or torch, one of each half.

        Args:
            color: two (H, W, 3) images of linear radiance >= 0, with independent noise of equal
                mean.
            albedo: two (H, W, 3) images in [0, 1] of the first non-specular hit; None: all 1, as
                for a renderer without this feature.
            normal: two (H, W, 3) images of world-space shading normals; None: all 0.
            distance: two (H, W) or (H, W, 1) images of path lengths to that hit, scene units, 0
                where nothing is hit; None: all 0. Without them nothing is carried over between
                frames of a moving camera.
            camera: camera of the frame; None: each frame is denoised on its own.
            spp: samples per pixel of each half; weight of the frame while the camera is static.
            device: device that the tensors are put on.

        A single feature array is used for both halves, with a warning that tells why not to.

        Raises:
            UsageError: an image has another shape; one line.
        """
        if len(color) != 2:
            raise UsageError(f"color: two images are needed, one of each half, not {len(color)}")
        shape = np.shape(color[0])[:2]
        images = {
            "color": _halves("color", color, shape, 0.0),
            "albedo": _halves("albedo", albedo, shape, 1.0),
            "normal": _halves("normal", normal, shape, 0.0),
            "distance": _halves("distance", distance, shape, 0.0),
        }
        halves = []
        for half in range(2):
            tensors = {name: both[half].to(device) for name, both in images.items()}
            halves.append(Half(**tensors, delta_fraction=torch.zeros_like(tensors["distance"])))
        height, width = shape
        pose = None if camera is None else camera_pose(camera, (width, height))
        return cls(halves[0], halves[1], spp, 0, pose)

    @property
    def mean(self) -> np.ndarray:
        """(H, W, 3) float32 mean radiance of both halves."""
        image: np.ndarray = self.mean_color().cpu().numpy()
        return image


def _halves(name: str, images: Any, shape: tuple[int, ...], fill: float) -> list[torch.Tensor]:
    """(H, W, C) float32 images `name` of both halves, constant `fill` if there are none."""
    channels = CHANNELS[name]
    if images is None:
        return [torch.full((*shape, channels), fill) for _ in range(2)]
    is_pair = isinstance(images, (tuple, list)) and len(images) == 2
    if not is_pair:
        warnings.warn(SHARED_FEATURE_WARNING.format(name), stacklevel=3)
        images = (images, images)
    found = []
    for image in images:
        if isinstance(image, torch.Tensor):
            tensor = image.detach().to(torch.float32)
        else:
            tensor = torch.from_numpy(np.array(image, np.float32))
        if channels == 1 and tensor.dim() == 2:
            tensor = tensor[..., None]
        if tuple(tensor.shape) != (*shape, channels):
            wanted = (*shape, channels)
            raise UsageError(f"{name}: shape {tuple(tensor.shape)}, {wanted} is needed")
        found.append(tensor.contiguous())
    return found
