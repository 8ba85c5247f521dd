"""Stored images: transfer function, orientation, windows, alpha and values that are not finite.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO as oiio
import pytest

from scenes.images import files
from scenes.images.files import read_environment
from scenes.images.files import read_image
from scenes.images.files import read_image_bytes
from scenes.images.metadata import ignored_colors
from scenes.images.stored import read_stored
from scenes.loader import load_environment
from scenes.model.description import SceneError
from tests.scenes.image_fixtures import write_float

RAMP = np.arange(2 * 3 * 3, dtype=np.float32).reshape(2, 3, 3) + 1.0
"""(2, 3, 3) image of different values that RGBE stores exactly."""
ORIENTATIONS = {
    "-Y 2 +X 3": RAMP,
    "+Y 2 +X 3": RAMP[::-1],
    "-Y 2 -X 3": RAMP[:, ::-1],
    "+Y 2 -X 3": RAMP[::-1, ::-1],
    "+X 3 -Y 2": RAMP.swapaxes(0, 1),
    "-X 3 -Y 2": RAMP[:, ::-1].swapaxes(0, 1),
    "+X 3 +Y 2": RAMP[::-1].swapaxes(0, 1),
    "-X 3 +Y 2": RAMP[::-1, ::-1].swapaxes(0, 1),
}
"""Resolution string of a Radiance file: its scanlines, in file order, of the image RAMP."""


def write(path: Path, texels: np.ndarray, kind: str = "float", **attributes: object) -> Path:
    """Write (H, W, C) texels; `attributes` with __ for : set the header."""
    height, width, channels = texels.shape
    spec = oiio.ImageSpec(width, height, channels, kind)
    for name, value in attributes.items():
        spec.attribute(name.replace("__", ":"), value)
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), spec), output.geterror()
    assert output.write_image(texels), output.geterror()
    output.close()
    return path


def write_radiance(path: Path, resolution: str, scanlines: np.ndarray, header: str = "") -> None:
    """Write a Radiance picture, without run-length encoding."""
    fraction, exponent = np.frexp(scanlines.max(axis=2, keepdims=True))
    mantissa = (scanlines * (fraction * 256.0 / scanlines.max(axis=2, keepdims=True))).round()
    texels = np.concatenate([mantissa, exponent + 128], axis=2).astype(np.uint8)
    lines = f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n{header}\n{resolution}\n"
    path.write_bytes(lines.encode() + texels.tobytes())


@pytest.mark.parametrize("resolution", list(ORIENTATIONS))
def test_radiance_file_of_every_orientation_is_upright(resolution: str, tmp_path: Path) -> None:
    write_radiance(tmp_path / "a.hdr", resolution, ORIENTATIONS[resolution])

    assert np.array_equal(read_environment(tmp_path / "a.hdr")[0], RAMP)


def test_exposure_of_a_radiance_file_divides_its_values(tmp_path: Path) -> None:
    write_radiance(tmp_path / "a.hdr", "-Y 2 +X 3", RAMP, "EXPOSURE=4.0\nEXPOSURE= 0.5\n")

    image, notes = read_environment(tmp_path / "a.hdr")

    assert np.array_equal(image, RAMP / 2.0)
    assert notes == ("EXPOSURE=2: stored values were divided by it",)


@pytest.mark.parametrize(
    ("name", "kind", "is_linear"),
    [
        ("a.pfm", "float", True),
        ("a.tif", "float", True),
        ("a.tif", "half", True),
        ("a.exr", "half", True),
        ("a.tif", "uint16", False),
        ("a.png", "uint16", False),
        ("a.png", "uint8", False),
    ],
)
def test_floating_point_samples_are_linear_and_integers_are_srgb(
    name: str, kind: str, is_linear: bool, tmp_path: Path
) -> None:
    path = write(tmp_path / name, np.full((2, 2, 3), 0.25, np.float32), kind)

    radiance, _ = read_environment(path)

    expected = 0.25 if is_linear else 0.0508761  # IEC 61966-2-1
    assert radiance == pytest.approx(np.full((2, 2, 3), expected), rel=0.01)
    assert read_image(path).texels[0, 0, 0] == (137 if is_linear else 64)


def test_png_with_gamma_1_is_linear(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write(path, np.full((2, 2, 3), 128, np.uint8), "uint8", oiio__ColorSpace="linear")

    assert read_environment(path)[0] == pytest.approx(np.full((2, 2, 3), 128 / 255), rel=1e-3)


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_color_texture_from_png_with_gamma_1_is_linear(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write(path, np.full((2, 2, 3), 0.25, np.float32), kind, oiio__ColorSpace="linear")

    assert read_image(path).texels[0, 0, 0] == 137  # sRGB encoding of 64 / 255
    assert read_image(path, is_srgb=False).texels[0, 0, 0] == 64
    data = path.read_bytes()
    assert read_image_bytes(data, "a.png").texels[0, 0, 0] == 64  # glTF ignores the gamma


def test_integers_of_openexr_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    channels = {
        "R": np.full((2, 4), 3, np.uint32),
        "G": np.full((2, 4), 0.5, np.float16),
        "B": np.full((2, 4), 0.25, np.float32),
    }
    with OpenEXR.File({}, channels) as file:
        file.write(str(path))

    assert np.array_equal(read_environment(path)[0][0, 0], [3.0, 0.5, 0.25])


def test_chromaticities_of_openexr_are_converted(tmp_path: Path) -> None:
    """ACES AP0 to Rec. 709; matrix of SMPTE ST 2065-1 to XYZ, then of IEC 61966-2-1."""
    path = tmp_path / "a.exr"
    aces = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)
    with OpenEXR.File({"chromaticities": aces}, {"RGB": np.full((2, 4, 3), 0.5, np.float32)}) as f:
        f.write(str(path))

    image, notes = read_environment(path)

    xyz = 0.5 * np.array([0.9525523959 + 0.0000936786, 1.0, 1.0088251844])
    to_rgb = [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
    assert image[0, 0] == pytest.approx(np.array(to_rgb) @ xyz, abs=1e-3)
    assert notes == ("colours were converted from the file's chromaticities to Rec. 709",)


def test_radiance_file_in_xyz_colors_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.hdr"
    write_radiance(path, "-Y 2 +X 3", RAMP)
    path.write_bytes(path.read_bytes().replace(b"rgbe", b"xyze"))

    with pytest.raises(SceneError, match="a.hdr: Radiance pictures in XYZ colours .xyze. are not"):
        read_environment(path)


def test_color_correction_of_a_radiance_file_divides_its_values(tmp_path: Path) -> None:
    header = "COLORCORR=2 1 0.5\nCOLORCORR= 1 1 0.5\n"
    write_radiance(tmp_path / "a.hdr", "-Y 2 +X 3", RAMP, header)

    image, notes = read_environment(tmp_path / "a.hdr")

    assert np.array_equal(image, RAMP / np.array([2.0, 1.0, 0.25]))
    assert notes == ("COLORCORR=2 1 0.25: stored values were divided by it",)


@pytest.mark.parametrize(
    ("name", "attributes", "note"),
    [
        ("a.tif", {"Orientation": 4}, "orientation 4 is ignored: rows and columns are read as"),
        ("a.jpg", {"Orientation": 6}, "orientation 6 is ignored: rows and columns are read as"),
        ("a.png", {"oiio__ColorSpace": "g18_rec709_scene"}, "gamma 1.8 is ignored: colours are"),
        ("a.exr", {"textureformat": "CubeFace Environment"}, "six faces of a cube are read as"),
    ],
)
def test_metadata_that_are_ignored_have_a_note(
    name: str, attributes: dict[str, object], note: str, tmp_path: Path
) -> None:
    path = write(tmp_path / name, RAMP / 18.0, "half" if name == "a.exr" else "uint8", **attributes)

    assert any(found.startswith(note) for found in read_image(path).notes)


def test_colors_of_high_dynamic_range_in_a_png_have_notes() -> None:
    spec = oiio.ImageSpec(2, 2, 3, "uint8")
    spec.attribute("CICP", oiio.TypeDesc("int[4]"), (9, 16, 0, 1))  # BT.2100 PQ

    assert list(ignored_colors(spec)) == [
        "colour primaries 9 are ignored: colours are read as those of sRGB",
        "transfer function 16 is ignored: colours are read as sRGB",
    ]


@pytest.mark.parametrize("value", [1.0, "AP0", (0.64, 0.33), (0.0,) * 8, (float("nan"),) * 8])
def test_chromaticities_of_another_form_are_no_crash(value: object, tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    spec = oiio.ImageSpec(3, 2, 3, "float")
    kind = f"float[{len(value)}]" if isinstance(value, tuple) else ""
    if kind:
        spec.attribute("chromaticities", oiio.TypeDesc(kind), value)
    else:
        spec.attribute("chromaticities", value)
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), spec) and output.write_image(RAMP) and output.close()

    assert np.array_equal(read_environment(path)[0], RAMP)


def test_further_pages_of_a_file_have_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    spec = oiio.ImageSpec(3, 2, 3, "float")
    output = oiio.ImageOutput.create(str(path))
    for mode in ("Create", "AppendSubimage"):
        assert output.open(str(path), spec, mode) and output.write_image(RAMP), output.geterror()
    output.close()

    assert read_image(path).notes == ("image 1 of 2 in the file was read",)


def test_xyz_channels_have_a_note(tmp_path: Path) -> None:
    with OpenEXR.File({}, {c: np.ones((2, 4), np.float32) for c in "XYZ"}) as file:
        file.write(str(tmp_path / "a.exr"))

    notes = read_environment(tmp_path / "a.exr")[1]
    assert notes == ("channels X, Y and Z were read as red, green and blue",)


def test_data_window_is_placed_in_the_display_window(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    spec = oiio.ImageSpec(3, 2, 3, "float")
    spec.x, spec.y, spec.full_x, spec.full_y = 1, -1, 0, 0
    spec.full_width, spec.full_height = 5, 3
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), spec) and output.write_image(RAMP) and output.close()

    image, _ = read_environment(path)

    expected = np.zeros((3, 5, 3), np.float32)
    expected[0, 1:4] = RAMP[1]  # row 0 of the data lies above the display window
    assert np.array_equal(image, expected)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float"])
def test_associated_alpha_of_tiff_is_divided_out(kind: str, tmp_path: Path) -> None:
    texels = np.array([[[0.4, 0.2, 0.0, 0.5], [0.6, 0.3, 0.2, 0.0]]], np.float32)
    path = write(tmp_path / "a.tif", texels, kind)

    stored = read_stored(path, "a.tif")

    scale = np.iinfo(stored.texels.dtype).max if kind != "float" else 1.0
    assert stored.texels[0, 0] / scale == pytest.approx([0.8, 0.4, 0.0, 0.5], abs=0.005)
    assert stored.texels[0, 1] / scale == pytest.approx([0.6, 0.3, 0.2, 0.0], abs=0.005)


def test_unassociated_alpha_of_tiff_leaves_colors_unchanged(tmp_path: Path) -> None:
    texels = np.array([[[0.4, 0.2, 0.0, 0.5]]], np.float32)
    path = write(tmp_path / "a.tif", texels, oiio__UnassociatedAlpha=1)

    assert np.array_equal(read_stored(path, "a.tif").texels, texels)


def test_infinite_and_nan_pixels_are_replaced_with_a_note(tmp_path: Path) -> None:
    texels = RAMP.copy()
    texels[0, 0, 0], texels[0, 1, 1], texels[1, 0, 2] = np.inf, np.nan, -np.inf
    write_float(tmp_path / "a.exr", texels)

    image, notes = read_environment(tmp_path / "a.exr")

    assert (image[0, 0, 0], image[0, 1, 1], image[1, 0, 2]) == (18.0, 0.0, 0.0)
    assert notes == ("3 pixels are infinite or NaN; replaced by 18 or 0",)
    assert read_image(tmp_path / "a.exr").notes == notes


def test_luminance_chroma_image_is_converted_to_rgb() -> None:
    """The file stores red 0.2 to 1 along x, green 0.1 to 0.8 along y, blue 0.4, alpha 1."""
    path = Path(__file__).parent / "files" / "luminance_chroma.exr"

    texels = read_stored(path, "a.exr").texels

    x, y = np.meshgrid(np.linspace(0.2, 1.0, 16), np.linspace(0.1, 0.8, 8))
    expected = np.stack([x, y, np.full_like(x, 0.4), np.ones_like(x)], axis=2)
    assert texels.shape == (8, 16, 4)
    assert np.abs(texels - expected)[1:-1, 1:-1].max() < 0.05  # chroma has half the resolution


def test_layer_of_a_file_is_read_by_name(tmp_path: Path) -> None:
    spec = oiio.ImageSpec(3, 2, 4, "float")
    spec.channelnames = ("Depth.Z", "Image.R", "Image.G", "Image.B")
    output = oiio.ImageOutput.create(str(tmp_path / "a.exr"))
    texels = np.concatenate([np.full((2, 3, 1), 50.0, np.float32), RAMP], axis=2)
    assert output.open(str(tmp_path / "a.exr"), spec) and output.write_image(texels)
    output.close()

    assert np.array_equal(read_environment(tmp_path / "a.exr")[0], RAMP)
    depth, _ = read_environment(tmp_path / "a.exr#depth")
    assert np.array_equal(depth, np.full((2, 3, 3), 50.0))
    with pytest.raises(SceneError, match="a.exr#beauty: no layer 'beauty'; there are"):
        read_environment(tmp_path / "a.exr#beauty")


def test_deep_image_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    spec = oiio.ImageSpec(2, 1, 5, "float")
    spec.channelnames, spec.deep = ("R", "G", "B", "A", "Z"), True
    deep = oiio.DeepData()
    deep.init(2, 5, (oiio.TypeFloat,) * 5, spec.channelnames)
    deep.set_samples(0, 2)
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), spec) and output.write_deep_image(deep), output.geterror()
    output.close()

    with pytest.raises(SceneError, match="deep images .* are not supported$"):
        read_environment(path)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_environment_has_no_alpha_and_three_channels(channels: int, tmp_path: Path) -> None:
    texels = np.arange(1.0, channels + 1.0, dtype=np.float32).reshape(1, 1, channels)
    path = write(tmp_path / "a.exr", texels)

    right = texels[0, 0, :3] if channels > 2 else np.full(3, 1.0)
    assert np.array_equal(read_environment(path)[0], right.reshape(1, 1, 3))


def test_image_of_several_bands_and_a_tiled_image_are_read_whole(tmp_path: Path) -> None:
    texels = np.random.default_rng(0).random((600, 7, 3)).astype(np.float32)
    path = write(tmp_path / "a.exr", texels)
    tiled = tmp_path / "b.exr"
    spec = oiio.ImageSpec(7, 600, 3, "float")
    spec.tile_width, spec.tile_height = 32, 32
    output = oiio.ImageOutput.create(str(tiled))
    assert output.open(str(tiled), spec) and output.write_image(texels) and output.close()

    assert np.array_equal(read_environment(path)[0], texels)
    assert np.array_equal(read_environment(tiled)[0], texels)


def test_environment_layer_whose_name_has_dots_is_loaded(tmp_path: Path) -> None:
    spec = oiio.ImageSpec(3, 2, 3, "float")
    spec.channelnames = tuple(f"ViewLayer.Combined.{c}" for c in "RGB")
    output = oiio.ImageOutput.create(str(tmp_path / "a.exr"))
    assert output.open(str(tmp_path / "a.exr"), spec) and output.write_image(RAMP)
    output.close()

    environment = load_environment(tmp_path / "a.exr#ViewLayer.Combined")

    assert np.array_equal(environment.image, RAMP)


def test_small_part_of_a_huge_display_window_is_refused(tmp_path: Path) -> None:
    spec = oiio.ImageSpec(4, 4, 3, "half")
    spec.full_width, spec.full_height = 8192, 8192
    output = oiio.ImageOutput.create(str(tmp_path / "a.exr"))
    assert output.open(str(tmp_path / "a.exr"), spec)
    assert output.write_image(np.ones((4, 4, 3), np.float32))
    output.close()
    with pytest.raises(SceneError, match="too small, 4 x 4 pixels in 8192 x 8192"):
        read_image(tmp_path / "a.exr")


def test_bands_of_a_texture_equal_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texels = np.random.default_rng(1).random((7, 5, 4)).astype(np.float32) * 1.2 - 0.1
    path = write(tmp_path / "a.exr", texels)
    whole = read_image(path).texels
    monkeypatch.setattr(files, "BAND_ROWS", 2)
    assert np.array_equal(read_image(path).texels, whole)


def test_undecodable_reason_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.exr").write_text("no image")
    real = oiio.geterror
    # OpenImageIO quotes what stands in the header, in any encoding.
    monkeypatch.setattr(oiio, "geterror", lambda: real() + b"unknown attribute \xed".decode())
    with pytest.raises(SceneError, match="a.exr: damaged image .a text in its header is not UTF-8"):
        read_image(tmp_path / "a.exr")
