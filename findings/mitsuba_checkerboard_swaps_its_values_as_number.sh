#!/bin/sh
# Mitsuba 3.9.1: a checkerboard texture that is read as a number has its two values exchanged.
#
# `checkerboard` shows color0 where both halves of the cell are equal (the documentation's picture).
# As a colour (`eval`) it does. As a number (`eval_1`), which is how a roughness, a weight or a
# metalness reads its texture, the same point gives color1.
#
# Expected: eval_1 equals each channel of eval for grey colours.
# Hush exchanges the two where a parameter is a number (scenes/mitsuba/textures.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mitsuba==3.9.1
cat > "$folder/board.py" <<'PYTHON'
import sys

import mitsuba as mi

mi.set_variant("scalar_rgb")
board = mi.load_dict({"type": "checkerboard", "color0": 0.25, "color1": 0.75})
point = mi.SurfaceInteraction3f()
found = []
for uv in ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75)):
    point.uv = mi.ScalarPoint2f(*uv)
    colour, number = float(board.eval(point)[0]), float(board.eval_1(point))
    print(f"uv {uv}: eval {colour}, eval_1 {number}")
    found.append((colour, number))
sys.exit(found != [(0.25, 0.75), (0.75, 0.25), (0.25, 0.75)])
PYTHON
"$folder/venv/bin/python" "$folder/board.py" || {
    echo "the behaviour has changed"
    exit 1
}
