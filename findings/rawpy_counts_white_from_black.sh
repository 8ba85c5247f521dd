#!/bin/sh
# rawpy 0.28.0 (LibRaw 0.22.2): user_sat is counted from the black level, white_level from zero.
#
# `RawPy.white_level` is the stored value of white, as in the file's header: with a black level of
# 512 and white at 16000 it is 16000. The parameter `user_sat` of `postprocess`, documented as
# "custom white level", is compared with values that black was subtracted from already. Passing a
# file's own white level (`user_sat=raw.white_level`) therefore darkens the picture, here to
# (16000 - 512) / 16000 = 0.968 of its brightness, and a white pixel is no longer white. So it does
# together with `user_black`, whose own scale is that of the file.
#
# Expected: the same picture with user_sat=raw.white_level as without it.
# Hush passes the white level minus the black level (app/offline/pictures/raw_photograph.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    rawpy==0.28.0 tifffile==2024.8.30 numpy==2.2.6
cat > "$folder/white.py" <<'PYTHON'
import sys

import numpy as np
import rawpy
import tifffile

BLACK, WHITE = 512, 16000
stored = np.full((64, 64), BLACK + (WHITE - BLACK) // 2, np.uint16)
identity = [part for k in range(9) for part in (1 if k % 4 == 0 else 0, 1)]
tags = [
    (33421, 3, 2, (2, 2), True),  # CFARepeatPatternDim
    (33422, 1, 4, bytes((0, 1, 1, 2)), True),  # CFAPattern: red, green, green, blue
    (50706, 1, 4, bytes((1, 4, 0, 0)), True),  # DNGVersion
    (50708, 2, 0, "A camera", True),  # UniqueCameraModel
    (50714, 3, 1, BLACK, True),  # BlackLevel
    (50717, 3, 1, WHITE, True),  # WhiteLevel
    (50721, 10, 9, identity, True),  # ColorMatrix1
    (50728, 5, 3, [1, 1] * 3, True),  # AsShotNeutral
    (50778, 3, 1, 21, True),  # CalibrationIlluminant1: D65
]
path = sys.argv[1] + "/grey.dng"
tifffile.imwrite(path, stored, photometric="cfa", metadata=None, extratags=tags)
linear = dict(
    gamma=(1, 1), no_auto_bright=True, output_bps=16, use_camera_wb=True, adjust_maximum_thr=0.0,
    output_color=rawpy.ColorSpace.raw,
)


def brightness(**options):
    with rawpy.imread(path) as raw:
        level = raw.white_level
        chosen = {name: level + shift for name, shift in options.items()}
        return level, float(raw.postprocess(**linear, **chosen)[32, 32, 1]) / 65535


level, plain = brightness()
_, own = brightness(user_sat=0)
_, shifted = brightness(user_sat=-BLACK)
print(f"rawpy {rawpy.__version__}, LibRaw {rawpy.libraw_version}, white_level {level}")
print(f"no user_sat: {plain:.4f}")
print(f"user_sat=white_level: {own:.4f}, {own / plain:.4f} of it")
print(f"user_sat=white_level - black: {shifted:.4f}")
assert level == WHITE and abs(plain - 0.5) < 1e-3 and abs(shifted - plain) < 1e-4
assert abs(own / plain - (WHITE - BLACK) / WHITE) < 1e-3, "the behaviour has changed"
print("as described")
PYTHON
"$folder/venv/bin/python" "$folder/white.py" "$folder"
