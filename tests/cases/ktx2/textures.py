"""Write a gradient as KTX 2 files and as what the reference transcoder reads.

Usage: pip install alktx2==0.1.7, then run in this folder. alktx2 contains Basis Universal.
"""

from __future__ import annotations

import io

import alktx2
import numpy as np
from PIL import Image

rows, columns = np.mgrid[0:12, 0:16]
checks = (rows // 4 + columns // 4) % 2 * 200
alpha = np.where(columns < 8, 255, 90)
rgba = np.stack([columns * 15, rows * 20, checks, alpha], axis=-1).astype(np.uint8)
for name, codec, channels, level in (("etc1s", "etc1s", 4, None), ("uastc", "uastc", 3, 6)):
    png = io.BytesIO()
    Image.fromarray(rgba[..., :channels]).save(png, "png")
    stored = alktx2.encode_bytes_to_ktx2(
        png.getvalue(),
        mime="image/png",
        codec=codec,
        quality=90,
        effort=4,
        srgb=True,
        zstd_supercompression_level=level,
    )
    decoded, _ = alktx2.decode_ktx2_to_bytes(stored, format="png")
    with open(f"{name}.ktx2", "wb") as file:
        file.write(stored)
    Image.open(io.BytesIO(decoded)).convert("RGBA").save(f"{name}.png")
