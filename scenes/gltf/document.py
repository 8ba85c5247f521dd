"""glTF 2.0 files: the JSON part, the buffers, and checked access to both.

Host code. Khronos, "glTF 2.0 Specification", sections 3.6 (data) and 4 (GLB).
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from scenes.gltf.meshopt.view import MESHOPT_EXTENSIONS
from scenes.gltf.meshopt.view import MeshoptError
from scenes.gltf.meshopt.view import decode_view
from scenes.model.description import SceneError

MALFORMED_ERRORS = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    MemoryError,
)
"""Exceptions that malformed JSON values cause, SceneError among them."""
GLB_MAGIC = b"glTF"
JSON_CHUNK = 0x4E4F534A
BINARY_CHUNK = 0x004E4942
NO_EFFECT = "without effect on the picture"
SUPPORTED_EXTENSIONS = {
    **dict.fromkeys(MESHOPT_EXTENSIONS, ""),
    "KHR_draco_mesh_compression": "",
    "KHR_mesh_quantization": "",
    "EXT_mesh_gpu_instancing": "each instance is a copy",
    "KHR_node_visibility": "",
    "KHR_lights_punctual": "candela and lux count as W sr^-1 and W m^-2; `range` is noted",
    "KHR_texture_basisu": "with the optional package `opengl_basisu`",
    "KHR_texture_transform": "",
    "EXT_texture_webp": "",
    "KHR_materials_anisotropy": "",
    "KHR_materials_clearcoat": "the coat has the surface's normal",
    "KHR_materials_diffuse_transmission": "",
    "KHR_materials_dispersion": "noted: all colours refract alike",
    "KHR_materials_emissive_strength": "",
    "KHR_materials_ior": "",
    "KHR_materials_iridescence": "noted: no thin-film interference",
    "KHR_materials_pbrSpecularGlossiness": "",
    "KHR_materials_sheen": "",
    "KHR_materials_specular": "",
    "KHR_materials_transmission": "a thin sheet without a volume",
    "KHR_materials_unlit": "emits its colour, also onto other surfaces",
    "KHR_materials_variants": "chosen by `--variant NAME`",
    "KHR_materials_volume": "refraction and absorption; the thickness itself is the mesh's",
    "KHR_animation_pointer": "without effect on a still picture",
    "KHR_xmp_json_ld": NO_EFFECT,
    "KHR_xmp": NO_EFFECT,
    "EXT_mesh_features": NO_EFFECT,
    "EXT_structural_metadata": NO_EFFECT,
    "EXT_instance_features": NO_EFFECT,
    "KHR_physics_rigid_bodies": NO_EFFECT,
    "KHR_implicit_shapes": NO_EFFECT,
    "KHR_audio_emitter": NO_EFFECT,
    "KHR_interactivity": NO_EFFECT,
    "KHR_node_selectability": NO_EFFECT,
    "KHR_node_hoverability": NO_EFFECT,
}
"""Extensions that are read, or need nothing to be read -> remark for the manual; others are ignored
with a note."""

Json = dict[str, Any]
"""One JSON object of the file."""


@dataclass
class GltfDocument:
    """Parsed glTF file with its binary data."""

    path: Path
    root: Json
    binary: bytes | None = None
    """Binary chunk of a GLB file, or None."""
    buffers: dict[int, bytes] = field(default_factory=dict)
    """Buffers read so far, by index."""
    decoded_views: dict[int, bytes] = field(default_factory=dict)
    """Buffer views decompressed or appended so far, by index."""
    notes: list[str] = field(default_factory=list)
    """Notes for the user: what was ignored or changed, one line each."""
    left_out: list[SceneError] = field(default_factory=list)
    """Errors of the parts that were left out."""

    def error(self, element: str, reason: str) -> SceneError:
        """SceneError that names the file and the place in it, such as `meshes[2]`."""
        return SceneError(f"{self.path}: {element}: {reason}")

    def note(self, text: str) -> None:
        """Add a note, unless it exists already."""
        if text not in self.notes:
            self.notes.append(text)

    @contextmanager
    def part(self, element: str) -> Iterator[None]:
        """Context that reads one part of the scene: a fault leaves it out, with a note."""
        try:
            yield
        except SceneError as error:
            self._leave_out(error)
        except MALFORMED_ERRORS as error:
            reason = f"malformed ({type(error).__name__}: {error})"
            self._leave_out(self.error(element, reason))

    def _leave_out(self, error: SceneError) -> None:
        self.left_out.append(error)
        self.note(f"{error}; it was left out")

    def item(self, kind: str, index: Any) -> Json:
        """Object `index` of the top-level array `kind`; SceneError if out of range."""
        items = self.root.get(kind, [])
        if not isinstance(index, int) or not 0 <= index < len(items):
            raise self.error(f"{kind}[{index}]", f"index out of range, there are {len(items)}")
        return items[index]

    def view(self, index: Any) -> tuple[bytes, int]:
        """(bytes, stride in bytes) of a buffer view; stride 0 if elements are tightly packed."""
        view, element = self.item("bufferViews", index), f"bufferViews[{index}]"
        if index not in self.decoded_views:
            extensions = view.get("extensions", {})
            name = next((name for name in MESHOPT_EXTENSIONS if name in extensions), None)
            if name is None:
                return self._bytes(view, element), view.get("byteStride", 0)
            try:
                data = self._bytes(extensions[name], f"{element}: {name}")
                self.decoded_views[index] = decode_view(data, extensions[name])
            except MeshoptError as error:
                raise self.error(f"{element}: {name}", str(error)) from None
        # The stride of the extension describes the compression; this one describes the accessors.
        return self.decoded_views[index], view.get("byteStride", 0)

    def append_accessor(self, data: bytes, accessor: Json) -> int:
        """Add an accessor of tightly packed decoded `data`; returns its index."""
        views = self.root.setdefault("bufferViews", [])
        self.decoded_views[len(views)] = data
        views.append({"byteLength": len(data)})
        dense = {key: value for key, value in accessor.items() if key != "sparse"}
        accessors = self.root.setdefault("accessors", [])
        accessors.append({**dense, "bufferView": len(views) - 1, "byteOffset": 0})
        return len(accessors) - 1

    def resource(self, uri: str, element: str) -> bytes:
        """Bytes of a data URI, or of a file relative to the folder of this one."""
        if uri.startswith("data:"):
            try:
                text = unquote(uri.partition(",")[2])
                return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
            except binascii.Error as error:
                raise self.error(element, f"bad data URI ({error})") from None
        target = self.path.parent / unquote(uri)
        if not os.path.isfile(target):
            raise self.error(element, f"{target}: no such file")
        return target.read_bytes()

    def _bytes(self, holder: Json, element: str) -> bytes:
        """Bytes of a buffer that `holder`, a buffer view or its extension, refers to."""
        buffer = self._buffer(holder.get("buffer", 0))
        start = holder.get("byteOffset", 0)
        end = start + holder.get("byteLength", 0)
        if not 0 <= start <= end <= len(buffer):
            raise self.error(element, f"ends at byte {end} of a buffer of {len(buffer)}")
        return buffer[start:end]

    def _buffer(self, index: int) -> bytes:
        if index not in self.buffers:
            element = f"buffers[{index}]"
            buffer = self.item("buffers", index)
            if "uri" in buffer:
                data = self.resource(buffer["uri"], element)
            elif index == 0 and self.binary is not None:
                data = self.binary
            else:
                raise self.error(element, "no data")
            if len(data) < buffer.get("byteLength", 0):
                raise self.error(element, f"{len(data)} of {buffer['byteLength']} bytes, truncated")
            self.buffers[index] = data
        return self.buffers[index]


def read_gltf(path: Path) -> GltfDocument:
    """Parse a .gltf or .glb file; SceneError if its geometry needs an unsupported extension."""
    if not os.path.isfile(path):
        raise SceneError(f"{path}: no such file")
    data = path.read_bytes()
    text, binary = _split_glb(path, data) if data[:4] == GLB_MAGIC else (data, None)
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SceneError(f"{path}: not a glTF file (JSON: {error})") from None
    if not isinstance(root, dict) or "asset" not in root:
        raise SceneError(f"{path}: not a glTF file (no asset)")
    version = str(root["asset"].get("version", ""))
    if not version.startswith("2."):
        raise SceneError(f"{path}: asset: version {version!r}, 2.0 needed")
    document = GltfDocument(path, root, binary)
    _check_extensions(document)
    return document


def _check_extensions(document: GltfDocument) -> None:
    """Note unsupported extensions; SceneError if the geometry needs one of them."""
    required = document.root.get("extensionsRequired", [])
    for extension in dict.fromkeys([*required, *document.root.get("extensionsUsed", [])]):
        if extension in SUPPORTED_EXTENSIONS:
            continue
        place = _place_in_geometry(document.root, extension) if extension in required else None
        if place is not None:
            raise document.error(place, f"needs {extension}, which is not supported")
        document.note(f"extension {extension} is not supported and was ignored")


def _place_in_geometry(root: Json, extension: str) -> str | None:
    """First element whose vertex data cannot be read without `extension`, or None.

    An extension of buffers, buffer views or accessors may store data differently; an extension of
    primitives matters where positions have no data of their own.
    """
    for kind in ("buffers", "bufferViews", "accessors"):
        for index, item in enumerate(root.get(kind, [])):
            if extension in item.get("extensions", {}):
                return f"{kind}[{index}]"
    accessors = root.get("accessors", [])
    for index, mesh in enumerate(root.get("meshes", [])):
        for number, primitive in enumerate(mesh.get("primitives", [])):
            if extension not in primitive.get("extensions", {}):
                continue
            position = primitive.get("attributes", {}).get("POSITION", -1)
            stored = accessors[position] if 0 <= position < len(accessors) else {}
            if "bufferView" not in stored and "sparse" not in stored:
                return f"meshes[{index}].primitives[{number}]"
    return None


def _split_glb(path: Path, data: bytes) -> tuple[bytes, bytes | None]:
    """JSON and binary chunk of a GLB file (specification, section 4.4)."""
    if len(data) < 12:
        raise SceneError(f"{path}: GLB header: truncated at byte {len(data)}")
    _, version, length = struct.unpack_from("<4sII", data)
    if version != 2:
        raise SceneError(f"{path}: GLB header: version {version}, 2 needed")
    if length > len(data):
        raise SceneError(f"{path}: GLB header: truncated, {len(data)} of {length} bytes")
    chunks: dict[int, bytes] = {}
    offset = 12
    while offset + 8 <= length:
        size, kind = struct.unpack_from("<II", data, offset)
        if offset + 8 + size > length:
            raise SceneError(f"{path}: GLB chunk at byte {offset}: truncated")
        chunks.setdefault(kind, data[offset + 8 : offset + 8 + size])
        offset += 8 + size
    if JSON_CHUNK not in chunks:
        raise SceneError(f"{path}: GLB: no JSON chunk")
    return chunks[JSON_CHUNK], chunks.get(BINARY_CHUNK)
