"""Indices of refraction by name.

Host code. Names are those that Mitsuba files use; values are handbook figures at 589 nm, and for
metals linear RGB averages of measured curves.
"""

from __future__ import annotations

from scenes.model.materials import RGB

DIELECTRICS: dict[str, float] = {
    "vacuum": 1.0,
    "helium": 1.000036,
    "hydrogen": 1.000132,
    "air": 1.000277,
    "carbon dioxide": 1.00045,
    "water ice": 1.31,
    "water": 1.3330,
    "acetone": 1.36,
    "ethanol": 1.361,
    "fused quartz": 1.458,
    "carbon tetrachloride": 1.461,
    "pyrex": 1.470,
    "glycerol": 1.4729,
    "acrylic glass": 1.49,
    "polypropylene": 1.49,
    "benzene": 1.501,
    "bk7": 1.5046,
    "silicone oil": 1.52045,
    "sodium chloride": 1.544,
    "amber": 1.55,
    "pet": 1.575,
    "bromine": 1.661,
    "diamond": 2.419,
}
"""Index of refraction by name."""

METALS: dict[str, tuple[RGB, RGB]] = {
    "none": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "ag": ((0.155265, 0.116723, 0.138381), (4.82835, 3.12225, 2.14696)),
    "al": ((1.65746, 0.880369, 0.521229), (9.22387, 6.26952, 4.837)),
    "au": ((0.143119, 0.374957, 1.44248), (3.98316, 2.38572, 1.60322)),
    "cr": ((4.36968, 2.9167, 1.6547), (5.20643, 4.23136, 3.75495)),
    "cu": ((0.200438, 0.924033, 1.10221), (3.91295, 2.45285, 2.14219)),
}
"""(eta, k) by lower-case name: real and imaginary part of the index, RGB."""
