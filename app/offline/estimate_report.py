"""Entry of the reports on the error of restored values, estimated without clean ones.

Host code.
"""

from __future__ import annotations

from typing import Any

from denoiser.restoration.single.error_estimate import ErrorEstimate


def estimate_entry(estimate: ErrorEstimate | None) -> dict[str, Any]:
    """Estimated PSNR, its standard error, and that of the noisy values, dB.

    Args:
        estimate: None where an image is too small to hold out crops of it.
    """
    return {
        "estimated_psnr": None if estimate is None else estimate.psnr,
        "estimated_psnr_error": None if estimate is None else estimate.psnr_error,
        "estimated_psnr_input": None if estimate is None else estimate.input_psnr,
    }
