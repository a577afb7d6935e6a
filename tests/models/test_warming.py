"""Warming runs every kernel that scoring and explaining need."""

from models import attribution, default_logistic, forest_kernels
from models.warming import warm_kernels


def test_warming_compiles_every_kernel():
    warm_kernels(600)
    for kernel in (
        forest_kernels.raw_few,
        forest_kernels.raw_blocks,
        forest_kernels.logistic,
        forest_kernels.bin_row,
        attribution._attribute,
        default_logistic._standardise,
        default_logistic._log_odds,
    ):
        assert kernel.signatures, kernel.py_func.__name__
