"""Makes a folder of photographs for any use: `photographs.csv` names repository, commit and file.

    python -m benchmarks.pretraining.photographs FOLDER --clones CLONES

Photographs are in the public domain or under CC0, as their repositories state. They are scaled
down, which removes most of the noise and of the traces of compression that a network would learn.
CLONES holds clones of the repositories as OWNER+NAME; those that are missing are cloned.
"""

from __future__ import annotations

import argparse
import csv
import io
import subprocess
from pathlib import Path

from PIL import Image
from PIL import ImageOps

LIST = Path(__file__).with_suffix(".csv")
HOST = "https://github.com"


def clone_of(repository: str, clones: Path) -> Path:
    """Git directory of a repository, cloned without its files where it is missing."""
    folder = clones / repository.replace("/", "+")
    if not folder.exists():
        command = ["git", "clone", "--bare", "--filter=blob:none", f"{HOST}/{repository}"]
        subprocess.run([*command, str(folder)], check=True)
    return folder / ".git" if (folder / ".git").is_dir() else folder


def scaled_photograph(content: bytes, scale: float) -> Image.Image:
    """Decoded, upright RGB image, scaled by `scale`."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")
    size = (round(image.width * scale), round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def main() -> None:
    """Write every photograph of the list that the folder lacks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clones", type=Path, required=True)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with open(LIST, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pixels = 0
    for row in rows:
        target = args.folder / row["file"]
        if not target.exists():
            source = clone_of(row["repository"], args.clones)
            place = f"{row['commit']}:{row['path']}"
            command = ["git", f"--git-dir={source}", "show", place]
            content = subprocess.run(command, check=True, capture_output=True).stdout
            scaled_photograph(content, float(row["scale"])).save(target)
        with Image.open(target) as image:
            pixels += image.width * image.height
    print(f"{args.folder}: {len(rows)} photographs, {pixels / 1e6:.0f} megapixels")


if __name__ == "__main__":
    main()
