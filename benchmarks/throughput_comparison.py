r"""Compares paths per second of two renderers, which run alternately.

    python -m benchmarks.throughput_comparison --rounds 3 --output throughput.json \
        --ours "python run_viewer.py --benchmark --scene SCENE --size 320x180 --train-steps 0" \
        --theirs "python mitsuba_render.py SCENE --size 320x180 --spp 8 --max-depth 6" \
        --scenes living-room.xml classroom.xml

Each command renders one scene, whose file replaces SCENE, and its output contains a rate such as
"0.52 M paths/s".
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import statistics
import subprocess
from pathlib import Path

from app.base.files import write_json
from app.results.provenance import versions
from benchmarks.scene_names import scene_names

RATE = re.compile(r"([\d.]+) M paths/s")


def rate_of(command: str, scene: str) -> float:
    """Run a command on a scene; the rate it prints, in M paths/s."""
    words = [word.replace("SCENE", scene) for word in shlex.split(command)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    found = RATE.search(done.stdout)
    if found is None:
        raise SystemExit(f"{words[0]}: no 'M paths/s' in its output\n{done.stderr[-2000:]}")
    return float(found.group(1))


def compare(args: argparse.Namespace, scene: str) -> dict[str, object]:
    """Rates in M paths/s of both commands, run alternately on one scene."""
    ours, theirs = [], []
    for _ in range(args.rounds):
        ours.append(rate_of(args.ours, scene))
        theirs.append(rate_of(args.theirs, scene))
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"{scene}: ours {ours}, theirs {theirs}, ratio of medians {ratio:.2f}", flush=True)
    return {"ours": ours, "theirs": theirs, "ratio_of_medians": round(ratio, 3)}


def main() -> None:
    """Compare on every scene; the results so far are written after each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", required=True)
    parser.add_argument("--theirs", required=True)
    parser.add_argument("--scenes", nargs="+", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    result: dict[str, object] = {
        "what": "M paths/s, commands run alternately",
        "cores": len(os.sched_getaffinity(0)),
        "our_command": args.ours,
        "their_command": args.theirs,
        "versions": versions(),
        "scenes": {},
    }
    for scene, name in scene_names(args.scenes).items():
        result["scenes"][name] = compare(args, scene)  # type: ignore[index]
        if args.output is not None:
            write_json(args.output, result)


if __name__ == "__main__":
    main()
