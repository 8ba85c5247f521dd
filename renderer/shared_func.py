"""Decorator for device functions that are compiled once and called, instead of inlined.

Host code. Taichi inlines every `ti.func` at each of its calls, so a large function with several
calls makes its kernel large, which each start translates to machine code anew.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import taichi as ti
from taichi.lang.impl import current_cfg

from renderer.taichi_patches import is_front_end_patched


def shared_func(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `function` once per kernel on a CPU; elsewhere inline it as `ti.func` does.

    Arguments and result are copied through memory. Parameters must have types other than
    `ti.template()`, because the function does not see the kernel's arguments: it takes the arrays
    that it reads one by one. A kernel must call at most one shared function: Taichi orders several
    by address, so the name of the kernel in the cache would differ from start to start.
    """
    inlined, called = ti.func(function), ti.real_func(function)

    @functools.wraps(inlined)
    def choose(*args: Any) -> Any:
        is_called = current_cfg().arch != ti.cuda and is_front_end_patched()
        return (called if is_called else inlined)(*args)

    return choose
