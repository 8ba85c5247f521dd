"""Shared functions: called and inlined give the same results."""

import numpy as np
import pytest
import taichi as ti

from renderer import shared_func
from renderer.backend import Backend

vec3 = ti.types.vector(3, ti.f32)
f32_array = ti.types.ndarray(dtype=ti.f32, ndim=1)


@ti.func
def scaled(v: vec3, factor: ti.f32) -> vec3:
    result = v
    if factor != 0.0:
        result = v * factor
    return result


@shared_func.shared_func
def looked_up(table: f32_array, index: ti.i32, v: vec3) -> vec3:
    return scaled(v, table[index]) + scaled(v, 0.0)


def evaluate(table: np.ndarray) -> np.ndarray:
    @ti.kernel
    def run(table: f32_array, out: f32_array):
        for i in out:
            first = looked_up(table, i, vec3(1.0, 2.0, 3.0))
            out[i] = looked_up(table, i, first).sum()

    out = np.zeros_like(table)
    run(table, out)
    return out


def test_shared_function_called_and_inlined_agree(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = np.arange(1, 6, dtype=np.float32)
    called = evaluate(table)
    monkeypatch.setattr(shared_func, "is_front_end_patched", lambda: False)
    inlined = evaluate(table)
    np.testing.assert_array_equal(called, inlined)
    np.testing.assert_allclose(called, 6.0 * (table + 1.0) ** 2)
