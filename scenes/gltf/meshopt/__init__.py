"""Decoder of EXT_meshopt_compression and KHR_meshopt_compression, from their specifications."""
