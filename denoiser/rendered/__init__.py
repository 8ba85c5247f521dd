"""Offline training on rendered views (Lehtinen et al. 2018, section 3.3)."""
