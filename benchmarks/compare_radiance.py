"""Compares our radiance with another renderer's, block by block, by z-test.

    python benchmarks/compare_radiance.py SCENE --other A.npz B.npz --size 240x144 --spp 1024

A.npz and B.npz hold `reference`, (H, W, 3) float32 linear radiance of two independent renders of
the same scene, camera, size and depth with a box filter. Ours is rendered twice as well. Each 16x16
block's mean is compared; its variance comes from the difference of the two renders of each side.
Prints JSON: ratio of the image means with its standard error, and the share of blocks beyond four
standard errors.

Mitsuba 3 looks pictures up with row 0 at v = 0, upside down on v-up meshes, and takes an opacity
from a
picture's luminance even where it has an alpha channel:

    python benchmarks/compare_radiance.py SCENE.xml --adapt ADAPTED.xml

writes a Mitsuba scene, to be put beside the original, whose pictures stand as ours and whose
opacities are alpha.
"""

from __future__ import annotations

import argparse
import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.command_line import parse_size  # noqa: E402
from renderer import backend  # noqa: E402
from renderer.film import Film  # noqa: E402
from renderer.renderer import IntegratorSettings  # noqa: E402
from renderer.renderer import Renderer  # noqa: E402
from scenes.loader import load_scene  # noqa: E402

BLOCK = 16  # pixels
PASS_SPP = 16
LIMIT = 4.0  # standard errors


def adapt_scene(source: Path, target: Path) -> None:
    """Write the scene with every bitmap turned over in v and every opacity taken from alpha."""
    tree = ElementTree.parse(source)
    for texture in tree.iter("texture"):
        if texture.get("type") != "bitmap":
            continue
        transform = ElementTree.SubElement(texture, "transform", name="to_uv")
        ElementTree.SubElement(transform, "scale", x="1", y="-1")
        filename = next(e for e in texture.iter("string") if e.get("name") == "filename")
        if texture.get("name") == "opacity":
            picture = Image.open(source.parent / filename.get("value", ""))
            if "A" in picture.getbands():
                alpha = target.parent / f"{target.stem}-alpha.png"
                picture.getchannel("A").save(alpha)
                filename.set("value", alpha.name)
                ElementTree.SubElement(texture, "boolean", name="raw", value="true")
    tree.write(target)


def render_twice(
    scene_path: str, size: tuple[int, int], spp: int, max_depth: int
) -> list[np.ndarray]:
    """Two independent renders of ours, (H, W, 3) float64."""
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


def block_statistics(images: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mean over two renders of each block, and its variance from their difference."""
    first, second = (image.mean(axis=-1) for image in images)
    height, width = (side // BLOCK * BLOCK for side in first.shape)

    def blocks(image: np.ndarray) -> np.ndarray:
        cut = image[:height, :width]
        return cut.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK).mean(axis=(1, 3))

    mean = blocks((first + second) / 2)
    # Var of a pixel's mean of two renders is E[(a - b)^2] / 4; a block averages BLOCK^2 of them.
    return mean, blocks((first - second) ** 2) / 4 / BLOCK**2


def compare(ours: list[np.ndarray], other: list[np.ndarray]) -> dict[str, float]:
    """The figures."""
    mean, variance = block_statistics(ours)
    other_mean, other_variance = block_statistics(other)
    total = variance + other_variance
    z = (mean - other_mean) / np.sqrt(total + 1e-20)
    z[np.abs(mean - other_mean) < 1e-6] = 0.0  # both black, or noise-free and equal
    return {
        "mean_ours": float(mean.mean()),
        "mean_other": float(other_mean.mean()),
        "ratio": float(mean.mean() / other_mean.mean()),
        "ratio_error": float(np.sqrt(total.mean() / total.size) / other_mean.mean()),
        "blocks": int(z.size),
        "blocks_beyond": float((np.abs(z) > LIMIT).mean()),
        "z_rms": float(np.sqrt(np.mean(z**2))),
        "worst_block": [int(i) for i in np.unravel_index(np.abs(z).argmax(), z.shape)],
        "worst_z": float(z.flat[np.abs(z).argmax()]),
    }


def main() -> None:
    """Compare, or write the flipped scene."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scene")
    parser.add_argument("--other", nargs=2, type=Path, metavar="FILE.npz")
    parser.add_argument("--size", type=parse_size, default=(240, 144))
    parser.add_argument("--spp", type=int, default=1024, help="of each of our two renders")
    parser.add_argument("--max-depth", type=int, default=6)
    parser.add_argument("--adapt", type=Path, metavar="FILE.xml")
    parser.add_argument("--save", type=Path, help="our two renders as .npz (a, b)")
    args = parser.parse_args()
    if args.adapt:
        adapt_scene(Path(args.scene), args.adapt)
        return
    ours = render_twice(args.scene, args.size, args.spp, args.max_depth)
    if args.save:
        np.savez_compressed(args.save, a=ours[0], b=ours[1])
    other = [np.load(path)["reference"].astype(np.float64) for path in args.other]
    print(json.dumps({"scene": args.scene} | compare(ours, other), indent=2))


if __name__ == "__main__":
    main()
