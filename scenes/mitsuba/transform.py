"""`<transform>` of Mitsuba files: a product of steps, applied in the order of the file.

Host code.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from scenes.mitsuba.values import ValueProblem
from scenes.mitsuba.values import numbers_of
from scenes.model.numbers import are_finite
from scenes.model.transforms import look_at
from scenes.model.transforms import rotation
from scenes.model.transforms import scaling
from scenes.model.transforms import translation

AXIS_TOLERANCE = 1e-3
"""Difference of an axis' length from 1 that counts as rounding."""


def matrix_of(element: Element, notes: list[str], is_uv: bool = False) -> np.ndarray:
    """(4, 4) float64 matrix of a transform element; ValueProblem if it is malformed.

    Where Mitsuba 3.9.1 reads a step otherwise, `notes` gets a line.

    With `is_uv`, it transforms texture coordinates: nine numbers of a <matrix> are then a matrix of
    two dimensions with the offset in its last column, else the linear part of three dimensions.
    """
    matrix = np.eye(4)
    for step in element:
        matrix = _step(step, notes, is_uv) @ matrix
    if not are_finite(matrix):
        raise ValueProblem("not finite as float32")
    return matrix


def _step(step: Element, notes: list[str], is_uv: bool) -> np.ndarray:
    match step.tag:
        case "translate":
            return translation(_axes(step, 0.0))
        case "scale":
            return scaling(_axes(step, 1.0))
        case "rotate":
            axis = _axes(step, 0.0)
            if not axis.any():
                raise ValueProblem("rotate: axis has zero length")
            length = float(np.linalg.norm(axis))
            if abs(length - 1.0) > AXIS_TOLERANCE:
                notes.append(f"rotate: axis of length {length:.3g} normalised; Mitsuba does not")
            return rotation(axis, _numbers(step.get("angle", "0"), "rotate", (1,))[0])
        case "matrix":
            return _matrix(step, notes, is_uv)
        case "lookat" | "look_at":
            return _look_at(step, notes)
    raise ValueProblem(f"unknown step <{step.tag}>")


def _axes(step: Element, default: float) -> np.ndarray:
    """(3,) from one value, three values, or attributes x, y, z."""
    if "value" in step.attrib:
        values = _numbers(step.attrib["value"], step.tag, (3, 1))
        return np.array(values if len(values) == 3 else values * 3)
    texts = [step.get(axis, str(default)) for axis in "xyz"]
    return np.array([_numbers(text, step.tag, (1,))[0] for text in texts])


def _matrix(step: Element, notes: list[str], is_uv: bool) -> np.ndarray:
    values = np.array(_numbers(step.get("value", ""), "matrix", (16, 9)))
    if len(values) == 16:
        return values.reshape(4, 4)
    matrix, small = np.eye(4), values.reshape(3, 3)
    if not is_uv:
        matrix[:3, :3] = small
        return matrix
    matrix[:2, :2] = small[:2, :2]
    matrix[:2, 3] = small[:2, 2]
    if small[:2, 2].any():
        notes.append("matrix: the third column is the offset of u and v; Mitsuba drops it")
    return matrix


def _look_at(step: Element, notes: list[str]) -> np.ndarray:
    origin, target, up = (
        np.array(_numbers(step.get(name, default), f"lookat {name}", (3,)))
        for name, default in (("origin", "0,0,0"), ("target", ""), ("up", "0,1,0"))
    )
    if "up" not in step.attrib:
        notes.append("lookat: up is missing, y is used; Mitsuba takes an arbitrary direction")
    forward = target - origin
    if not np.any(np.cross(up, forward)):
        # If `up` is parallel to the view direction, use another one, as Mitsuba does.
        up = np.array([0.0, 0.0, 1.0]) if abs(forward[2]) < abs(forward).max() else np.eye(3)[0]
    if not forward.any():
        raise ValueProblem("lookat: origin and target are the same")
    return look_at(origin, target, up)


def _numbers(text: str, name: str, counts: tuple[int, ...]) -> list[float]:
    try:
        return numbers_of(text, counts)
    except ValueProblem as problem:
        raise ValueProblem(f"{name}: {problem}") from None
