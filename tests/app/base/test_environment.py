"""After `prepare_libraries`, a BVH build leaves torch's number of threads unchanged."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
from app.base.environment import prepare_libraries
prepare_libraries()
import numpy, torch
from renderer.tables.bvh_build import build_tree
lower = numpy.random.rand(5000, 3).astype(numpy.float32)
build_tree(lower, lower)
print(torch.get_num_threads())
"""


def test_bvh_build_keeps_the_number_of_torch_threads() -> None:
    environment = {n: v for n, v in os.environ.items() if not n.startswith("NUMBA_")}
    command = [sys.executable, "-c", PROGRAM]
    environment |= {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
