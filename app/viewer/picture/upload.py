"""Upload of images to textures: by a buffer shared with CUDA, else through host memory.

Host code. Needs a current GL context.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import moderngl
import numpy as np
import torch

from app.viewer.picture.cuda_buffer import CudaBuffer
from app.viewer.picture.cuda_buffer import CudaShareError

FLOAT_BYTES = 4


class SharedBuffer(Protocol):
    """A GL buffer that another API, such as CUDA, writes to."""

    def fill(self, image: torch.Tensor) -> None:
        """Copy a contiguous image of the buffer's size into the buffer."""

    def release(self) -> None:
        """Stop sharing."""


class Upload:
    """Uploads images to a texture; the first image on a GPU decides how."""

    def __init__(
        self,
        context: moderngl.Context,
        share: Callable[[moderngl.Buffer], SharedBuffer] = CudaBuffer,
    ) -> None:
        """Allocate nothing before the first image; `share` may raise CudaShareError."""
        self._context = context
        self._share = share
        self._texture: moderngl.Texture | None = None
        self._buffer: moderngl.Buffer | None = None
        self._shared: SharedBuffer | None = None
        self._staging: torch.Tensor | None = None
        self._share_error = ""
        self.way = "through host memory"
        """How the last image was uploaded, as text for the user."""

    def texture(self, image: torch.Tensor) -> moderngl.Texture:
        """Texture that holds `image`, (H, W, C) float32; reused while the shape is the same."""
        image = image.detach().float().contiguous()
        height, width, channels = image.shape
        texture = self._texture
        if texture is None or (*texture.size, texture.components) != (width, height, channels):
            self.release()
            texture = self._context.texture((width, height), channels, dtype="f4", alignment=4)
            texture.repeat_x = texture.repeat_y = False
            self._texture = texture
        if image.device.type == "cpu" or not self._write_shared(texture, image):
            self._write_host(texture, image)
        return texture

    def release(self) -> None:
        """Release all GL resources."""
        if self._shared is not None:
            self._shared.release()
        for held in (self._buffer, self._texture):
            if held is not None:
                held.release()
        self._texture = self._buffer = self._shared = self._staging = None

    def _write_shared(self, texture: moderngl.Texture, image: torch.Tensor) -> bool:
        """Copy on the GPU; False if sharing is impossible, with no further attempt then."""
        if self._share_error:
            return False
        try:
            if self._shared is None or self._buffer is None:
                self._buffer = self._context.buffer(reserve=image.numel() * FLOAT_BYTES)
                self._shared = self._share(self._buffer)
            self._shared.fill(image)
        except CudaShareError as error:
            self._share_error = str(error)
            return False
        texture.write(self._buffer)
        self.way = "on the GPU, shared with CUDA"
        return True

    def _write_host(self, texture: moderngl.Texture, image: torch.Tensor) -> None:
        """Copy through host memory; from a GPU into pinned memory, which is faster."""
        self.way = "through host memory"
        if image.device.type == "cuda":
            self.way = f"through pinned memory ({self._share_error})"
        texture.write(self._on_host(image))

    def _on_host(self, image: torch.Tensor) -> np.ndarray:
        if image.device.type == "cpu":
            return image.numpy()
        if self._staging is None or self._staging.shape != image.shape:
            self._staging = torch.empty(image.shape, dtype=torch.float32, pin_memory=True)
        return self._staging.copy_(image).numpy()
