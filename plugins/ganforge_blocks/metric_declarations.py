"""The metrics of `ganforge eval`."""

from __future__ import annotations

from ganforge.plugins import Metric

_FUNCTIONS = "ganforge.metrics.measures"
_LEAST = 8
"""Twice as many as a ball around an image has neighbours, itself included: kept for all alike."""

METRICS = (
    Metric(
        "fid",
        "Squared Fréchet distance of the features (1706.08500).",
        f"{_FUNCTIONS}:fid",
        least=_LEAST,
        best=0,
    ),
    Metric(
        "kid",
        "Squared maximum mean discrepancy with a cubic kernel (1801.01401).",
        f"{_FUNCTIONS}:kid",
        least=_LEAST,
        best=0,
    ),
    Metric(
        "precision",
        "The share of samples that lie among real images (1904.06991).",
        f"{_FUNCTIONS}:precision",
        least=_LEAST,
        best=1,
    ),
    Metric(
        "recall",
        "The share of real images that lie among samples (1904.06991).",
        f"{_FUNCTIONS}:recall",
        least=_LEAST,
        best=1,
    ),
    Metric(
        "accuracy",
        "The share of samples in which the classifier sees the class that was asked for.",
        f"{_FUNCTIONS}:accuracy",
        classes=True,
        least=_LEAST,
        best=1,
    ),
    Metric(
        "psnr",
        "The mean peak signal-to-noise ratio of images against their originals, in dB.",
        f"{_FUNCTIONS}:psnr",
        least=1,
        sees=("pairs",),
        best=100,
    ),
    Metric(
        "ssim",
        "The mean structural similarity of images to their originals (Wang et al. 2004).",
        f"{_FUNCTIONS}:ssim",
        least=1,
        sees=("pairs",),
        best=1,
    ),
)
