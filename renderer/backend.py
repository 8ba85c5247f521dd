"""Starts Taichi on the device that torch uses; the only place that calls `ti.init`.

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
from renderer.taichi_patches import quicken_front_end

quicken_front_end()  # whoever needs this module comes to its kernels later

DEVICE_MEMORY_GB = 4.0  # Taichi's pool on a GPU; scene tables live there, frame buffers in torch's


@dataclass(frozen=True)
class Backend:
    """What was started."""

    device: torch.device
    """Where frame buffers and networks live."""
    name: str
    """For reports: GPU model, or the number of CPU threads."""


def choose_device(wanted: str) -> torch.device:
    """Map `auto`, `cuda` or `cpu` to a torch device.

    Raises:
        BackendError: cuda was asked for and is not there.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        raise BackendError("--device cuda: no CUDA device is available to torch")
    if wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available()):
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("cpu")


def start(wanted: str = "auto", is_debug: bool = False) -> Backend:
    """Initialise Taichi to match torch; a second call on the same device changes nothing.

    Kernels are cached on disk, so that only the first start on a machine compiles them.
    """
    device = choose_device(wanted)
    arch = ti.cuda if device.type == "cuda" else ti.cpu
    if ti.lang.impl.get_runtime().prog is None:
        _initialise(arch, device, is_debug)
    started = ti.lang.impl.current_cfg().arch
    # With a mismatch Taichi would copy every frame through the host without a word.
    if (started == ti.cuda) != (device.type == "cuda"):
        raise BackendError(f"Taichi runs on {started}, torch on {device}: start a new process")
    return Backend(device, _device_name(device))


def _initialise(arch: object, device: torch.device, is_debug: bool) -> None:
    """The one `ti.init`."""
    options: dict[str, object] = {"cpu_max_num_threads": _core_count()}
    if device.type == "cuda":
        options = {"device_memory_GB": DEVICE_MEMORY_GB}
    # Taichi's own optimisation passes take minutes on the path kernel and gain nothing over LLVM's.
    options |= {"advanced_optimization": False, "cfg_optimization": False}
    with contextlib.redirect_stdout(io.StringIO()):  # Taichi greets on the standard output
        ti.init(
            arch=arch,
            offline_cache=True,
            enable_fallback=False,
            debug=is_debug,
            log_level=ti.WARN,
            **options,
        )


def _core_count() -> int:
    """Cores this process may use, which a container may limit below what the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _device_name(device: torch.device) -> str:
    """Name for reports."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {_core_count()} threads"
