#!/bin/sh
# OpenImageIO 3.2.2.0: two of the eight orientations of Radiance pictures (.hdr) are exchanged.
#
# The last line of a Radiance header says in which order the pixels follow: `-Y 2 +X 3` means rows
# from the top, each from the left; where X comes first, scanlines are columns. OpenImageIO stores it
# as the attribute Orientation. For `-X 3 -Y 2` (columns from the right, each from the top) that is 6
# by TIFF's numbering, and for `+X 3 +Y 2` (columns from the left, each from the bottom) 8; it
# reports 8 and 6. Reorienting such a picture therefore turns it by 180 degrees. The other six are
# right. Source: Radiance file formats, section "Picture File Format".
#
# Expected: the same upright picture from all eight files.
# Hush reads the line itself (scenes/images/radiance.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check OpenImageIO==3.2.2.0 numpy==2.2.6
cat > "$folder/orient.py" <<'PYTHON'
import sys

import numpy as np
import OpenImageIO as oiio

upright = np.arange(6.0).reshape(2, 3) + 1.0
files = {
    "-Y 2 +X 3": upright,
    "-Y 2 -X 3": upright[:, ::-1],
    "+Y 2 +X 3": upright[::-1],
    "+Y 2 -X 3": upright[::-1, ::-1],
    "+X 3 -Y 2": upright.T,
    "+X 3 +Y 2": upright[::-1].T,
    "-X 3 -Y 2": upright[:, ::-1].T,
    "-X 3 +Y 2": upright[::-1, ::-1].T,
}
wrong = []
for resolution, scanlines in files.items():
    # RGBE with exponent 136: a mantissa is the value itself.
    texels = np.zeros((*scanlines.shape, 4), np.uint8)
    texels[..., :3], texels[..., 3] = scanlines[..., None], 136
    name = f"{sys.argv[1]}/picture.hdr"
    with open(name, "wb") as file:
        file.write(f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n{resolution}\n".encode())
        file.write(texels.tobytes())
    stored = oiio.ImageBuf(name)
    found = oiio.ImageBufAlgo.reorient(stored).get_pixels(oiio.FLOAT)[..., 0]
    is_upright = found.shape == upright.shape and np.allclose(found, upright)
    orientation = stored.spec().get_int_attribute("Orientation")
    print(f"{resolution}: Orientation {orientation}, {'upright' if is_upright else 'not upright'}")
    if not is_upright:
        wrong.append((resolution, orientation))
sys.exit(wrong != [("+X 3 +Y 2", 6), ("-X 3 -Y 2", 8)])
PYTHON
"$folder/venv/bin/python" "$folder/orient.py" "$folder" || {
    echo "the behaviour has changed"
    exit 1
}
