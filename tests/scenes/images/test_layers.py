"""Layers: the channels of an image are found by name, in files of several layers and parts.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scenes.images.layers import Part
from scenes.images.layers import choose_layer
from scenes.images.layers import split_layer

BLENDER = Part(
    "",
    [
        *("ViewLayer.Combined.A", "ViewLayer.Combined.B", "ViewLayer.Combined.G"),
        *("ViewLayer.Combined.R", "ViewLayer.Depth.Z"),
        *("ViewLayer.Normal.X", "ViewLayer.Normal.Y", "ViewLayer.Normal.Z"),
    ],
)


@pytest.mark.parametrize(
    ("parts", "wanted", "part", "channels"),
    [
        ([Part("", "BGR")], "", 0, (2, 1, 0)),
        ([Part("", ["A", "B", "G", "R"])], "", 0, (3, 2, 1, 0)),
        ([Part("", ["red", "green", "blue"])], "", 0, (0, 1, 2)),
        ([Part("", ["Y"])], "", 0, (0,)),
        ([Part("", ["Depth.Z", "Image.R", "Image.G", "Image.B"])], "", 0, (1, 2, 3)),
        ([Part("", ["albedo.R", "albedo.G", "albedo.B", "R", "G", "B"])], "", 0, (3, 4, 5)),
        ([BLENDER], "", 0, (3, 2, 1, 0)),
        ([BLENDER], "Normal", 0, (5, 6, 7)),
        ([BLENDER], "viewlayer.depth", 0, (4,)),
        ([Part("depth", "Z"), Part("rgba", "RGBA")], "", 1, (0, 1, 2, 3)),
        ([Part("albedo", "RGB"), Part("beauty", "RGB")], "", 1, (0, 1, 2)),
        ([Part("albedo", "RGB"), Part("beauty", "RGB")], "albedo", 0, (0, 1, 2)),
        ([Part("left", ["diffuse.R", "diffuse.G", "diffuse.B"])], "left", 0, (0, 1, 2)),
    ],
)
def test_layer_is_chosen_by_channel_names(
    parts: list[Part], wanted: str, part: int, channels: tuple[int, ...]
) -> None:
    layer, note = choose_layer(parts, wanted)

    assert (layer.part, layer.channels, note) == (part, channels, "")


def test_ambiguous_choice_is_noted() -> None:
    part = Part("", [f"{name}.{c}" for name in ("diffuse", "specular") for c in "RGB"])

    layer, note = choose_layer([part])

    assert layer.name == "diffuse"
    assert note == "layer diffuse was used, not specular; choose one by FILE#LAYER"


def test_file_without_color_channels_is_read_as_grey_with_a_note() -> None:
    layer, note = choose_layer([Part("", ["Z", "id", "mask"])])

    assert layer.channels == (0,)
    assert note == "no colour channels; channel Z was read as grey"


def test_unknown_layer_is_an_error_that_lists_the_layers() -> None:
    with pytest.raises(ValueError, match="no layer 'beauty'; there are ViewLayer.Combined, View"):
        choose_layer([BLENDER], "beauty")


def test_layer_name_is_split_from_the_path_unless_a_file_has_the_whole_name(tmp_path: Path) -> None:
    assert split_layer(tmp_path / "a.exr#b.c") == (tmp_path / "a.exr", "b.c")
    assert split_layer(tmp_path / "a.exr") == (tmp_path / "a.exr", "")
    (tmp_path / "a#1.png").touch()
    assert split_layer(tmp_path / "a#1.png") == (tmp_path / "a#1.png", "")
