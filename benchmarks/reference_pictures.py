"""Reference pictures of small scenes, each for one feature, against which the tests compare.

    python -m benchmarks.reference_pictures [NAME ...]

Renders the scenes of SCENES, or those named, with many samples and writes one half-float EXR file
each into `tests/references`: the mean radiance (R, G, B) and `variance`, the mean over the channels
of the variance of the mean. A picture is written anew only where it is meant to change.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import OpenEXR

from renderer import backend
from renderer.renderer import IntegratorSettings
from renderer.renderer import Renderer
from scenes.loader import load_scene

ROOT = Path(__file__).parents[1] / "tests"
FOLDER = ROOT / "references"
PBRT = (
    # Materials.
    "coatedconductor",
    "coateddiffuse_rough",
    "conductor_anisotropic",
    "dielectric_rough",
    "diffusetransmission",
    "mix",
    "normalmap",
    "subsurface",
    "thindielectric",
    # Lights.
    "area_image",
    "light_infinite_image",
    "light_point",
    "light_projection",
    "light_spot",
    # Shapes.
    "bilinearmesh",
    "cylinder",
    "disk_ring",
    "instances",
    "loopsubdiv",
    "sphere_partial",
    "trianglemesh_smooth",
    # Cameras.
    "camera_lens",
    "camera_orthographic",
    # Textures.
    "checkerboard",
    "imagemap_mapping",
    "texture_mix",
    "texture_scale",
)
"""Files of `tests/cases/pbrt`, one for each kind that pbrt has of these."""
SCENES = tuple(
    sorted(
        str(path.relative_to(ROOT / "cases").with_suffix(""))
        for pattern in ("features/*.*", "plugins/*.xml", "gltf/*.gltf")
        for path in (ROOT / "cases").glob(pattern)
    )
) + tuple(f"pbrt/{name}" for name in PBRT)
"""Scenes in `tests/cases`, without their ending."""
SIZE, DEPTH = 64, 8
PASSES, SPP = 64, 64  # of a reference
CHECK_PASSES, CHECK_SPP = 8, 16  # of a picture that is compared
BLOCK = 8  # pixels, side of the blocks that are compared


def scene_file(name: str) -> Path:
    """File of a scene of SCENES."""
    return next(
        path
        for path in (ROOT / "cases" / name).parent.glob(f"{Path(name).name}.*")
        if path.suffix in (".xml", ".gltf", ".pbrt")
    )


def passes(name: str, count: int, spp: int, first: int) -> np.ndarray:
    """(count, SIZE, SIZE, 3) float64 independent renders; `first` numbers the random streams."""
    scene = load_scene(str(scene_file(name)), aspect=1.0)
    renderer = Renderer(scene, backend.start("cpu"))
    settings = IntegratorSettings(spp=spp, max_depth=DEPTH, rr_depth=DEPTH)
    images = [
        renderer.render_half(scene.camera, (SIZE, SIZE), first + index, 0, settings).color
        for index in range(count)
    ]
    return np.stack([image.cpu().double().numpy() for image in images])


def mean_and_variance(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(H, W, 3) mean of (N, H, W, 3) renders, and (H, W, 3) variance of that mean."""
    variance: np.ndarray = images.var(axis=0, ddof=1) / len(images)
    return images.mean(axis=0), variance


def write_reference(name: str) -> None:
    """Render and write the reference picture of a scene."""
    mean, variance = mean_and_variance(passes(name, PASSES, SPP, 1_000_000))
    variance = variance.mean(axis=-1)
    channels = {"RGB": mean.astype(np.float16), "variance": variance.astype(np.float16)}
    target = FOLDER / f"{name.replace('/', '-')}.exr"
    target.parent.mkdir(exist_ok=True)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, channels).write(str(target))


def read_reference(name: str) -> tuple[np.ndarray, np.ndarray]:
    """(H, W, 3) mean and (H, W) variance of a reference picture."""
    with OpenEXR.File(str(FOLDER / f"{name.replace('/', '-')}.exr")) as file:
        channels = file.channels()
        mean = channels["RGB"].pixels.astype(np.float64)
        return mean, channels["variance"].pixels.astype(np.float64)


def block_scores(images: np.ndarray, reference: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(rows, columns, 3) difference of block means over its standard error, per channel.

    Args:
        images: (N, SIZE, SIZE, 3) renders to compare with the reference.
    """
    mean, variance = mean_and_variance(images)
    difference = _blocks(mean - reference[0]).mean(axis=2)
    total = _blocks(variance + reference[1][..., None]).sum(axis=2) / BLOCK**4
    # Half floats round the reference by up to 2^-11 of its value, equal pixels alike. Blocks that
    # are nearly black count as 1 % of the picture's mean: few passes may miss all their light.
    right = np.maximum(_blocks(reference[0]).mean(axis=2), 0.01 * reference[0].mean())
    total += (right * 2.0**-11) ** 2
    return np.asarray(difference / np.sqrt(total))


def _blocks(image: np.ndarray) -> np.ndarray:
    """(rows, columns, BLOCK^2, 3) pixels of a (SIZE, SIZE, 3) image."""
    count = SIZE // BLOCK
    cut = image.reshape(count, BLOCK, count, BLOCK, 3).swapaxes(1, 2)
    return cut.reshape(count, count, BLOCK**2, 3)


def main() -> None:
    """Write the references."""
    for name in sys.argv[1:] or SCENES:
        write_reference(name)
        print(name, flush=True)


if __name__ == "__main__":
    main()
