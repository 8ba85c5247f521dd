"""Camera controls: convert keys, mouse drags and wheel steps to camera poses.

Host code. No window or clock: the caller passes the time, so that tests can choose it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.model.description import Camera
from scenes.model.summary import Outline
from scenes.model.transforms import rotation

Vector = tuple[float, float, float]

MOVE_KEYS: dict[str, Vector] = {
    "w": (0.0, 0.0, 1.0),
    "s": (0.0, 0.0, -1.0),
    "a": (1.0, 0.0, 0.0),
    "d": (-1.0, 0.0, 0.0),
    "e": (0.0, 1.0, 0.0),
    "q": (0.0, -1.0, 0.0),
}
"""Direction of each key: (camera's left, world's up, camera's forward)."""
SPEED_KEYS = {"left_shift": 4.0, "right_shift": 4.0, "left_control": 0.25, "right_control": 0.25}
"""Speed factor while the key is held."""


FLY_HELP = (
    ("W A S D", "move forward, left, back, right"),
    ("E Q", "move up, down"),
    ("Shift, Ctrl", "move faster, slower"),
    ("mouse drag", "look around"),
    ("wheel", "change the speed"),
)
LOOK_DEGREES_PER_PIXEL = 0.15  # a full turn in 2400 pixels of dragging
MAX_PITCH = 89.0  # degrees; at 90 the heading is undefined
WHEEL_FACTOR = 1.2  # speed factor per wheel step
SPEED_RANGE = 1e4  # largest factor between initial speed and speed set by the wheel
FIRST_STEP_SECONDS = 0.05  # longest time that a newly pressed key counts as held in its first step
MAX_STEP_SECONDS = 0.5  # longest time step, so that the camera does not jump after a stall
STILL_SECONDS = 0.25  # the camera counts as moving this long after its last motion
SPEED_FRACTION = 0.15  # initial speed: fraction of the distance to the shapes per second


def fly_speed(scene: Outline) -> float:
    """Initial speed, scene units per second: proportional to the shapes' distance to the camera.

    Median over shapes, so that one very large ground plane does not determine the speed.
    """
    if not len(scene.boxes):
        return SPEED_FRACTION
    position = scene.camera.to_world[:3, 3]
    spans = [
        max(
            float(np.linalg.norm((low + high) / 2 - position)),
            float(np.linalg.norm(high - low)) / 2,
        )
        for low, high in scene.boxes
    ]
    return SPEED_FRACTION * max(float(np.median(spans)), 1e-6)


def world_up(camera: Camera) -> np.ndarray:
    """(3,) signed world axis nearest to the camera's up, y on ties; valid for |pitch| < 45 deg."""
    up = camera.to_world[:3, 1]
    order = (1, 2, 0)
    axis = max(order, key=lambda index: (round(abs(float(up[index])), 6), -order.index(index)))
    result = np.zeros(3)
    result[axis] = 1.0 if up[axis] >= 0.0 else -1.0
    return result


class FlyControls:
    """Fly-through camera, moved by keys, mouse drags and wheel steps.

    controls = FlyControls(scene.camera, fly_speed(scene))
    controls.key("w", True)
    controls.advance(0.016)
    controls.camera
    """

    def __init__(self, camera: Camera, speed: float) -> None:
        """Start at `camera`; `speed` is in scene units per second."""
        self.camera = camera
        self.speed = speed
        self._first_speed = speed
        self._up = world_up(camera)
        self._held: set[str] = set()
        self._fresh: set[str] = set()
        self._seconds_still = STILL_SECONDS
        self._was_turned = False

    @property
    def is_moving(self) -> bool:
        """True while the camera moves and for STILL_SECONDS after, so taps do not toggle it."""
        return self._seconds_still < STILL_SECONDS

    def jump(self, camera: Camera) -> None:
        """Move to `camera` immediately."""
        self.camera = camera
        self._was_turned = True

    def key(self, name: str, is_pressed: bool) -> None:
        """Register a key press or release; keys that do not control the camera are ignored."""
        if name not in MOVE_KEYS and name not in SPEED_KEYS:
            return
        if is_pressed:
            self._held.add(name)
            self._fresh.add(name)
        else:
            self._held.discard(name)

    def release_all(self) -> None:
        """Release all keys: a window without focus gets no release events."""
        self._held.clear()
        self._fresh.clear()

    def scroll(self, steps: float) -> None:
        """Change the speed by `steps` of the wheel; positive is faster."""
        low, high = self._first_speed / SPEED_RANGE, self._first_speed * SPEED_RANGE
        self.speed = float(np.clip(self.speed * WHEEL_FACTOR**steps, low, high))

    def look(self, dx: float, dy: float) -> None:
        """Turn right and down by a drag of (dx, dy) window pixels, y downwards."""
        to_world = self.camera.to_world
        hand = 1.0 if np.linalg.det(to_world[:3, :3]) > 0.0 else -1.0
        forward = to_world[:3, 2]
        pitch = np.degrees(np.arcsin(np.clip(float(forward @ self._up), -1.0, 1.0)))
        limit = max(MAX_PITCH, abs(pitch))
        change = np.clip(pitch - dy * LOOK_DEGREES_PER_PIXEL, -limit, limit) - pitch
        yaw = rotation(self._up, -hand * dx * LOOK_DEGREES_PER_PIXEL)[:3, :3]
        tilt = rotation(to_world[:3, 0], -hand * change)[:3, :3]
        self._place(yaw @ tilt @ to_world[:3, :3], to_world[:3, 3])
        self._was_turned = self._was_turned or dx != 0.0 or dy != 0.0

    def advance(self, seconds: float) -> None:
        """Move the camera for `seconds` with the keys held now."""
        step = self._travel(min(seconds, MAX_STEP_SECONDS))
        is_still = not self._was_turned and not step.any()
        self._seconds_still = self._seconds_still + seconds if is_still else 0.0
        self._was_turned = False
        self._fresh.clear()
        if step.any():
            self._place(self.camera.to_world[:3, :3], self.camera.to_world[:3, 3] + step)

    def _travel(self, seconds: float) -> np.ndarray:
        """(3,) displacement in `seconds`, scene units."""
        axes = np.stack([self.camera.to_world[:3, 0], self._up, self.camera.to_world[:3, 2]])
        way = np.zeros(3)
        # A key pressed and released between two calls still moves the camera a little.
        for name in (self._held | self._fresh) & MOVE_KEYS.keys():
            held = min(seconds, FIRST_STEP_SECONDS) if name in self._fresh else seconds
            way += held * (np.array(MOVE_KEYS[name]) @ axes)
        factors = [SPEED_KEYS[name] for name in self._held & SPEED_KEYS.keys()]
        return way * self.speed * float(np.prod(factors))

    def _place(self, axes: np.ndarray, position: np.ndarray) -> None:
        """Set the pose; `axes` (3, 3) are orthonormalised, as rotations accumulate errors."""
        u, _, vt = np.linalg.svd(axes)
        to_world = np.eye(4)
        to_world[:3, :3] = u @ vt
        to_world[:3, 3] = position
        self.camera = replace(self.camera, to_world=to_world)
