"""Names of absorbing materials: case and the suffix of a source are ignored.

Host code.
"""

from __future__ import annotations

import pytest

from scenes.optics.indices import METALS
from scenes.optics.indices import metal_index


@pytest.mark.parametrize(
    ("name", "key"),
    [("W", "w"), ("TiN_palik", "tin"), ("na_palik", "na"), ("Cu_palik", "cu_palik"), ("Cu", "cu")],
)
def test_material_is_found_by_its_mitsuba_name(name: str, key: str) -> None:
    assert metal_index(name) == METALS[key]


def test_unknown_material_is_none() -> None:
    assert metal_index("unobtainium") is None


def test_indices_are_not_negative() -> None:
    assert all(min(*eta, *k) >= 0.0 for eta, k in METALS.values())
