"""Offline training and restoration in several processes started by torchrun.

Host code. With a single process, the ordinary case, nothing here has an effect.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from typing import TypeVar

import torch
from torch import distributed

from app.base.errors import UsageError

Item = TypeVar("Item")
MISSING = object()
LONGEST = timedelta(days=7)
"""How long one process may work on a file while another waits; torchrun ends the processes of one
that fails."""


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

    def share_of(self, items: Sequence[Item]) -> list[Item]:
        """The items that this process works on: every `count`-th."""
        return list(items[self.rank :: self.count])

    def gather(self, content: list[Any], device: torch.device) -> list[Any]:
        """The lists of all processes, of JSON values, one after the other; on each of them.

        In the order of the whole where each is the result of `share_of`.
        """
        if self.count == 1:
            return content
        own = torch.tensor(list(json.dumps(content).encode()), dtype=torch.uint8, device=device)
        lengths = [torch.zeros(1, dtype=torch.int64, device=device) for _ in range(self.count)]
        distributed.all_gather(lengths, torch.tensor([len(own)], device=device))
        longest = max(int(length) for length in lengths)
        texts = [torch.zeros(longest, dtype=torch.uint8, device=device) for _ in lengths]
        padded = torch.zeros(longest, dtype=torch.uint8, device=device)
        padded[: len(own)] = own
        distributed.all_gather(texts, padded)
        parts = [
            json.loads(bytes(text[: int(length)].tolist())) for text, length in zip(texts, lengths)
        ]
        rounds = itertools.zip_longest(*parts, fillvalue=MISSING)
        return [each for one in rounds for each in one if each is not MISSING]

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
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=LONGEST)
    return Processes(distributed.get_rank(), distributed.get_world_size()), device


def leave_process_group() -> None:
    """Destroy the process group, if there is one."""
    if distributed.is_initialized():
        distributed.destroy_process_group()
