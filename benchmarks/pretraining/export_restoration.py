"""Writes the network of an offline training as weights to ship: half precision, with their origin.

    python -m benchmarks.pretraining.export_restoration out/checkpoint.safetensors \\
        denoiser/weights/restore-photo.safetensors \\
        --data "153 photographs, CC0 or public domain" --licence "any use"
"""

from __future__ import annotations

import argparse
from pathlib import Path

from denoiser.restoration.checkpoint import load_restorer
from denoiser.restoration.checkpoint import save_weights


def main() -> None:
    """Convert one checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--data", required=True, help="what the network was trained on")
    parser.add_argument("--licence", required=True, help="what the data may be used for")
    args = parser.parse_args()
    restorer = load_restorer(args.checkpoint, "cpu")
    save_weights(args.output, restorer, {"data": args.data, "licence": args.licence})
    print(f"{args.output}: {restorer.step_count} steps, {args.output.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
