"""Fits `scenes/optics/hosek.npz` to Mitsuba's `sunsky` emitter.

    python -m benchmarks.sky_fit --peer-python PYTHON

PYTHON is that of an environment with mitsuba and numpy; `measure.py` measures the emitter there.
Takes about a minute, writes the table, and prints the error of the fit and at parameters that
it has not seen.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.sky_fit.joint import fit_channel
from benchmarks.sky_fit.single import weights_of
from scenes.optics.hosek import TABLE
from scenes.optics.hosek import sky_radiance


def main() -> None:
    """Measure, fit, write and check."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer-python", required=True)
    args = parser.parse_args()
    measured = measure(args.peer_python)
    channels = []
    for channel in range(3):
        points, error = fit_channel(measured, channel)
        print(f"channel {channel}: rms {error:.1e}")
        channels.append(points)
    np.savez_compressed(
        TABLE,
        sky=np.stack(channels, axis=2).astype(np.float32),
        sun=measured["sun"].astype(np.float32),
        sun_elevations=measured["sun_elevations"].astype(np.float32),
    )
    directions, means = held_out_errors(measured)
    print(f"held out, directions: {_summary(directions)}")
    print(f"held out, means:      {_summary(means)}")


def measure(python: str) -> dict[str, np.ndarray]:
    """Arrays of `measure.py`, run by another Python."""
    script = Path(__file__).with_name("measure.py")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "measured.npz"
        subprocess.run([python, str(script), str(output)], check=True)
        with np.load(output) as file:
            return dict(file)


def held_out_errors(measured: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Relative errors (M, K, 3) of directions and (M, 3) of means over the directions."""
    errors, means = [], []
    for index, expected in enumerate(measured["held_sky"]):
        angle = np.radians(measured["held_elevations"][index])
        x, y, z = measured["held_directions"][index].T
        ours = sky_radiance(
            np.stack([x, z, -y], axis=1),
            np.array([np.cos(angle), np.sin(angle), 0.0]),
            measured["held_turbidities"][index],
            tuple(measured["held_albedos"][index]),
        )
        errors.append(np.abs(ours - expected) * weights_of(expected.T).T)
        means.append(np.abs(ours.mean(axis=0) / expected.mean(axis=0) - 1.0))
    return np.array(errors), np.array(means)


def _summary(errors: np.ndarray) -> str:
    median, high = np.quantile(errors, (0.5, 0.99))
    return f"median {median:.1e}, 99 % {high:.1e}, max {errors.max():.1e}"


if __name__ == "__main__":
    main()
