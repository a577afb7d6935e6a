"""Is this payment a fraud: boosted trees on the features of the payment and of both accounts.

Labels come from customers' reports, firms and the police, days after the payment.
"""

from models import boosting
from models.recipe import Recipe

RECIPE = Recipe(
    name="fraud_boosting",
    short="fraud",
    kind="forest",
    target="payment",
    purpose="fraud",
    labels=("fraud",),
    fit=boosting.fit,
    load=boosting.load,
    parameters=boosting.PARAMETERS,
)
