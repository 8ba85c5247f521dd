"""Upload of images into textures by each method; without a GPU, a host buffer replaces CUDA.

Host code. The replacement writes into a real GL buffer, from which the texture is filled.
"""

from __future__ import annotations

import moderngl
import numpy as np
import pytest
import torch

from app.viewer.loop.window import Window
from app.viewer.picture.cuda_buffer import CudaBuffer
from app.viewer.picture.cuda_buffer import CudaShareError
from app.viewer.picture.upload import Upload
from tests.app.conftest import needs_display

pytestmark = needs_display


class HostBuffer:
    """Replacement for CudaBuffer that fills a GL buffer from the host."""

    def __init__(self, buffer: moderngl.Buffer) -> None:
        self.buffer, self.is_shared = buffer, True

    def fill(self, image: torch.Tensor) -> None:
        assert self.is_shared and image.is_contiguous()
        self.buffer.write(image.numpy().tobytes())

    def release(self) -> None:
        self.buffer.size  # the GL buffer must still exist: sharing ends before it is released
        self.is_shared = False


def image(size: tuple[int, int], channels: int = 3) -> torch.Tensor:
    """Random image (H, W, C) float32; with an odd size its rows are not aligned by chance."""
    return torch.rand(size[1], size[0], channels, generator=torch.Generator().manual_seed(1))


def content(texture: moderngl.Texture) -> np.ndarray:
    """Content (H, W, C) float32 of the texture."""
    width, height = texture.size
    values = np.frombuffer(texture.read(alignment=4), np.float32)
    return values.reshape(height, width, texture.components)


@pytest.mark.parametrize("channels", [1, 3])
def test_upload_through_host_memory_fills_the_texture(window: Window, channels: int) -> None:
    upload = Upload(window.context)
    for size in ((37, 23), (37, 23), (12, 5)):
        wanted = image(size, channels)
        np.testing.assert_array_equal(content(upload.texture(wanted)), wanted.numpy())
    assert upload.way == "through host memory"
    upload.release()


@pytest.mark.parametrize("channels", [1, 3])
def test_upload_from_a_shared_buffer_fills_the_texture(window: Window, channels: int) -> None:
    upload = Upload(window.context, HostBuffer)
    for size in ((37, 23), (37, 23), (12, 5)):
        wanted = image(size, channels)
        upload.texture(torch.zeros_like(wanted))
        assert upload._texture is not None and upload._write_shared(upload._texture, wanted)
        np.testing.assert_array_equal(content(upload._texture), wanted.numpy())
        assert upload.way == "on the GPU, shared with CUDA"
    upload.release()


def test_failed_buffer_sharing_is_not_retried(window: Window) -> None:
    tries = []

    def refuse(buffer: moderngl.Buffer) -> HostBuffer:
        tries.append(buffer)
        raise CudaShareError("another card draws")

    upload = Upload(window.context, refuse)
    texture = upload.texture(image((8, 8)))
    assert not upload._write_shared(texture, image((8, 8)))
    assert not upload._write_shared(texture, image((8, 8)))
    assert len(tries) == 1 and upload._share_error == "another card draws"
    upload.release()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_cuda_buffer_without_a_cuda_device_raises_an_error(window: Window) -> None:
    buffer = window.context.buffer(reserve=64)
    with pytest.raises(CudaShareError, match="no CUDA device is available"):
        CudaBuffer(buffer)
    buffer.release()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_upload_of_a_cuda_tensor_fills_the_texture(window: Window) -> None:
    upload = Upload(window.context)
    wanted = image((37, 23))
    np.testing.assert_array_equal(content(upload.texture(wanted.cuda())), wanted.numpy())
    assert "shared with CUDA" in upload.way or "pinned" in upload.way
    upload.release()
