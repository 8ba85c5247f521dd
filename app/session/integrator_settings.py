"""Integrator settings from render settings.

Host code.
"""

from __future__ import annotations

from dataclasses import fields

from app.settings.session_settings import RENDER_NAMES
from app.settings.session_settings import RenderSettings
from renderer.renderer import IntegratorSettings

COMMON_NAMES = [each.name for each in fields(IntegratorSettings) if each.name in RENDER_NAMES]


def integrator_settings(render: RenderSettings) -> IntegratorSettings:
    """Integrator settings with the values of the render settings of the same name."""
    return IntegratorSettings(**{name: getattr(render, name) for name in COMMON_NAMES})
