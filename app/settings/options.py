"""Options: everything that the command line can set, as one tree of records.

Host code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from enum import Enum
from pathlib import Path

from app.settings.modes import ALL_MODES
from app.settings.modes import BENCHMARK
from app.settings.modes import HEADLESS
from app.settings.modes import OFFLINE_MODES
from app.settings.modes import RENDERED_VIEWS
from app.settings.modes import SCENE_MODES
from app.settings.modes import STUDY
from app.settings.modes import VIEWER
from app.settings.offline_options import OfflineOptions
from app.settings.session_settings import SessionSettings
from denoiser.option import group
from denoiser.option import option
from scenes.builtin.registry import BUILT_IN
from scenes.builtin.registry import DEFAULT_SCENE
from scenes.model.options import LoadOptions

MONTECARLO_SCENES = ("cornell-box", "veach-mis", "still-life", "reading-room")
"""Scenes of the task `montecarlo` where none is named; the last is for the test."""
SCENE_GROUP, RUN_GROUP = "scene and frame", "run"


def parse_definitions(texts: Sequence[str]) -> tuple[str, ...]:
    """Checked texts NAME=VALUE; ValueError otherwise."""
    for text in texts:
        if not text.partition("=")[0] or "=" not in text:
            raise ValueError(f"not NAME=VALUE: {text!r}")
    return tuple(texts)


class OnlineStudy(Enum):
    """An experiment of the paper over several trainings on the frames of one camera path."""

    LOSSES = "losses"
    """Figure 6: five combinations of loss and tone map."""
    ONLINE = "online"
    """Figure 8: noisy against clean targets."""


@dataclass(frozen=True)
class Options:
    """Everything that the command line can set."""

    mode: str = VIEWER
    """A mode of `app.settings.modes`, but "offline" for both offline modes."""
    scenes: tuple[str, ...] = option(
        (DEFAULT_SCENE,),
        f"built in: {', '.join(BUILT_IN)}; or a file .xml (Mitsuba), .pbrt, .gltf, .glb, .obj,"
        " .ply; several for --task montecarlo, of which the last is for the test",
        flag="scene",
        takes_list=True,
        metavar="NAME|FILE",
        default_text=DEFAULT_SCENE,
        uses={RENDERED_VIEWS: MONTECARLO_SCENES},
        modes=SCENE_MODES,
        group=SCENE_GROUP,
    )
    environment: Path | None = option(
        None,
        "environment map that replaces the scene's: .hdr, .exr, .pfm, .png, .jpg or .tif",
        metavar="FILE",
        default_text="",
        modes=SCENE_MODES,
        group=SCENE_GROUP,
        must_match=True,
    )
    definitions: tuple[str, ...] = option(
        (),
        "value of a parameter of a Mitsuba file, in place of its default",
        flag="define",
        short="-D",
        takes_list=True,
        metavar="NAME=VALUE",
        default_text="",
        parse=parse_definitions,
        modes=SCENE_MODES,
        group=SCENE_GROUP,
        must_match=True,
        may_be_missing=True,
    )
    variant: str = option(
        "",
        "material variant of a glTF file",
        metavar="NAME",
        default_text="",
        modes=SCENE_MODES,
        group=SCENE_GROUP,
        must_match=True,
        may_be_missing=True,
    )
    is_strict: bool = option(
        False,
        "take each note of the scene's reader for an error",
        flag="strict",
        modes=SCENE_MODES,
        group=SCENE_GROUP,
        may_be_missing=True,
    )
    session: SessionSettings = group(SessionSettings, "every mode", ALL_MODES)
    frames: int = option(
        300,
        "number of frames",
        low=1,
        uses={BENCHMARK: 30},
        modes=(VIEWER, HEADLESS, BENCHMARK, STUDY),
        group=RUN_GROUP,
    )
    path: Path | None = option(
        None,
        "camera path; --render: its first view",
        metavar="FILE.json",
        default_text="the scene's own",
        modes=SCENE_MODES,
        group=RUN_GROUP,
        must_match=True,
    )
    output: Path | None = option(
        None,
        "output folder, or with --render an image .exr or .png",
        metavar="PATH",
        default_text="out",
        modes=ALL_MODES,
        group=RUN_GROUP,
    )
    reference_every: int = option(
        0,
        "measure against a reference every N frames; 0: never",
        low=0,
        metavar="N",
        modes=(VIEWER, HEADLESS, STUDY),
        group=RUN_GROUP,
    )
    reference_spp: int = option(
        1024,
        "samples per pixel of a reference",
        low=1,
        metavar="M",
        modes=(VIEWER, HEADLESS, STUDY, RENDERED_VIEWS),
        group=RUN_GROUP,
    )
    budget_ms: float = option(
        33.0,
        "target frame time; in the window: while the camera moves",
        unit="ms",
        low=0,
        is_open=True,
        uses={"cpu": 150.0},  # see docs/experiments.md
        panel=(16.0, 1000.0),
        modes=(VIEWER, BENCHMARK),
        group=RUN_GROUP,
    )
    resume: Path | None = option(
        None,
        "checkpoint to continue from",
        metavar="FILE",
        default_text="",
        modes=(VIEWER, HEADLESS, BENCHMARK, *OFFLINE_MODES),
        group=RUN_GROUP,
    )
    save: Path | None = option(
        None,
        "checkpoint to write at the end, besides the output folder's own",
        metavar="FILE",
        default_text="",
        modes=(VIEWER, HEADLESS, BENCHMARK),
        group=RUN_GROUP,
    )
    study: OnlineStudy | None = option(
        None,
        "figures 6 and 8 along a camera path of a scene",
        default_text="",
        modes=(STUDY,),
        group="offline",
    )
    is_quiet: bool = option(
        False, "no progress bars", flag="quiet", modes=ALL_MODES, group="every mode"
    )
    offline: OfflineOptions | None = field(
        default=None, metadata=group(OfflineOptions, "offline", OFFLINE_MODES).metadata
    )
    """What the offline mode does; None in the other modes."""
    given: frozenset[str] = frozenset()
    """Flags on the command line, without dashes."""

    @property
    def scene(self) -> str:
        """The first scene, usually the only one."""
        return self.scenes[0]

    @property
    def load_options(self) -> LoadOptions:
        """Options of the scene's reader."""
        pairs = (text.partition("=") for text in self.definitions)
        parameters = {name: value for name, _, value in pairs}
        return LoadOptions(parameters, self.variant, self.is_strict)
