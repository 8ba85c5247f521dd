"""Start Taichi on the device that torch uses; the only module that calls `ti.init`.

Host code.
"""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import dataclass

import taichi as ti
import torch

from renderer.errors import BackendError
from renderer.taichi_patches import speed_up_front_end

speed_up_front_end()  # before the importers of this module decorate their kernels

# GPU memory of Taichi's pool, which holds the scene tables; frame buffers are in torch's pool.
DEVICE_MEMORY_GB = 4.0


@dataclass(frozen=True)
class Backend:
    """Device in use, and its name for reports."""

    device: torch.device
    """torch device of frame buffers and networks."""
    name: str
    """GPU model, or the number of CPU threads; for reports."""


def choose_device(wanted: str) -> torch.device:
    """Map `auto`, `cuda` or `cpu` to a torch device.

    Raises:
        BackendError: `cuda` was requested, but torch finds no CUDA device.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        raise BackendError("--device cuda: no CUDA device is available to torch")
    if wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available()):
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("cpu")


def start(wanted: str = "auto", is_debug: bool = False) -> Backend:
    """Initialise Taichi to match torch; a second call on the same device changes nothing.

    Kernels are cached on disk, so that only the first start on a machine compiles them.

    Raises:
        BackendError: no CUDA device for `cuda`, or Taichi already runs on another device.
    """
    device = choose_device(wanted)
    arch = ti.cuda if device.type == "cuda" else ti.cpu
    if ti.lang.impl.get_runtime().prog is None:
        _initialise(arch, device, is_debug)
    started = ti.lang.impl.current_cfg().arch
    # With a mismatch Taichi would silently copy every frame through the host.
    if (started == ti.cuda) != (device.type == "cuda"):
        raise BackendError(f"Taichi runs on {started}, torch on {device}: start a new process")
    return Backend(device, _device_name(device))


def _initialise(arch: object, device: torch.device, is_debug: bool) -> None:
    """Call `ti.init`; nothing else calls it."""
    options: dict[str, object] = {"cpu_max_num_threads": _core_count()}
    if device.type == "cuda":
        options = {"device_memory_GB": DEVICE_MEMORY_GB}
    # Taichi's own optimisation passes take minutes on the path kernel and gain nothing over LLVM's.
    options |= {"advanced_optimization": False, "cfg_optimization": False}
    with contextlib.redirect_stdout(io.StringIO()):  # Taichi prints a banner to standard output
        ti.init(
            arch=arch,
            offline_cache=True,
            enable_fallback=False,
            debug=is_debug,
            log_level=ti.WARN,
            **options,
        )


def _core_count() -> int:
    """CPU cores available to this process; a container may allow fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _device_name(device: torch.device) -> str:
    """GPU model, or the number of CPU threads; for reports."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {_core_count()} threads"
