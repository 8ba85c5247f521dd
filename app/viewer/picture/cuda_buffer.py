"""GL buffer that CUDA writes to: images reach a texture without a copy to host memory.

Host code. Calls the CUDA runtime that torch has loaded through ctypes; see "OpenGL
Interoperability" in the CUDA programming guide. GL context and CUDA device have to be on the same
GPU; registration fails otherwise.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
from typing import Any

import moderngl
import torch

WRITE_DISCARD = 2  # cudaGraphicsRegisterFlagsWriteDiscard: each write covers the whole buffer
DEVICE_TO_DEVICE = 3  # cudaMemcpyDeviceToDevice


class CudaShareError(RuntimeError):
    """CUDA and GL cannot share a buffer; the message gives the reason."""


class CudaBuffer:
    """A GL buffer registered with CUDA."""

    def __init__(self, buffer: moderngl.Buffer) -> None:
        """Register `buffer`; the GL context must be current. CudaShareError on failure."""
        self._runtime = _runtime()
        self._resource = ctypes.c_void_p()
        self._call(
            "cudaGraphicsGLRegisterBuffer",
            ctypes.byref(self._resource),
            ctypes.c_uint(buffer.glo),
            ctypes.c_uint(WRITE_DISCARD),
        )

    def fill(self, image: torch.Tensor) -> None:
        """Copy a contiguous tensor of the buffer's size on torch's current stream."""
        stream = ctypes.c_void_p(torch.cuda.current_stream(image.device).cuda_stream)
        resource = ctypes.byref(self._resource)
        position, size = ctypes.c_void_p(), ctypes.c_size_t()
        self._call("cudaGraphicsMapResources", ctypes.c_int(1), resource, stream)
        try:
            self._call(
                "cudaGraphicsResourceGetMappedPointer",
                ctypes.byref(position),
                ctypes.byref(size),
                self._resource,
            )
            wanted = image.numel() * image.element_size()
            if size.value < wanted:
                raise CudaShareError(f"the buffer has {size.value} bytes, the image {wanted}")
            self._call(
                "cudaMemcpyAsync",
                position,
                ctypes.c_void_p(image.data_ptr()),
                ctypes.c_size_t(wanted),
                ctypes.c_int(DEVICE_TO_DEVICE),
                stream,
            )
        finally:
            # After unmapping, GL waits for the copy without further synchronisation.
            self._call("cudaGraphicsUnmapResources", ctypes.c_int(1), resource, stream)

    def release(self) -> None:
        """Unregister, before the buffer is released; errors are ignored."""
        with contextlib.suppress(CudaShareError):
            self._call("cudaGraphicsUnregisterResource", self._resource)

    def _call(self, name: str, *arguments: Any) -> None:
        code = getattr(self._runtime, name)(*arguments)
        if code != 0:
            self._runtime.cudaGetLastError()  # clears the error, or torch would report it
            describe = self._runtime.cudaGetErrorString
            describe.restype = ctypes.c_char_p
            raise CudaShareError(f"{name}: {describe(code).decode()}")


@functools.cache
def _runtime() -> ctypes.CDLL:
    """CUDA's runtime library. CudaShareError without one."""
    if torch.version.cuda is None or not torch.cuda.is_available():
        raise CudaShareError("no CUDA device is available to torch")
    major = torch.version.cuda.split(".")[0]
    torch.cuda.init()
    for name in (f"libcudart.so.{major}", f"cudart64_{major}.dll"):
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise CudaShareError(f"the runtime library of CUDA {major} was not found")
