"""Compares the radiance of Hush with that of another renderer, block by block, by z-test.

    python -m benchmarks.radiance_comparison SCENE --other A.npz B.npz --size 240x144 --spp 1024

A.npz and B.npz hold `reference`, (H, W, 3) float32 linear radiance of two independent renders of
the same scene, camera, size and depth with a box filter. Hush renders the scene twice as well. The
means of 16x16 blocks are compared; their variance is estimated from the difference of the two
renders of each renderer. If few pixels of a block dominate the variance, the estimate is uncertain:
the ratio of difference to standard error is taken as Student's t with the degrees of freedom of
Welch and Satterthwaite, and reported as the normal z of equal probability. Prints JSON: ratio of
the image means with its standard error, the fraction of blocks beyond four standard errors, and of
those that also differ by more than 2 % (the mean of the image adds a tenth of itself).

Three differences of Mitsuba 3 are compensated by

    python -m benchmarks.radiance_comparison SCENE.xml --adapt ADAPTED.xml

which writes an adapted scene, to be saved in the folder of the original. Mitsuba samples textures
with row 0 at v = 0, upside down on PLY meshes with v upwards; it takes opacity from the luminance
of a texture even if that has an alpha channel; and in float32 its sampling density of a distant
sphere loses precision (1 - cos of 0.005 rad), so that small spherical emitters are up to half a
percent too bright: these become meshes.
"""

from __future__ import annotations

import argparse
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from plyfile import PlyData
from plyfile import PlyElement
from scipy import stats

from app.settings.session_settings import parse_size
from renderer import backend
from renderer.film import Film
from renderer.renderer import IntegratorSettings
from renderer.renderer import Renderer
from scenes.loader import load_scene
from scenes.procedural.geometry.solids import icosphere

BLOCK = 16  # pixels
PASS_SPP = 16  # samples per pixel and half in one pass
LIMIT = 4.0  # standard errors beyond which a block counts in `blocks_beyond`
VISIBLE = 0.02  # relative difference beyond which such a block also counts in `blocks_visible`


def adapt_scene(source: Path, target: Path) -> None:
    """Write the scene with bitmaps flipped, opacity from alpha, emissive spheres as meshes."""
    tree = ElementTree.parse(source)
    for index, shape in enumerate(tree.iter("shape")):
        if shape.get("type") == "sphere" and shape.find("emitter") is not None:
            mesh_sphere(shape, target.parent / f"{target.stem}-sphere-{index}.ply")
    for texture in tree.iter("texture"):
        if texture.get("type") != "bitmap":
            continue
        transform = ElementTree.SubElement(texture, "transform", name="to_uv")
        ElementTree.SubElement(transform, "scale", x="1", y="-1")
        filename = next(e for e in texture.iter("string") if e.get("name") == "filename")
        if texture.get("name") == "opacity":
            image = Image.open(source.parent / filename.get("value", ""))
            if "A" in image.getbands():
                alpha = target.parent / f"{target.stem}-alpha.png"
                image.getchannel("A").save(alpha)
                filename.set("value", alpha.name)
                ElementTree.SubElement(texture, "boolean", name="raw", value="true")
    tree.write(target)


def mesh_sphere(shape: ElementTree.Element, path: Path) -> None:
    """Turn a <shape type="sphere"> into a mesh of equal area, and so equal mean silhouette area."""
    values = {child.get("name"): child for child in shape}
    radius, center = values.pop("radius"), values.pop("center")
    offset = [float(center.get(axis, 0.0)) for axis in "xyz"]
    mesh = icosphere(1.0, 5)
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    edges = corners[:, 1:] - corners[:, :1]
    area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1).sum() / 2
    scale = float(radius.get("value", 1.0)) * np.sqrt(4.0 * np.pi / area)
    vertices = np.array(
        [tuple(v) for v in scale * mesh.vertices + offset],
        dtype=[(axis, "f4") for axis in "xyz"],
    )
    faces = np.array([(list(face),) for face in mesh.faces], dtype=[("vertex_indices", "i4", (3,))])
    elements = [PlyElement.describe(vertices, "vertex"), PlyElement.describe(faces, "face")]
    PlyData(elements).write(path)
    shape.set("type", "ply")
    shape.remove(radius)
    shape.remove(center)
    ElementTree.SubElement(shape, "string", name="filename", value=path.name)
    ElementTree.SubElement(shape, "boolean", name="face_normals", value="true")


def render_twice(
    scene_path: str, size: tuple[int, int], spp: int, max_depth: int
) -> list[np.ndarray]:
    """Two independent renders of the scene by Hush, (H, W, 3) float64."""
    scene = load_scene(scene_path)
    renderer = Renderer(scene, backend.start("auto"))
    images = []
    for seed in (11, 12):
        film = Film()
        settings = IntegratorSettings(spp=PASS_SPP, max_depth=max_depth, seed=seed)
        for index in range(max(spp // (2 * PASS_SPP), 1)):
            film.add(renderer.render(scene.camera, size, index, settings))
        mean = film.mean()
        assert isinstance(mean, torch.Tensor)
        images.append(mean.cpu().double().numpy())
    return images


def blocks_of(image: np.ndarray) -> np.ndarray:
    """(rows, columns, BLOCK^2) pixels of an (H, W) image, without incomplete blocks."""
    height, width = (side // BLOCK for side in image.shape)
    cut = image[: height * BLOCK, : width * BLOCK].reshape(height, BLOCK, width, BLOCK)
    return cut.swapaxes(1, 2).reshape(height, width, BLOCK**2)


def pixel_statistics(images: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each pixel over channels and both renders, and its variance, in blocks."""
    first, second = (blocks_of(image.mean(axis=-1)) for image in images)
    # Var of the mean of two renders is E[(a - b)^2] / 4.
    return (first + second) / 2, (first - second) ** 2 / 4


def normal_scores(t: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    """Standard normal z with the same tail probability as Student's `t` of `freedom` degrees."""
    tails = stats.t.logsf(np.abs(t), freedom)
    return np.sign(t) * stats.norm.isf(np.exp(np.maximum(tails, -700.0)))


def compare(ours: list[np.ndarray], other: list[np.ndarray]) -> dict[str, object]:
    """Ratio of the image means, and z statistics over the blocks."""
    mean, variance = pixel_statistics(ours)
    other_mean, other_variance = pixel_statistics(other)
    difference = mean.mean(axis=-1) - other_mean.mean(axis=-1)
    squares = (variance**2 + other_variance**2).sum(axis=-1)
    total = (variance + other_variance).sum(axis=-1)
    freedom = np.maximum(total**2 / np.maximum(squares, 1e-300), 1.0)
    t = difference * BLOCK**2 / np.sqrt(np.maximum(total, 1e-300))
    z = normal_scores(t, freedom)
    z[np.abs(difference) < 1e-6] = 0.0  # both black, or noise-free and equal
    worst = np.unravel_index(np.abs(z).argmax(), z.shape)
    other_block = other_mean.mean(axis=-1)
    is_visible = np.abs(difference) > VISIBLE * (other_block + 0.1 * other_mean.mean())
    return {
        "mean_ours": float(mean.mean()),
        "mean_other": float(other_mean.mean()),
        "ratio": float(mean.mean() / other_mean.mean()),
        "ratio_error": float(np.sqrt(total.sum()) / mean.size / other_mean.mean()),
        "blocks": int(z.size),
        "blocks_beyond": float((np.abs(z) > LIMIT).mean()),
        "blocks_visible": float(((np.abs(z) > LIMIT) & is_visible).mean()),
        "z_rms": float(np.sqrt(np.mean(z**2))),
        "worst_block": [int(i) for i in worst],
        "worst_z": float(z[worst]),
    }


def main() -> None:
    """Compare, or write the adapted scene."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scene")
    parser.add_argument("--other", nargs=2, type=Path, metavar="FILE.npz")
    parser.add_argument("--size", type=parse_size, default=(240, 144))
    parser.add_argument("--spp", type=int, default=1024, help="of each render by Hush")
    parser.add_argument("--max-depth", type=int, default=6)
    parser.add_argument("--adapt", type=Path, metavar="FILE.xml")
    parser.add_argument("--save", type=Path, help="write the two renders by Hush as .npz (a, b)")
    args = parser.parse_args()
    if not (args.adapt or args.other or args.save):
        parser.error("one of --other, --save and --adapt is needed")
    if args.adapt:
        adapt_scene(Path(args.scene), args.adapt)
        return
    ours = render_twice(args.scene, args.size, args.spp, args.max_depth)
    if args.save:
        np.savez_compressed(args.save, a=ours[0], b=ours[1])
    if args.other is None:
        return
    other = [np.load(path)["reference"].astype(np.float64) for path in args.other]
    print(json.dumps({"scene": args.scene} | compare(ours, other), indent=2))


if __name__ == "__main__":
    main()
