"""Writers of image files for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO as oiio


def write_png(path: Path, texels: np.ndarray) -> None:
    """Write (H, W, C) uint8 or uint16 texels as PNG."""
    kind = oiio.UINT16 if texels.dtype == np.uint16 else oiio.UINT8
    _write(path, texels, kind)


def write_float(path: Path, texels: np.ndarray) -> None:
    """Write (H, W, C) texels as float32 to an EXR or HDR file, by the extension."""
    _write(path, texels.astype(np.float32), oiio.FLOAT)


def _write(path: Path, texels: np.ndarray, kind: oiio.BASETYPE) -> None:
    height, width, channels = texels.shape
    spec = oiio.ImageSpec(width, height, channels, kind)
    spec.attribute("oiio:UnassociatedAlpha", 1)
    output = oiio.ImageOutput.create(str(path))
    assert output is not None and output.open(str(path), spec), oiio.geterror()
    assert output.write_image(texels), output.geterror()
    output.close()
