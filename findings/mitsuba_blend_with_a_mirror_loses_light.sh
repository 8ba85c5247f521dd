#!/bin/sh
# Mitsuba 3.9.1: blendbsdf of a smooth conductor and another BSDF loses light of the mirror.
#
# A sample of a blend should have the mean weight of the parts' albedos, mixed. The second part here,
# of weight 0.3, is a mirror that reflects everything, so at least 0.3 of the light must come back.
# Where the mirror is chosen, Mitsuba divides the sum of both parts' values by the sum of the
# probability of the mirror's direction and the other part's density per solid angle, numbers of
# different units: beside roughplastic the mirror's samples weigh 0.35 instead of 1, beside diffuse
# of reflectance 0.5 they weigh 0.79. Only where the other part reflects everything, too, is it 1.
#
# Expected: the mirror's samples weigh 1 in each blend.
# Hush chooses one of the two at random at each hit (renderer/bsdfs/fetch.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mitsuba==3.9.1
cat > "$folder/blend.py" <<'PYTHON'
import random
import sys

import mitsuba as mi

mi.set_variant("scalar_rgb")
black = {"type": "rgb", "value": 0.0}
parts = {
    "roughplastic": {"type": "roughplastic", "alpha": 0.3, "diffuse_reflectance": black},
    "roughconductor": {"type": "roughconductor", "alpha": 0.3},
    "diffuse": {"type": "diffuse"},
}
mirror = {"type": "conductor"}
point = mi.SurfaceInteraction3f()
point.wi = mi.ScalarVector3f(0, 0, 1)
random.seed(1)
means = {}
for name, first in parts.items():
    blend = mi.load_dict({"type": "blendbsdf", "weight": 0.3, "first": first, "second": mirror})
    weights = []
    for _ in range(4000):
        u = mi.ScalarPoint2f(random.random(), random.random())
        sample, weight = blend.sample(mi.BSDFContext(), point, random.random(), u)
        if sample.sampled_type == int(mi.BSDFFlags.DeltaReflection):
            weights.append(float(weight[0]))
    means[name] = sum(weights) / len(weights)
    print(f"{name} and mirror: mean weight of the mirror's {len(weights)} samples {means[name]:.3f}")
is_as_seen = means["roughplastic"] < 0.4 and 0.75 < means["diffuse"] < 0.82
sys.exit(not is_as_seen or means["roughconductor"] < 0.99)
PYTHON
"$folder/venv/bin/python" "$folder/blend.py" || {
    echo "the behaviour has changed"
    exit 1
}
