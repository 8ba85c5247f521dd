"""Offline training in several processes started by torchrun.

Host code. With a single process, the ordinary case, nothing here has an effect.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
from torch import distributed

from app.base.errors import UsageError


@dataclass(frozen=True)
class Processes:
    """Rank of this process and number of processes."""

    rank: int = 0
    count: int = 1

    @property
    def is_first(self) -> bool:
        """True if this process writes files and shows progress bars."""
        return self.rank == 0

    def part_of(self, batch: int) -> tuple[int, int]:
        """(first example, number of examples) of a batch that this process trains on.

        UsageError if the batch cannot be divided evenly.
        """
        if batch % self.count:
            raise UsageError(f"--batch {batch} cannot be shared by {self.count} processes")
        size = batch // self.count
        return self.rank * size, size

    def mean(self, value: torch.Tensor) -> torch.Tensor:
        """Mean of a scalar over all processes, on each of them."""
        if self.count == 1:
            return value
        total = value.clone()
        distributed.all_reduce(total)
        return total / self.count

    def any(self, flag: bool, device: torch.device) -> bool:
        """True if the flag is set in any process."""
        if self.count == 1:
            return flag
        votes = torch.tensor(float(flag), device=device)
        distributed.all_reduce(votes)
        return bool(votes > 0)


def processes_from_environment() -> Processes:
    """Rank and process count from torchrun's environment variables; does not join the group."""
    return Processes(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))


def join_process_group(device: torch.device) -> tuple[Processes, torch.device]:
    """Join torchrun's process group, if there is one; return (rank and count, device to use)."""
    if processes_from_environment().count == 1:
        return Processes(), device
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return Processes(distributed.get_rank(), distributed.get_world_size()), device


def leave_process_group() -> None:
    """Destroy the process group, if there is one."""
    if distributed.is_initialized():
        distributed.destroy_process_group()
