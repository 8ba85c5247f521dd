"""Networks whose gradients are averaged over the processes of a distributed training.

Host code.
"""

from __future__ import annotations

from torch import distributed
from torch import nn
from torch.nn.parallel import DistributedDataParallel


def shared(network: nn.Module) -> nn.Module:
    """Wrap a network so that gradients are means over all processes, if there are several."""
    if distributed.is_initialized() and distributed.get_world_size() > 1:
        return DistributedDataParallel(network)
    return network
