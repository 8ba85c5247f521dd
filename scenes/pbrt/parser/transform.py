"""Transform directives of pbrt files as (4, 4) matrices.

Host code. Formulas are pbrt's, on the numbers of the file. pbrt's space is left-handed; its numbers
are kept, so that a camera is mirrored here where it is not in pbrt.
"""

from __future__ import annotations

import numpy as np

from scenes.model.transforms import rotation
from scenes.model.transforms import scaling
from scenes.model.transforms import translation
from scenes.pbrt.parser.statements import Statement


def matrix_of(statement: Statement) -> np.ndarray:
    """(4, 4) float64 matrix of Translate, Scale, Rotate, LookAt, Transform or ConcatTransform.

    Raises:
        SceneError: an axis without length, or a view direction along `up`.
    """
    values = np.array(statement.numbers)
    match statement.directive:
        case "Translate":
            return translation(values)
        case "Scale":
            return scaling(values)
        case "Rotate":
            if not values[1:].any():
                raise statement.error("axis has zero length")
            return rotation(values[1:], values[0])
        case "LookAt":
            return _look_at(statement, *values.reshape(3, 3))
    return values.reshape(4, 4).T  # column by column in the file


def _look_at(
    statement: Statement, origin: np.ndarray, target: np.ndarray, up: np.ndarray
) -> np.ndarray:
    """World to camera space: x right, y up, z forward."""
    forward = target - origin
    right = np.cross(up, forward)
    if not right.any():
        raise statement.error("view direction of zero length, or along the up vector")
    forward = forward / np.linalg.norm(forward)
    right = right / np.linalg.norm(right)
    rows = np.stack([right, np.cross(forward, right), forward])
    matrix = np.eye(4)
    matrix[:3, :3] = rows
    matrix[:3, 3] = -rows @ origin
    return matrix
