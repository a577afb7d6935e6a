"""Where the windows of a payment lie in its feature row: the order of the contract, for families that build on them.

Window w of `features.catalogue.WINDOWS` takes the columns from `PER_WINDOW * w` on. Kernels use these constants and ask
no catalogue, so that the catalogue can be made from the families.
"""

from features.catalogue import WINDOWS

(
    PAYER_OUT_COUNT,
    PAYER_OUT_SUM,
    PAYER_IN_COUNT,
    PAYER_IN_SUM,
    PAYEE_IN_COUNT,
    PAYEE_IN_SUM,
    PAYEE_OUT_COUNT,
    PAYEE_OUT_SUM,
    PAYER_PAYEES,
    PAYER_PAYERS,
    PAYEE_PAYERS,
    PAYEE_PAYEES,
    PAIR_COUNT,
    PAIR_SUM,
    REVERSE_COUNT,
    REVERSE_SUM,
) = range(16)
PER_WINDOW = 16

_NAMES = [name for name, _ in WINDOWS]
WEEK = PER_WINDOW * _NAMES.index("7d")
MONTH = PER_WINDOW * _NAMES.index("30d")
"""First columns of the windows of 7 and of 30 days."""
