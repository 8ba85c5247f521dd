#!/bin/sh
# Mitsuba 3.9.1: plastic creates light at a high index, roughplastic's coat is averaged too coarsely.
#
# Light that enters a coat bounces between its inside and the base, a geometric series with the
# coat's hemispherical reflectance R from inside; a base of reflectance 1 is divided by 1 - R.
# `plastic` takes R from a polynomial fit, which is too high above an index of 2.2 (0.8693 instead
# of 0.8652 for diamond, 2.419). A coat without loss over a base of reflectance 1 then returns more
# light than arrives. `roughplastic` takes R as the plain mean of 64 values between cosines 0 and 1,
# both ends included, where the trapezoid rule divides by 63 and halves the ends; R comes out 1 %
# too low, so a nearly smooth coat of alpha 0.001 returns less light than plastic of the same index.
#
# Expected: both reflect 1 in a white furnace (less what a rough coat's masking loses).
# Hush integrates the smooth coat, with a note, and takes the mean of 64 for the rough one
# (renderer/tables/coats.py, scenes/mitsuba/bsdfs.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mitsuba==3.9.1
cat > "$folder/plastic.py" <<'PYTHON'
import random
import sys

import mitsuba as mi

mi.set_variant("scalar_rgb")
COUNT = 200_000
WHITE = {"type": "rgb", "value": 1.0}
point = mi.SurfaceInteraction3f()
point.wi = mi.ScalarVector3f(0, 0, 1)


def albedo(kind, index, **more):
    bsdf = mi.load_dict(
        {"type": kind, "int_ior": index, "ext_ior": 1.0, "diffuse_reflectance": WHITE, **more}
    )
    random.seed(1)
    total = 0.0
    for _ in range(COUNT):
        u = mi.ScalarPoint2f(random.random(), random.random())
        total += bsdf.sample(mi.BSDFContext(), point, random.random(), u)[1][0]
    return total / COUNT


values = {}
for kind, index, more in (
    ("plastic", 1.5, {}),
    ("plastic", 2.419, {}),
    ("plastic", 3.0, {}),
    ("roughplastic", 1.5, {"alpha": 0.001}),
    ("roughplastic", 2.419, {"alpha": 0.001}),
):
    values[kind, index] = albedo(kind, index, **more)
    print(f"{kind} of index {index}: {values[kind, index]:.4f} of the light comes back")
is_as_seen = (
    abs(values["plastic", 1.5] - 1.0) < 0.003
    and 1.02 < values["plastic", 2.419] < 1.04
    and 1.15 < values["plastic", 3.0] < 1.25
    and 0.97 < values["roughplastic", 1.5] < 0.99
)
sys.exit(not is_as_seen)
PYTHON
"$folder/venv/bin/python" "$folder/plastic.py" || {
    echo "the behaviour has changed"
    exit 1
}
