"""Views: the images of a frame that can be shown, and the user's display settings.

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
from app.viewer.picture.zoom import NO_ZOOM
from app.viewer.picture.zoom import Zoom
from denoiser.online.pretrained import has_pretrained
from denoiser.settings import DenoiserSettings
from denoiser.settings import Init
from denoiser.transfer import tone
from scenes.model.description import Camera

DEPTH_QUANTILE = 0.98  # quantile of the visible depths; it and all farther ones are drawn darkest
ERROR_WHITE = 0.25  # difference of T(v) that is drawn brightest at exposure 0
QUANTILE_SAMPLES = 65536  # most pixels sorted for the quantile; more cost time and change little


class Channel(Enum):
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
        """The key that shows this view: "1" to "9", then "0"."""
        return str((VIEWS.index(self) + 1) % 10)


VIEWS = tuple(Channel)


class Encoding(IntEnum):
    """Meaning of an image's values; the shader uses the same integers."""

    RADIANCE = 0
    """Linear, unbounded: exposure and tone curve apply."""
    ALBEDO = 1
    """Linear in [0, 1]; sRGB-encoded, without exposure and tone curve."""
    NORMAL = 2
    """[-1, 1], drawn as n / 2 + 1/2."""
    DEPTH = 3
    """Scene units, 0 without a surface: drawn near bright, far dark, no surface black."""
    ERROR = 4
    """Difference of T(v), drawn from black over red to yellow; exposure applies."""


class ToneCurve(IntEnum):
    """Mapping from exposed radiance to display values; the shader uses the same integers."""

    PAPER = 0
    """T(v) = (v / (1 + v))^(1/2.2) (Lehtinen et al. 2018); PSNR is measured on it."""
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


INIT_LABELS = {Init.PRETRAINED: "pretrained weights", Init.RANDOM: "random weights"}


def init_label(settings: DenoiserSettings) -> str:
    """Label of the weights a reset starts from; random if the network has no pretrained ones."""
    return INIT_LABELS[settings.init if has_pretrained(settings.network) else Init.RANDOM]


@dataclass(frozen=True, eq=False)
class ViewImage:
    """An image to draw."""

    image: torch.Tensor
    """(H, W, 3) or (H, W, 1) float32."""
    encoding: Encoding
    depth_scale: float = 1.0
    """Depth in scene units that is drawn darkest; for Encoding.DEPTH only."""


def image_of_view(report: FrameReport, view: Channel) -> ViewImage:
    """Image of a view; the mean of halves in place of a missing comparison."""
    half = report.pair.a
    match view:
        case Channel.NOISY:
            return ViewImage(half.color, Encoding.RADIANCE)
        case Channel.MEAN:
            return ViewImage(report.pair.mean_color(), Encoding.RADIANCE)
        case Channel.DENOISED:
            return ViewImage(report.denoised, Encoding.RADIANCE)
        case Channel.ALBEDO:
            return ViewImage(half.albedo, Encoding.ALBEDO)
        case Channel.NORMAL:
            return ViewImage(half.normal, Encoding.NORMAL)
        case Channel.DEPTH:
            return ViewImage(half.distance, Encoding.DEPTH, _far_depth(half.distance))
        case Channel.COMPARISON if report.comparison is not None:
            return ViewImage(report.comparison, Encoding.RADIANCE)
        case Channel.ERROR:
            return ViewImage(_error(report, report.denoised), Encoding.ERROR)
        case Channel.COMPARISON_ERROR:
            return ViewImage(_error(report, report.comparison), Encoding.ERROR)
        case Channel.REFERENCE:
            return ViewImage(report.reference, Encoding.RADIANCE)
    return ViewImage(report.pair.mean_color(), Encoding.RADIANCE)


def view_label(report: FrameReport | None, view: Channel) -> str:
    """Label of a view for display on the image; with the reference's samples per pixel."""
    if report is None:
        return "rendering the first frame ..."
    if view is Channel.COMPARISON and report.comparison is None:
        return "mean of halves (choose another denoiser as comparison in the panel)"
    if view in (Channel.ERROR, Channel.COMPARISON_ERROR):
        if view is Channel.COMPARISON_ERROR and report.comparison is None:
            return f"{view.value} (choose another denoiser as comparison in the panel)"
        if not report.has_rested:
            return f"{view.value} (needs the camera at rest)"
        return f"{view.value} vs. {report.reference_spp} spp; brightest: {ERROR_WHITE:g} in T(v)"
    if view is not Channel.REFERENCE:
        return view.value
    return f"reference, {report.reference_spp} spp"


def _error(report: FrameReport, picture: torch.Tensor | None) -> torch.Tensor:
    """(H, W, 1) channel mean of |T(picture) - T(reference)|; 0 without image or reference."""
    if picture is None or not report.has_rested:
        return torch.zeros_like(report.pair.a.distance)
    return (tone(picture) - tone(report.reference)).abs().mean(dim=-1, keepdim=True)


def _far_depth(depth: torch.Tensor) -> float:
    """DEPTH_QUANTILE of the visible depths, scene units, > 0; 1 if nothing is visible."""
    values = depth.flatten()
    values = values[:: -(-values.numel() // QUANTILE_SAMPLES)]
    seen = values[(values > 0) & torch.isfinite(values)]
    return float(torch.quantile(seen, DEPTH_QUANTILE)) if seen.numel() else 1.0


@dataclass(frozen=True)
class ViewState:
    """Display settings and viewer status: everything the panel shows besides the report."""

    settings: SessionSettings = field(default_factory=SessionSettings)
    """Session settings as last requested; with the image size for a static camera."""
    left: Channel = Channel.DENOISED
    """The only view, or the left one if split."""
    right: Channel = Channel.MEAN
    """Channel right of the split."""
    is_split: bool = False
    split: float = 0.5
    """Left edge of the right view, as a fraction of the image width."""
    typed_size: tuple[int, int] | None = None
    """Content of the render size fields while the user types, else None."""
    exposure: float = 0.0
    """Stops: radiance is multiplied by 2^exposure."""
    is_auto_exposed: bool = False
    """True: the exposure is computed from each frame."""
    curve: ToneCurve = ToneCurve.PAPER
    zoom: Zoom = NO_ZOOM
    pointer: tuple[float, float] = (-1.0, -1.0)
    """Mouse position in framebuffer pixels, y upwards."""
    is_inspecting: bool = False
    """True: the values of the pixel under the mouse are shown."""
    camera: Camera | None = None
    """Current camera; None before the window is first drawn."""
    is_smooth: bool = True
    """True: scaled images are drawn with bilinear interpolation, else with nearest pixels."""
    panel_visible: bool = True
    help_visible: bool = False
    is_paused: bool = False
    """True: training is paused."""
    is_asking_reset: bool = False
    """True: the question whether to reset training is open."""
    target_ms: float = 150.0
    """Time budget, ms per frame while the camera moves; limits steps, samples and size."""
    has_budget: bool = True
    """False: no time budget."""
    upload_method: str = ""
    """How images are uploaded to the window; empty before the first."""
    work: Work | None = None
    """Work done by the last frame; None before the first."""
    checkpoint: str = "checkpoint.safetensors"
    """Checkpoint file to save and load."""
    is_recording: bool = False
    is_playing: bool = False
    fly_speed: float = 1.0
    """Scene units per second."""
    message: str = ""
    """Message at the bottom of the window; empty for none."""


Rectangle = tuple[int, int, int, int]
"""x, y, width, height in pixels, y upwards from the lower left corner, as in GL."""


def letterbox(size: tuple[int, int], area: Rectangle) -> Rectangle:
    """Largest centred rectangle in `area` with the aspect ratio of `size`; at least 1 x 1."""
    x, y, width, height = area
    scale = min(width / size[0], height / size[1])
    inner = max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)
    return x + (width - inner[0]) // 2, y + (height - inner[1]) // 2, *inner


def with_edits(view: ViewState, edits: Edits) -> ViewState:
    """Channel state after the session has applied `edits`."""
    is_paused = view.is_paused if edits.training_paused is None else edits.training_paused
    return replace(view, settings=edits.settings or view.settings, is_paused=is_paused)
