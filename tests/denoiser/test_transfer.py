"""Transfer function T and its inverse: closed forms, round trip, finite gradients.

Host code.
"""

from __future__ import annotations

import math

import torch

from denoiser.transfer import LINEAR
from denoiser.transfer import TONED
from denoiser.transfer import tone
from denoiser.transfer import untone


def test_tone_and_untone_match_their_closed_forms() -> None:
    radiance = torch.tensor([0.0, 1.0, 3.0, 1e-4, 1e30])
    expected = [0.0, 0.5 ** (1 / 2.2), 0.75 ** (1 / 2.2), (1e-4 / 1.0001) ** (1 / 2.2), 1.0]
    torch.testing.assert_close(tone(radiance), torch.tensor(expected))
    torch.testing.assert_close(
        untone(torch.tensor([0.0, 0.5])), torch.tensor([0.0, 0.5**2.2 / (1 - 0.5**2.2)])
    )


def test_tone_and_untone_round_trip_over_eight_decades() -> None:
    radiance = torch.logspace(-6, 2, 500)
    torch.testing.assert_close(untone(tone(radiance)), radiance, rtol=1e-4, atol=0)
    toned = torch.linspace(0, 0.999, 500)
    torch.testing.assert_close(tone(untone(toned)), toned, rtol=1e-5, atol=1e-6)


def test_tone_and_untone_have_finite_gradients() -> None:
    radiance = torch.tensor([-1.0, 0.0, 1e-30, 1e-12, 1e-10, 1.0, 1e30], requires_grad=True)
    tone(radiance).sum().backward()
    assert torch.isfinite(radiance.grad).all()
    toned = torch.tensor([-1.0, 0.0, 0.5, 1.0, 2.0], requires_grad=True)
    untone(toned).sum().backward()
    assert torch.isfinite(toned.grad).all()


def test_tone_derivative_matches_the_closed_form() -> None:
    v = torch.tensor([1e-6, 0.01, 1.0, 50.0], dtype=torch.float64, requires_grad=True)
    tone(v).sum().backward()
    x = v.detach()
    expected = (x / (1 + x)) ** (1 / 2.2 - 1) / (1 + x) ** 2 / 2.2
    torch.testing.assert_close(v.grad, expected)


def test_out_of_range_values_are_clamped_and_nan_is_kept() -> None:
    assert tone(torch.tensor(-3.0)) == 0
    assert untone(torch.tensor([-1.0, 1.5])).tolist() == [0.0, untone(torch.tensor(1.0)).item()]
    assert torch.isfinite(untone(torch.tensor(1.0)))
    assert torch.isnan(tone(torch.tensor([math.nan, math.inf]))).all()


def test_linear_transfer_is_the_identity_on_radiance() -> None:
    radiance = torch.tensor([0.0, 0.3, 1e5])
    assert torch.equal(LINEAR.inverse(LINEAR.forward(radiance)), radiance)
    assert LINEAR.inverse(torch.tensor(-1.0)) == 0
    assert TONED.forward is tone
