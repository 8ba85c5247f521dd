"""Benchmarks: scripts that measure and print JSON; run as `python -m benchmarks.NAME`.

The results that were recorded are in `results/`.
"""

from app.base.environment import prepare_libraries

prepare_libraries()
