"""Views: which images of a frame can be shown, and how the user wants to see them.

Host code. Records only: nothing here draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from enum import Enum
from enum import IntEnum

import torch

from app.session.frame_budget import Work
from app.session.report import Edits
from app.session.report import FrameReport
from app.settings.session_settings import SessionSettings
from app.viewer.picture.zoom import WHOLE
from app.viewer.picture.zoom import Zoom
from denoiser.online.pretrained import has_pretrained
from denoiser.settings import DenoiserSettings
from denoiser.settings import Init
from denoiser.transfer import tone
from scenes.model.description import Camera

DEPTH_QUANTILE = 0.98  # of the depths seen: what is farther is drawn as dark as this
ERROR_WHITE = 0.25  # difference of T(v) that is drawn brightest, without exposure
QUANTILE_SAMPLES = 65536  # pixels looked at for it; sorting more would cost more than it tells


class View(Enum):
    """An image of a frame. The value is its label; number keys follow this order."""

    NOISY = "noisy half"
    MEAN = "mean of halves"
    DENOISED = "denoised"
    ALBEDO = "albedo"
    NORMAL = "normal"
    DEPTH = "depth"
    REFERENCE = "reference"
    COMPARISON = "comparison"
    ERROR = "error"
    COMPARISON_ERROR = "comparison's error"

    @property
    def key(self) -> str:
        """The key that shows it: "1" to "9", then "0"."""
        return str((VIEWS.index(self) + 1) % 10)


VIEWS = tuple(View)


class Encoding(IntEnum):
    """What the numbers of an image mean; the shader reads the same numbers."""

    RADIANCE = 0
    """Linear, unbounded: exposure and tone curve apply."""
    ALBEDO = 1
    """Linear in [0, 1]: sRGB-encoded as it is."""
    NORMAL = 2
    """[-1, 1], drawn as n / 2 + 1/2."""
    DEPTH = 3
    """Scene units, 0 for nothing: drawn near bright, far dark, nothing black."""
    ERROR = 4
    """Difference of T(v), drawn from black over red to yellow; exposure applies."""


class ToneCurve(IntEnum):
    """From exposed radiance to the screen; the shader reads the same numbers."""

    PAPER = 0
    """T(v) = (v / (1 + v))^(1/2.2) (Lehtinen et al. 2018): what the PSNR is measured on."""
    LINEAR = 1
    """Clipped at 1, sRGB."""
    REINHARD = 2
    """v / (1 + v) (Reinhard et al. 2002), sRGB."""
    ACES = 3
    """Narkowicz' fit of the ACES filmic curve (2015), sRGB."""


CURVE_LABELS = {
    ToneCurve.PAPER: "T(v), the paper's",
    ToneCurve.LINEAR: "linear",
    ToneCurve.REINHARD: "Reinhard",
    ToneCurve.ACES: "ACES (Narkowicz)",
}


INIT_LABELS = {Init.PRETRAINED: "weights of other scenes", Init.RANDOM: "random weights"}


def init_label(settings: DenoiserSettings) -> str:
    """What a reset starts from; the paper's network has random weights only."""
    return INIT_LABELS[settings.init if has_pretrained(settings.network) else Init.RANDOM]


@dataclass(frozen=True, eq=False)
class Shown:
    """An image to draw."""

    image: torch.Tensor
    """(H, W, 3) or (H, W, 1) float32."""
    encoding: Encoding
    depth_scale: float = 1.0
    """Scene units that are drawn darkest; for depth only."""


def shown(report: FrameReport, view: View) -> Shown:
    """The image of a view; the mean of halves where there is no comparison."""
    half = report.pair.a
    match view:
        case View.NOISY:
            return Shown(half.color, Encoding.RADIANCE)
        case View.MEAN:
            return Shown(report.pair.mean_color(), Encoding.RADIANCE)
        case View.DENOISED:
            return Shown(report.denoised, Encoding.RADIANCE)
        case View.ALBEDO:
            return Shown(half.albedo, Encoding.ALBEDO)
        case View.NORMAL:
            return Shown(half.normal, Encoding.NORMAL)
        case View.DEPTH:
            return Shown(half.distance, Encoding.DEPTH, _far_depth(half.distance))
        case View.COMPARISON if report.comparison is not None:
            return Shown(report.comparison, Encoding.RADIANCE)
        case View.ERROR:
            return Shown(_error(report, report.denoised), Encoding.ERROR)
        case View.COMPARISON_ERROR:
            return Shown(_error(report, report.comparison), Encoding.ERROR)
        case View.REFERENCE:
            return Shown(report.reference, Encoding.RADIANCE)
    return Shown(report.pair.mean_color(), Encoding.RADIANCE)


def view_label(report: FrameReport | None, view: View) -> str:
    """The name to write on the picture, honest about a reference that is young."""
    if report is None:
        return "first frame ..."
    if view is View.COMPARISON and report.comparison is None:
        return "mean of halves (choose another denoiser as comparison in the panel)"
    if view in (View.ERROR, View.COMPARISON_ERROR):
        if view is View.COMPARISON_ERROR and report.comparison is None:
            return f"{view.value} (choose another denoiser as comparison in the panel)"
        if not report.has_rested:
            return f"{view.value} (needs the camera at rest)"
        return f"{view.value}, by {report.reference_spp} spp: {ERROR_WHITE:g} of T is brightest"
    if view is not View.REFERENCE:
        return view.value
    return f"reference, {report.reference_spp} spp"


def _error(report: FrameReport, picture: torch.Tensor | None) -> torch.Tensor:
    """(H, W, 1) mean over the channels of the difference of T(v); 0 without a reference."""
    if picture is None or not report.has_rested:
        return torch.zeros_like(report.pair.a.distance)
    return (tone(picture) - tone(report.reference)).abs().mean(dim=-1, keepdim=True)


def _far_depth(depth: torch.Tensor) -> float:
    """Depth that nearly all pixels stay below, > 0."""
    values = depth.flatten()
    values = values[:: -(-values.numel() // QUANTILE_SAMPLES)]
    seen = values[(values > 0) & torch.isfinite(values)]
    return float(torch.quantile(seen, DEPTH_QUANTILE)) if seen.numel() else 1.0


@dataclass(frozen=True)
class ViewState:
    """What the user sees and has chosen: everything the panel shows besides the report."""

    settings: SessionSettings = field(default_factory=SessionSettings)
    """Of the session, as last asked for; the size is the one at rest."""
    left: View = View.DENOISED
    """The view, or the left one of two."""
    right: View = View.MEAN
    """Right of the split."""
    is_split: bool = False
    split: float = 0.5
    """Where the right view begins, as share of the picture's width."""
    typed_size: tuple[int, int] | None = None
    """What stands in the fields of the render size while they are typed into."""
    exposure: float = 0.0
    """Stops: radiance is multiplied by 2^exposure."""
    is_auto_exposed: bool = False
    """True: every frame sets the exposure."""
    curve: ToneCurve = ToneCurve.PAPER
    zoom: Zoom = WHOLE
    pointer: tuple[float, float] = (-1.0, -1.0)
    """Where the mouse is, framebuffer pixels, y upwards."""
    is_inspecting: bool = False
    """The numbers of the pixel under the mouse are shown."""
    camera: Camera | None = None
    """The camera that is flown, None before the window was looked at."""
    is_smooth: bool = True
    """True: pixels larger than the screen's are interpolated."""
    panel_visible: bool = True
    help_visible: bool = False
    is_paused: bool = False
    """Training is paused."""
    is_asking_reset: bool = False
    """The question whether to forget the training is open."""
    target_ms: float = 150.0
    """Milliseconds per frame while the camera moves; steps, samples and size give way."""
    has_target: bool = True
    """False: nothing gives way."""
    upload_way: str = ""
    """How pictures get into the window; empty before the first."""
    work: Work | None = None
    """What the last frame did, None before the first."""
    checkpoint: str = "checkpoint.safetensors"
    """File that saving writes and loading reads."""
    is_recording: bool = False
    is_playing: bool = False
    fly_speed: float = 1.0
    """Scene units per second."""
    message: str = ""
    """The line at the bottom; empty for none."""


Rectangle = tuple[int, int, int, int]
"""x, y, width, height in pixels, y upwards from the lower left corner, as GL counts."""


def letterbox(size: tuple[int, int], area: Rectangle) -> Rectangle:
    """The largest rectangle of the aspect of `size` inside `area`, centred; at least 1 x 1."""
    x, y, width, height = area
    scale = min(width / size[0], height / size[1])
    inner = max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)
    return x + (width - inner[0]) // 2, y + (height - inner[1]) // 2, *inner


def with_edits(view: ViewState, edits: Edits) -> ViewState:
    """The view as it will be once the session has followed `edits`."""
    is_paused = view.is_paused if edits.training_paused is None else edits.training_paused
    return replace(view, settings=edits.settings or view.settings, is_paused=is_paused)
