"""Emitters: sampling and emitted radiance on the device. Device code."""
