"""Restores test pictures with several methods on one CPU thread and appends PSNR and time to a CSV.

    python -m benchmarks.restoration_peers.run --data DIR --methods hush bm3d \
        --output benchmarks/results/restoration-peers.csv

DIR has the folders kodak, set14 and bsd300_test. Rows that the file has are not measured again;
with --again those of the given methods, sets and noises are replaced: after a change of the shipped
weights, `--methods hush --again` measures Hush alone.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import torch

from benchmarks.restoration_peers.bm3d_peer import Bm3dPeer
from benchmarks.restoration_peers.careamics_peer import CareamicsPeer
from benchmarks.restoration_peers.hush_peer import HushPeer
from benchmarks.restoration_peers.hush_peer import HushSinglePeer
from benchmarks.restoration_peers.noise2vst_peer import Noise2VstPeer
from benchmarks.restoration_peers.peer import Peer
from benchmarks.restoration_peers.pictures import NOISES
from benchmarks.restoration_peers.pictures import SETS
from benchmarks.restoration_peers.pictures import Noise
from benchmarks.restoration_peers.pictures import read_test_set
from benchmarks.restoration_peers.rows import Row
from benchmarks.restoration_peers.rows import append_row
from benchmarks.restoration_peers.rows import read_rows
from benchmarks.restoration_peers.rows import write_rows
from benchmarks.restoration_peers.zs_n2n import ZeroShotPeer
from denoiser.restoration.metrics import clip_to_range
from denoiser.restoration.metrics import image_psnr

METHODS = ("hush", "hush-single", "bm3d", "zs-n2n", "noise2vst", "careamics")


def create_peer(method: str, args: argparse.Namespace) -> Peer:
    """The peer of a name of `METHODS`."""
    if method == "hush":
        return HushPeer(args.checkpoint)
    if method == "noise2vst":
        return Noise2VstPeer(args.ffdnet)
    peers = (HushSinglePeer, Bm3dPeer, ZeroShotPeer, CareamicsPeer)
    return {peer.name: peer for peer in peers}[method]()


def measure(peer: Peer, set_name: str, noise: Noise, args: argparse.Namespace) -> None:
    """Append the missing rows of one method, set and noise."""
    done = {row.key for row in read_rows(args.output)}
    pictures = read_test_set(args.data, set_name, noise, args.every)
    missing = [
        picture
        for picture in pictures
        if (peer.name, set_name, noise.name, picture.name) not in done
    ]
    if not missing:
        return
    begin = time.process_time()
    peer.fit([picture.noisy for picture in pictures], noise)
    fit_seconds = (time.process_time() - begin) / len(pictures)
    for picture in missing:
        begin = time.process_time()
        restored = peer.restore(picture.noisy, noise)
        seconds = time.process_time() - begin
        row = Row(
            *(peer.name, set_name, noise.name, picture.name),
            input_psnr=round(image_psnr(picture.noisy, picture.clean), 3),
            psnr=round(image_psnr(clip_to_range(restored), picture.clean), 3),
            seconds=round(seconds, 3),
            fit_seconds=round(fit_seconds, 3),
            version=peer.version(),
        )
        append_row(args.output, row)
        print(*row.key, row.psnr, row.seconds, flush=True)


def use_one_core() -> None:
    """Compute on one core: torch by its own setting, BM3D, which starts a thread per core, too."""
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> None:
    """Measure every method on every set with every noise."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--methods", nargs="+", choices=METHODS, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--noises", nargs="+", choices=tuple(NOISES), default=tuple(NOISES))
    parser.add_argument("--every", type=int, default=1, help="measure every n-th picture of a set")
    parser.add_argument("--again", action="store_true", help="replace rows that exist")
    parser.add_argument("--checkpoint", type=Path, help="weights of hush instead of the shipped")
    parser.add_argument("--ffdnet", type=Path, help="weights ffdnet_color.pth of noise2vst")
    args = parser.parse_args()
    use_one_core()
    if args.again:
        kept = [
            row
            for row in read_rows(args.output)
            if not (
                row.method in args.methods and row.set in args.sets and row.noise in args.noises
            )
        ]
        write_rows(args.output, kept)
    for method in args.methods:
        peer = create_peer(method, args)
        for set_name in args.sets:
            for noise in args.noises:
                measure(peer, set_name, NOISES[noise], args)


if __name__ == "__main__":
    main()
