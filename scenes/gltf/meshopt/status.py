"""Results of the compiled decoders of meshopt streams.

Host code.
"""

from __future__ import annotations

DECODED = 0
TRUNCATED = -1
TRAILING = -2
BAD_CHANNEL = -3
BAD_TABLE = -4
BAD_INDEX = -5
BAD_REFERENCE = -6

REASONS = {
    TRUNCATED: "the compressed data end too early",
    TRAILING: "the compressed data have unread bytes",
    BAD_CHANNEL: "unknown channel mode",
    BAD_TABLE: "bad table of triangle codes",
    BAD_INDEX: "an index of more than 5 bytes",
    BAD_REFERENCE: "a reference to a vertex or edge before the first",
}
"""Text of each status but DECODED."""
