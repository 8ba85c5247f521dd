"""Benchmarks: scripts that measure and write JSON; run as `python -m benchmarks.NAME`.

Recorded results are in `results/`.
"""

from app.base.environment import prepare_libraries

prepare_libraries()
