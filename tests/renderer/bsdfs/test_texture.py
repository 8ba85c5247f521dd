"""Texture lookup against a numpy reference."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from renderer.tables.texture import TextureTable
from renderer.tables.texture import decode_table
from scenes.images.encodings import encode_rgbe
from scenes.images.encodings import linear_texels
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.textures import Checkerboard
from scenes.model.textures import Filter
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import Product
from scenes.model.textures import Wrap
from tests.renderer.probe_scene import SceneProbe
from tests.renderer.scenes_fixture import scene_of_materials

TURN = (0.6, -0.9, 0.2, 1.3, 0.4, -0.7)
TEXELS = np.random.default_rng(1).integers(0, 256, (5, 3, 4), dtype=np.uint8)


def _uv(count: int, reach: float) -> np.ndarray:
    return np.random.default_rng(2).uniform(-reach, 1 + reach, (count, 2)).astype(np.float32)


def _look_up(textures: list[object], number: int, uv: np.ndarray) -> np.ndarray:
    materials = [Material(Diffuse(texture)) for texture in textures]  # type: ignore[arg-type]
    return SceneProbe(scene_of_materials(materials)).texture(number, uv)


def _decode(byte: np.ndarray) -> np.ndarray:
    """Linear values of sRGB bytes 0-255 (IEC 61966-2-1)."""
    x = byte / 255.0
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def _wrapped(i: np.ndarray, size: int, wrap: Wrap) -> np.ndarray:
    if wrap is Wrap.CLAMP:
        return np.clip(i, 0, size - 1)
    if wrap is Wrap.MIRROR:
        return np.pad(np.arange(size), (0, size), mode="symmetric")[i % (2 * size)]
    return i % size


def _is_black(i: np.ndarray, size: int, wrap: Wrap) -> np.ndarray:
    return (wrap is Wrap.BLACK) & ((i < 0) | (i >= size))


def _twin(texture: ImageTexture, uv: np.ndarray) -> np.ndarray:
    linear = texture.image.texels / 255.0
    if texture.image.is_srgb:
        linear[..., :3] = _decode(texture.image.texels[..., :3].astype(np.float64))
    matrix = np.array(texture.uv_transform).reshape(2, 3)
    at = uv.astype(np.float64) @ matrix[:, :2].T + matrix[:, 2]
    height, width = linear.shape[:2]
    wrap_v = texture.wrap_v or texture.wrap
    x, y = at[:, 0] * width, (1 - at[:, 1]) * height
    if texture.filter is Filter.NEAREST:
        column, row = (np.floor(v).astype(int) for v in (x, y))
        result = linear[_wrapped(row, height, wrap_v), _wrapped(column, width, texture.wrap)]
        outside = _is_black(row, height, wrap_v) | _is_black(column, width, texture.wrap)
        result = np.where(outside[:, None], 0.0, result)
    else:
        column, row = (np.floor(v - 0.5).astype(int) for v in (x, y))
        fx, fy = x - 0.5 - column, y - 0.5 - row
        result = np.zeros((len(uv), 4))
        for dx, dy in itertools.product((0, 1), (0, 1)):
            weight = (fx if dx else 1 - fx) * (fy if dy else 1 - fy)
            line, place = row + dy, column + dx
            texel = linear[_wrapped(line, height, wrap_v), _wrapped(place, width, texture.wrap)]
            outside = _is_black(line, height, wrap_v) | _is_black(place, width, texture.wrap)
            result += weight[:, None] * np.where(outside[:, None], 0.0, texel)
    return result * texture.scale


@pytest.mark.parametrize("is_srgb", [False, True])
@pytest.mark.parametrize("wrap", list(Wrap))
@pytest.mark.parametrize("filter_", list(Filter))
def test_texture_lookup_matches_numpy_reference(filter_: Filter, wrap: Wrap, is_srgb: bool) -> None:
    image = Image(TEXELS, is_srgb)
    textures = [
        ImageTexture(image, wrap=wrap, filter=filter_),
        ImageTexture(image, (0.5, 2.0, 1.0, 0.25), TURN, wrap, filter=filter_),
        ImageTexture(image, wrap=Wrap.CLAMP, wrap_v=wrap, filter=filter_),
    ]
    uv = _uv(4000, 3.0)
    for number, texture in enumerate(textures):
        error = np.abs(_look_up(textures, number, uv) - _twin(texture, uv)).max(axis=1)
        # Nearest lookup may pick the adjacent texel where rounding crosses a border.
        assert np.mean(error > 1e-4) < (2e-3 if filter_ is Filter.NEAREST else 1e-9)


def test_first_texel_is_at_upper_left_of_uv_square() -> None:
    texels = np.zeros((2, 2, 4), np.uint8)
    texels[0, 0], texels[1, 1] = (255, 0, 0, 255), (0, 255, 0, 255)
    texture = ImageTexture(Image(texels, False), filter=Filter.NEAREST)
    uv = np.array([[0.25, 0.75], [0.75, 0.25], [0.25, 0.25]], np.float32)
    expected = [[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 0]]
    assert np.array_equal(_look_up([texture], 0, uv), expected)


def test_rgbe_textures_keep_radiance_above_one() -> None:
    light = np.random.default_rng(3).lognormal(0.0, 4.0, (5, 3, 3))
    light[2, 1] = 0.0
    image = Image(encode_rgbe(light), is_srgb=False, is_rgbe=True)
    rows, columns = np.meshgrid(np.arange(5), np.arange(3), indexing="ij")
    uv = np.stack([(columns + 0.5) / 3, 1 - (rows + 0.5) / 5], axis=-1).reshape(-1, 2)
    found = _look_up([ImageTexture(image, filter=Filter.NEAREST)], 0, uv).reshape(5, 3, 4)
    assert np.allclose(found[..., :3], linear_texels(image), rtol=1e-4, atol=1e-20)
    assert (found[..., 3] == 1).all()
    # RGBE keeps 8 bits relative to the largest channel of a texel.
    step = light.max(axis=2, keepdims=True) / 255
    assert (np.abs(found[..., :3] - light) <= 1.001 * step + 1e-20).all()


def test_texel_centres_are_exact_and_alpha_stays_linear() -> None:
    texture = ImageTexture(Image(TEXELS, True))
    rows, columns = np.meshgrid(np.arange(5), np.arange(3), indexing="ij")
    uv = np.stack([(columns + 0.5) / 3, 1 - (rows + 0.5) / 5], axis=-1).reshape(-1, 2)
    expected = np.concatenate([_decode(TEXELS[..., :3]), TEXELS[..., 3:] / 255], axis=-1).reshape(
        -1, 4
    )
    assert np.allclose(_look_up([texture], 0, uv), expected, atol=1e-5)


def test_checkerboard_lookup_matches_numpy_reference() -> None:
    boards = [Checkerboard((1, 0.5, 0), (0, 0.25, 1)), Checkerboard((1, 1, 1), (0, 0, 0), TURN)]
    uv = _uv(4000, 3.0)
    for number, board in enumerate(boards):
        matrix = np.array(board.uv_transform).reshape(2, 3)
        at = uv @ matrix[:, :2].T + matrix[:, 2]
        even = np.floor(2 * at).sum(axis=1) % 2 == 0
        expected = np.where(even[:, None], board.color0, board.color1)
        assert (
            np.mean(
                np.any(_look_up(boards, number, uv)[:, :3] != expected.astype(np.float32), axis=1)
            )
            < 1e-3
        )


def test_lookup_in_several_textures_does_not_mix_their_texels() -> None:
    random = np.random.default_rng(3)
    images = [
        Image(random.integers(0, 256, (h, w, 4), dtype=np.uint8), False)
        for h, w in ((1, 1), (7, 2), (4, 9))
    ]
    textures = [ImageTexture(image, filter=Filter.NEAREST) for image in images]
    textures.append(ImageTexture(images[1], filter=Filter.NEAREST, wrap=Wrap.CLAMP))
    uv = _uv(500, 0.0)
    for number, texture in enumerate(textures):
        wrong = np.any(np.abs(_look_up(textures, number, uv) - _twin(texture, uv)) > 1e-5, axis=1)
        assert wrong.mean() < 5e-3


def test_product_of_textures_is_that_of_its_factors() -> None:
    first = ImageTexture(Image(TEXELS, True), filter=Filter.NEAREST)
    second = Checkerboard((1.0, 0.5, 0.25), (0.125, 2.0, 0.0), TURN)
    uv = _uv(500, 0.0)
    found = _look_up([Product((first, second))], 0, uv)
    expected = _look_up([first], 0, uv) * _look_up([second], 0, uv)
    assert np.allclose(found, expected, atol=1e-6)


def test_texture_table_stores_repeated_textures_and_images_once() -> None:
    table = TextureTable()
    texture = ImageTexture(Image(TEXELS, True))
    other = ImageTexture(texture.image, wrap=Wrap.CLAMP)
    assert [table.add(texture), table.add(other), table.add(texture)] == [0, 1, 0]
    assert len(table.texels()) == TEXELS.shape[0] * TEXELS.shape[1]


def test_srgb_decode_table_matches_formula() -> None:
    table, factor = np.split(decode_table(), 2)
    assert factor[0] == 0.0 and (factor[10:] >= np.finfo(np.float32).tiny).all()
    assert table[0] == 0 and table[255] == 1
    assert np.allclose(table, _decode(np.arange(256.0)), atol=1e-7)
