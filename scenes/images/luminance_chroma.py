"""Luminance-chroma images of OpenEXR: Y at full resolution, RY and BY at half of it.

Host code, through the package OpenEXR: OpenImageIO does not read subsampled channels.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR

from scenes.images.chromaticities import REC_709
from scenes.images.chromaticities import rec_709_of_rgb
from scenes.images.chromaticities import xyz_of_rgb
from scenes.model.description import SceneError


def read_luminance_chroma(path: Path, name: str) -> np.ndarray:
    """(H, W, 3 or 4) float32 linear Rec. 709, and alpha if there is any.

    With RY = (R - Y) / Y and BY = (B - Y) / Y, R and B follow from Y; G from Y's weights. Chroma is
    interpolated linearly between its samples, which lie on the even columns and rows.

    Raises:
        SceneError: damaged, or other subsampled channels; one line.
    """
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            channels = {key: (c.pixels, c.xSampling) for key, c in file.channels().items()}
            given = file.header().get("chromaticities")
    except Exception as error:  # OpenEXR's errors for damaged files have no common class
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise SceneError(f"{name}: damaged image ({reason})") from error
    if not {"Y", "RY", "BY"} <= set(channels):
        raise SceneError(f"{name}: subsampled channels other than RY and BY are not supported")
    luminance = channels["Y"][0].astype(np.float32)
    red, blue = (
        (_upsampled(*channels[key], luminance.shape) + 1.0) * luminance for key in ("RY", "BY")
    )
    try:
        chromaticities = REC_709 if given is None else tuple(map(float, given))
        weights = xyz_of_rgb(chromaticities)[1]
        to_rec_709 = rec_709_of_rgb(chromaticities)
    except (TypeError, ValueError) as error:  # of numpy, if three of the colours are on a line
        raise SceneError(f"{name}: unusable chromaticities {given}") from error
    green = (luminance - weights[0] * red - weights[2] * blue) / weights[1]
    rgb = np.stack([red, green, blue], axis=2) @ to_rec_709.T
    alpha = [channels["A"][0].astype(np.float32)] if "A" in channels else []
    return np.dstack([rgb, *alpha]).astype(np.float32)


def _upsampled(samples: np.ndarray, step: int, shape: tuple[int, ...]) -> np.ndarray:
    """Samples at every `step`-th row and column, interpolated linearly to `shape`."""
    result = samples.astype(np.float64)
    for axis in (0, 1):
        position = np.minimum(np.arange(shape[axis]) / step, result.shape[axis] - 1)
        low = position.astype(int)
        high = np.minimum(low + 1, result.shape[axis] - 1)
        fraction = np.expand_dims(position - low, 1 - axis)
        result = result.take(low, axis) * (1 - fraction) + result.take(high, axis) * fraction
    return result
