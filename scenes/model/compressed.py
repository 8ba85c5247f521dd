"""Files compressed with gzip, which must not fill the disk or the memory.

Host code.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from scenes.model.description import SceneError

MAX_BYTES = 1 << 31
"""Largest file after decompression, 2 GiB."""
CHUNK_BYTES = 1 << 20


def gzip_chunks(path: Path, max_bytes: int = MAX_BYTES) -> Iterator[bytes]:
    """Contents of the gzip file in pieces of at most 1 MiB.

    SceneError if it is damaged or has more than `max_bytes`, OSError if it cannot be read.
    """
    count = 0
    try:
        with gzip.open(path) as source:
            while chunk := source.read(CHUNK_BYTES):
                count += len(chunk)
                if count > max_bytes:
                    limit = f"{max_bytes / 2**30:g} GiB"
                    raise SceneError(f"{path}: more than {limit} when decompressed")
                yield chunk
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SceneError(f"{path}: damaged gzip file ({error})") from error
