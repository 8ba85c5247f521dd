"""Choice of the image of a glTF texture among its formats.

Host code.
"""

from __future__ import annotations

from scenes.gltf.document import Json

IMAGE_EXTENSIONS = ("EXT_texture_webp", "KHR_texture_basisu")
"""Extensions of textures with an image in another format, the most exact first."""


def image_source(texture: Json) -> int | None:
    """Index of the image of `texture`, None if it has none in a known format.

    The plain image comes first: PNG and JPEG keep more detail than the block compression of KTX 2,
    which spares memory of a graphics card.
    """
    extensions = texture.get("extensions", {})
    holders = [texture, *(extensions.get(name, {}) for name in IMAGE_EXTENSIONS)]
    return next((holder["source"] for holder in holders if "source" in holder), None)
