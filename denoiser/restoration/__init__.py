"""Offline restoration of photographs and MRI scans from corrupted pairs."""
