"""Hush: a path tracer whose denoiser is trained while you fly through the scene.

    import hush

    scene = hush.load_scene("cornell-box")
    renderer = hush.Renderer(scene, device="auto")
    pair = renderer.render(size=(256, 256), spp=8, seed=0)
    image = hush.denoise(pair)

Importing this module sets environment variables of thread pools and nothing else; import it before
torch. Everything else is imported when it is first used. `docs/api.md` has examples.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

PACKAGES = ("app", "denoiser", "renderer", "scenes")
LATE_IMPORT_WARNING = (
    "torch was imported before hush: its threads may compete with the renderer's for the same"
    " cores; import hush first"
)


def _check_packages() -> None:
    """Raise ImportError where another package of the same name hides one of Hush's."""
    folder = Path(__file__).resolve().parent
    for name in PACKAGES:
        module = import_module(name)
        file = getattr(module, "__file__", None)
        if file is None or Path(file).resolve().parent.parent != folder:
            found = file or next(iter(getattr(module, "__path__", ["nowhere"])))
            raise ImportError(
                f"hush: another package named {name} comes first ({found}): rename it, or start"
                " Python in another folder"
            )


_check_packages()

from app.base.environment import prepare_libraries  # noqa: E402

if "torch" in sys.modules:
    warnings.warn(LATE_IMPORT_WARNING, stacklevel=2)
prepare_libraries()

if TYPE_CHECKING:
    from app.api.denoiser import OnlineDenoiser
    from app.api.denoiser import denoise
    from app.api.frame_pair import FramePair
    from app.api.renderer import Renderer
    from app.api.runs import fly
    from app.api.runs import restore
    from app.api.scene import Scene
    from app.api.scene import load_scene
    from scenes.model.description import Camera

NAMES = {
    "Camera": "scenes.model.description",
    "FramePair": "app.api.frame_pair",
    "OnlineDenoiser": "app.api.denoiser",
    "Renderer": "app.api.renderer",
    "Scene": "app.api.scene",
    "denoise": "app.api.denoiser",
    "fly": "app.api.runs",
    "load_scene": "app.api.scene",
    "restore": "app.api.runs",
}
"""Module of each public name."""
__all__ = [
    "Camera",
    "FramePair",
    "OnlineDenoiser",
    "Renderer",
    "Scene",
    "denoise",
    "fly",
    "load_scene",
    "main",
    "restore",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in NAMES:
        raise AttributeError(f"module 'hush' has no attribute {name!r}")
    if NAMES[name].startswith("app.api") and name not in ("Scene", "load_scene"):
        # Taichi before torch: for each of its functions Taichi scans all modules imported so far.
        import_module("taichi")
    value = getattr(import_module(NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """All public names, imported or not yet."""
    return sorted(__all__)


def main() -> int:
    """Run the command line; return the exit code."""
    from app.main import main as run

    return run(program=Path(sys.argv[0]).name)


if __name__ == "__main__":
    sys.exit(main())
