"""KTX 2 images of Basis Universal equal what the reference transcoder reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scenes.images import ktx2
from scenes.images.files import read_image_bytes
from scenes.model.description import SceneError

CASES = Path(__file__).parents[2] / "cases/ktx2"


@pytest.mark.parametrize("name, has_alpha", [("etc1s", True), ("uastc", False)])
def test_texels_are_exact(name: str, has_alpha: bool) -> None:
    right = np.asarray(Image.open(CASES / f"{name}.png"))
    assert right.shape == (12, 16, 4) and (right[..., 3].min() < 255) == has_alpha
    for is_srgb in (False, True):
        image = read_image_bytes((CASES / f"{name}.ktx2").read_bytes(), "a.gltf", is_srgb)
        assert np.array_equal(image.texels, right)
        assert image.is_srgb is is_srgb and image.name == "a.gltf"


def test_broken_data_and_missing_package_name_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    data = (CASES / "uastc.ktx2").read_bytes()
    uncompressed = data[:12] + (37).to_bytes(4, "little") + data[16:]
    large = data[:20] + (2**20).to_bytes(4, "little") * 2 + data[28:]
    for broken, reason in (
        (large, "1048576 x 1048576 pixels are too many"),
        (data[:60], "truncated"),
        (data[:-9], "not a valid Basis Universal"),
        (uncompressed, "vkFormat 37 holds no Basis Universal"),
    ):
        with pytest.raises(SceneError, match=f"^a.gltf: .*{reason}"):
            read_image_bytes(broken, "a.gltf")
    monkeypatch.setattr(ktx2, "PACKAGE", "no_such_package")
    with pytest.raises(SceneError, match="^a.gltf: KTX 2 needs opengl_basisu: .*pip install"):
        read_image_bytes(data, "a.gltf")
