"""The Python interface: each call behaves as documented.

Host code.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import hush
from app.base.errors import UsageError
from denoiser.metrics import psnr
from denoiser.restoration.checkpoint import save_restoration
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.trainer import RestorationTrainer
from scenes.model.description import SceneError
from tests.scenes.image_fixtures import write_png

SIZE = (48, 32)


@pytest.fixture(scope="module")
def scene() -> hush.Scene:
    """The built-in scene `cornell-box`."""
    return hush.load_scene("cornell-box")


@pytest.fixture(scope="module")
def renderer(scene: hush.Scene) -> hush.Renderer:
    """Renderer of `scene` on the CPU."""
    return hush.Renderer(scene, device="cpu")


def test_a_scene_has_camera_bounds_and_paths(scene: hush.Scene) -> None:
    assert scene.name == "cornell-box" and scene.bounds.shape == (2, 3)
    assert (scene.bounds[0] < scene.bounds[1]).all()
    cameras = scene.camera_path(5)
    assert len(cameras) == 5
    assert not np.array_equal(cameras[0].to_world, cameras[2].to_world)
    with pytest.raises(SceneError, match="no-such-scene"):
        hush.load_scene("no-such-scene").camera  # noqa: B018


def test_same_seed_repeats_image_and_unseeded_renders_differ(renderer: hush.Renderer) -> None:
    first, again = (renderer.render(size=SIZE, spp=2, seed=3) for _ in range(2))
    assert np.array_equal(first.mean, again.mean)
    assert first.mean.shape == (SIZE[1], SIZE[0], 3)
    others = [renderer.render(size=SIZE, spp=2).mean for _ in range(2)]
    others += [renderer.render(size=SIZE, spp=2, seed=seed).mean for seed in (0, 3)]
    for index, image in enumerate(others):
        assert not any(np.array_equal(image, other) for other in others[:index])


@pytest.mark.parametrize("wrong", [{"spp": 0}, {"max_depth": 0}, {"seed": -1}])
def test_numbers_out_of_range_are_refused(renderer: hush.Renderer, wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        renderer.render(size=SIZE, **wrong)  # type: ignore[arg-type]


def test_one_frame_is_denoised_without_training(renderer: hush.Renderer) -> None:
    pair = renderer.render(size=SIZE, spp=4, seed=0)
    reference = torch.from_numpy(renderer.render(size=SIZE, spp=512, seed=1).mean)
    image = hush.denoise(pair, device="cpu")
    assert isinstance(image, np.ndarray) and image.dtype == np.float32 and image.min() >= 0
    gain = psnr(torch.from_numpy(image), reference) - psnr(pair.mean_color(), reference)
    assert float(gain) > 5.0
    tensor = hush.denoise(pair, device="cpu", as_tensor=True)
    assert isinstance(tensor, torch.Tensor) and np.array_equal(tensor.numpy(), image)
    with pytest.raises(ValueError, match="no pretrained weights"):
        hush.denoise(pair, network="unet")


def test_the_online_denoiser_trains_then_denoises(
    scene: hush.Scene, renderer: hush.Renderer, tmp_path: Path
) -> None:
    denoiser = hush.OnlineDenoiser("fast", device="cpu", train_steps=2, crop=24, init="random")
    for camera in scene.camera_path(3):
        image = denoiser.step(renderer.render(camera, size=SIZE, spp=4))
    assert image.shape == (SIZE[1], SIZE[0], 3) and denoiser.step_count == 6
    assert len(denoiser.losses) == 2 and all(np.isfinite(denoiser.losses))
    denoiser.save(tmp_path / "network.safetensors")
    other = hush.OnlineDenoiser("fast", device="cpu")
    other.load(tmp_path / "network.safetensors")
    assert other.step_count == 6 and other.settings.train_steps == 2
    other.reset()
    assert other.step_count == 0


@pytest.mark.parametrize(
    ("settings", "error"),
    [({"crop": 0}, ValueError), ({"loss": "l7"}, ValueError), ({"bloom": 1}, TypeError)],
)
def test_online_denoiser_rejects_invalid_settings(
    settings: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error, match=str(next(iter(settings)) if error is TypeError else "")):
        hush.OnlineDenoiser("fast", device="cpu", **settings)


def test_frame_pair_from_arrays_denoises_like_a_rendered_pair(
    scene: hush.Scene, renderer: hush.Renderer
) -> None:
    pair = renderer.render(size=SIZE, spp=4, seed=0)
    both = (pair.a, pair.b)
    made = hush.FramePair.from_arrays(
        color=[half.color.numpy() for half in both],
        albedo=[half.albedo for half in both],
        normal=[half.normal.numpy().astype(np.float64) for half in both],
        distance=[half.distance.numpy()[..., 0] for half in both],
        camera=scene.camera,
        spp=4,
    )
    assert made.pose == pair.pose and torch.equal(made.b.distance, pair.b.distance)
    image = hush.denoise(made, device="cpu")
    assert np.array_equal(image, hush.denoise(pair, device="cpu"))  # no mirror in view


def test_one_feature_image_for_both_halves_warns(renderer: hush.Renderer) -> None:
    pair = renderer.render(size=SIZE, spp=1, seed=0)
    colors = (pair.a.color, pair.b.color)
    with pytest.warns(UserWarning, match="albedo: one image for both halves"):
        made = hush.FramePair.from_arrays(colors, albedo=pair.a.albedo.numpy())
    assert torch.equal(made.a.albedo, made.b.albedo)
    assert float(made.a.normal.abs().max()) == 0 and made.pose is None
    assert np.isfinite(hush.denoise(made, device="cpu")).all()


@pytest.mark.parametrize(
    ("images", "reason"),
    [
        ({"color": [np.zeros((4, 4, 3))]}, "two images"),
        ({"color": [np.zeros((4, 4, 3)), np.zeros((4, 5, 3))]}, "color: shape"),
        ({"color": [np.zeros((4, 4, 3))] * 2, "normal": [np.zeros((4, 4))] * 2}, "normal: shape"),
    ],
)
def test_frame_pair_rejects_images_of_wrong_count_or_shape(
    images: dict[str, object], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        hush.FramePair.from_arrays(**images)  # type: ignore[arg-type]


def test_fly_runs_headless_mode_and_returns_its_report(scene: hush.Scene, tmp_path: Path) -> None:
    settings = {"size": SIZE, "spp": 1, "network": "fast", "train_steps": 1, "crop": 24}
    report = hush.fly(
        scene, frames=3, output=tmp_path, device="cpu", is_quiet=True, **settings  # type: ignore
    )
    assert report["frames"] == 3 and report["size"] == list(SIZE)
    assert report["settings"]["session"]["denoiser"]["network"] == "fast"
    assert report == json.loads((tmp_path / "report.json").read_text())
    assert (tmp_path / "flythrough.mp4").exists() and (tmp_path / "last_frame.exr").exists()


def test_images_are_restored_from_files_and_arrays(tmp_path: Path) -> None:
    trained, photo = tmp_path / "network.safetensors", tmp_path / "photo.png"
    settings = RestorationSettings(task="gaussian")
    save_restoration(trained, RestorationTrainer(settings, "cpu"))
    pixels = np.random.default_rng(0).integers(0, 256, (40, 48, 3)).astype(np.uint8)
    write_png(photo, pixels)
    clean = hush.restore(photo, checkpoint=trained, device="cpu")
    assert clean.shape == pixels.shape and clean.dtype == np.uint8
    assert np.array_equal(hush.restore(pixels, trained, device="cpu"), clean)
    written = hush.restore(photo, trained, output=tmp_path / "clean.png", device="cpu")
    assert np.array_equal(written, clean)
    grey = hush.restore(pixels[..., 0].astype(np.float32) / 255, trained, device="cpu")
    assert grey.shape == (40, 48, 1) and grey.dtype == np.float32
    with pytest.raises(UsageError, match="only for an image from a file"):
        hush.restore(pixels, trained, output=tmp_path / "x.png")
