"""The task `stack`: restores volumes, movies and series of slices from their own noisy values.

Host code.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import torch

from app.base.errors import UsageError
from app.base.files import write_json
from app.base.interrupt import INTERRUPTED
from app.base.interrupt import StopRequest
from app.base.progress import StartProgress
from app.offline.distributed import Processes
from app.offline.single import FROM_WEIGHTS
from app.offline.single import NO_WEIGHTS
from app.offline.stack_files.base import StackFile
from app.offline.stack_files.formats import check_format
from app.offline.stack_files.formats import open_stack_file
from app.offline.stacks.group import GroupRun
from app.offline.stacks.group import Interrupted
from app.offline.stacks.group import StackStart
from app.offline.stacks.work_folder import WorkFolder
from app.offline.stacks.work_folder import file_identity
from app.offline.stacks.work_folder import writing_to
from app.results.provenance import versions
from app.settings.offline_options import OfflineOptions
from app.settings.options import Options
from denoiser.errors import DataError
from denoiser.networks.residual_unet import ResidualUNet
from denoiser.option import to_json
from denoiser.restoration.pretrained import PHOTO
from denoiser.restoration.pretrained import load_pretrained
from denoiser.restoration.settings import STACK
from denoiser.restoration.stacks.pair_kind import PairKind
from denoiser.settings import Init


def restore_stacks(
    options: Options, folder: Path, processes: Processes, device: torch.device
) -> int:
    """Restore the files of --input into `folder`; write `report.json` and figures.

    Several processes share the files. Exit code 0, or 130 after Ctrl-C; the same command goes on
    then.
    """
    offline = options.offline
    assert offline is not None
    entries: list[dict[str, Any]] = []
    progress = StartProgress(options.is_quiet or not processes.is_first)
    begin = time.monotonic()
    jobs = _jobs(offline, folder)
    start = _start(device, offline.init, processes.is_first)
    with StopRequest() as stop:
        for sources, target in processes.share_of(jobs):
            try:
                entries.append(_restore_file(options, sources, target, start, progress, stop))
            except Interrupted:
                progress.close()
                print("interrupted; the same command goes on from here", file=sys.stderr)
                return INTERRUPTED
    progress.close()
    entries = processes.gather(entries, device)
    if not processes.is_first:
        return 0
    report = {
        "task": STACK,
        "seconds": time.monotonic() - begin,
        "files": entries,
        "settings": to_json(options),
        "versions": versions(),
    }
    write_json(folder / "report.json", report)
    print(f"{folder}: {len(jobs)} stacks restored")
    return 0


def _jobs(offline: OfflineOptions, folder: Path) -> list[tuple[tuple[Path, ...], Path]]:
    """(sources, target) of each result.

    Raises:
        DataError: an input is missing or of an unknown format.
        UsageError: inputs do not fit together, or would be overwritten.
    """
    inputs = offline.inputs
    for path in inputs:
        check_format(path)
    if not inputs:
        raise UsageError(f"--task {STACK} needs --input FILE, or a folder of TIFF or DICOM images")
    jobs: list[tuple[tuple[Path, ...], Path]]
    if offline.pairs is PairKind.HALVES:
        if len(inputs) != 2:
            raise UsageError("--pairs halves needs two files after --input")
        jobs = [(inputs, folder / inputs[0].name)]
    else:
        jobs = [((path,), folder / path.name) for path in inputs]
    targets = [target.resolve() for _, target in jobs]
    for sources, target in jobs:
        if targets.count(target.resolve()) > 1:
            raise UsageError(f"{sources[0]}: another input is also written to {target}")
        if any(target.resolve() == source.resolve() for source in sources):
            raise UsageError(f"{sources[0]}: would be overwritten, choose another --output")
    return jobs


def _restore_file(
    options: Options,
    sources: tuple[Path, ...],
    target: Path,
    start: StackStart,
    progress: StartProgress,
    stop: StopRequest,
) -> dict[str, Any]:
    """Restore one file; return its entry of the report."""
    offline = options.offline
    assert offline is not None
    identity = {
        "sources": [[str(source.resolve()), file_identity(source)] for source in sources],
        "settings": {
            "seconds": offline.seconds,
            "pairs": offline.pairs.value,
            "context": offline.context,
            "init": "random" if start.network is None else offline.init.value,
            "seed": offline.training.seed,
            "precision": offline.training.precision.value,
        },
    }
    work = WorkFolder(target, identity)
    if work.is_resumed:
        print(f"{target}: going on where the last run stopped", file=sys.stderr)
    files = _open(sources, work)
    restored, entries = [], []
    for number, groups in enumerate(zip(*(file.groups for file in files))):
        run = GroupRun(number, groups, offline, work, start)
        for note in run.notes:
            print(f"{sources[0]}: {note}", file=sys.stderr)
        run.train(progress, stop)
        restored.append(run.restore(progress, stop))
        entries.append(run.report(target))
    notes = files[0].write(target, restored)
    for note in (*notes, *(note for entry in entries for note in entry["notes_after"])):
        print(note, file=sys.stderr)
    work.remove()
    return {"file": target.name, "arrays": entries}


def _start(device: torch.device, init: Init, is_told: bool) -> StackStart:
    """Device, and the shipped network if it is wanted and there is one; the user is told."""
    if init is Init.RANDOM:
        return StackStart(device, None)
    shipped = load_pretrained(PHOTO, device)
    if is_told:
        print(NO_WEIGHTS if shipped is None else FROM_WEIGHTS, file=sys.stderr)
    network = None if shipped is None else shipped.network
    assert network is None or isinstance(network, ResidualUNet)
    return StackStart(device, network)


def _open(sources: tuple[Path, ...], work: WorkFolder) -> list[StackFile]:
    """Open the files of one result, which have the same arrays. DataError if they do not."""
    files = []
    for number, source in enumerate(sources):
        scratch = work.scratch / str(number)
        with writing_to(scratch):
            scratch.mkdir(exist_ok=True)
            files.append(open_stack_file(source, scratch))
    shapes = [[group.values.shape for group in file.groups] for file in files]
    for source, found in zip(sources[1:], shapes[1:]):
        if found != shapes[0]:
            raise DataError(f"{source}: arrays {found}, but {sources[0]} has {shapes[0]}")
    return files
