"""Measures the floating-point rate of a training step against the device's peak rate.

    python -m benchmarks.training_step --output training-step.json

The peak rate is that of single large convolutions with the channel counts of the U-Net, forward and
backward. A step's rate is the number of floating-point operations of its convolutions and matrix
products over the time of the whole step: crop, forward, loss, backward, optimiser.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from app.base.files import write_json
from app.results.provenance import versions
from denoiser.online.trainer import Trainer
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from denoiser.settings import Precision
from renderer.frame import FramePair
from renderer.frame import Half

CHANNELS = (48, 96)  # channel counts of the U-Net's convolutions with the most work
FRAME_SIDE = 256  # pixels


def main() -> None:
    """Measure peak rates, then steps of each network; print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--networks", nargs="+", default=[name.value for name in NetworkName])
    parser.add_argument("--threads", type=int, nargs="+", default=[torch.get_num_threads()])
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    device = torch.device(args.device)
    rows = []
    for threads in args.threads:
        torch.set_num_threads(threads)
        for precision in (Precision.FP32, Precision.BF16):
            peak = peak_rate(precision, device, args)
            print(f"{threads} threads, {precision.value}: convolutions {peak:.1f} GFLOP/s")
            for name in args.networks:
                row = measure_step(NetworkName(name), precision, device, args)
                row |= {"threads": threads, "peak_gflops": peak}
                row["peak_fraction"] = row["gflops"] / peak
                rows.append({"network": name, "precision": precision.value, **row})
                print(
                    f"  {name:5s} {row['ms']:8.1f} ms per step, {row['gflops']:7.1f} GFLOP/s, "
                    f"{row['peak_fraction']:.2f} of the peak",
                    flush=True,
                )
    report = {"device": args.device, "crop": args.crop, "versions": versions(), "steps": rows}
    if args.output is not None:
        write_json(args.output, report)


def seconds(work: Callable[[], object], device: torch.device, repeats: int) -> float:
    """Median seconds of a call of `work`, after two warm-up calls."""
    times = []
    for turn in range(repeats + 2):
        begin = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        if turn >= 2:
            times.append(time.perf_counter() - begin)
    return statistics.median(times)


def peak_rate(precision: Precision, device: torch.device, args: argparse.Namespace) -> float:
    """GFLOP/s of the fastest single convolution, forward and backward."""
    dtype = torch.bfloat16 if precision is Precision.BF16 else torch.float32
    rates = []
    for width in CHANNELS:
        shape = (1, width, args.crop, args.crop)
        image = torch.randn(shape, device=device, dtype=dtype, requires_grad=True)
        kernel = torch.randn(width, width, 3, 3, device=device, dtype=dtype, requires_grad=True)
        image, kernel = (
            t.detach().to(memory_format=torch.channels_last).requires_grad_()
            for t in (image, kernel)
        )

        def convolve() -> None:
            functional.conv2d(image, kernel, padding=1).sum().backward()

        operations = count_operations(convolve)
        rates.append(operations / seconds(convolve, device, args.repeats) / 1e9)
    return max(rates)


def count_operations(work: Callable[[], object]) -> int:
    """Number of floating-point operations of convolutions and matrix products in `work`."""
    with FlopCounterMode(display=False) as counter:
        work()
    return int(counter.get_total_flops())


def measure_step(
    name: NetworkName, precision: Precision, device: torch.device, args: argparse.Namespace
) -> dict[str, float]:
    """Milliseconds, GFLOP and GFLOP/s of a step."""
    settings = DenoiserSettings(
        network=name,
        crop=args.crop,
        precision=precision,
    )
    trainer, pair = Trainer(settings, device), noise_pair(device)

    def step() -> None:
        trainer.step(pair)

    step()
    operations = count_operations(step)
    passed = seconds(step, device, args.repeats)
    if device.type == "cuda":
        print(f"  {name.value}: steps launched {trainer.launches}")
    return {"ms": passed * 1e3, "gflop": operations / 1e9, "gflops": operations / passed / 1e9}


def noise_pair(device: torch.device) -> FramePair:
    """A frame of random values; the content does not affect the time."""
    generator = torch.Generator().manual_seed(0)

    def image(channels: int) -> torch.Tensor:
        return torch.rand(FRAME_SIDE, FRAME_SIDE, channels, generator=generator).to(device)

    halves = [Half(image(3), image(3), image(3), image(1) + 1.0, image(1)) for _ in range(2)]
    return FramePair(halves[0], halves[1], 8, 0)


if __name__ == "__main__":
    main()
