"""Is this payment a step of laundering: boosted trees on windows, cycles and scatter-gather around the payment.

Labels come mostly of accounts, weeks later; a payment of a labelled account counts by the rule that the card states.
"""

from models import boosting
from models.recipe import Recipe

RECIPE = Recipe(
    name="laundering_boosting",
    short="laundering",
    kind="forest",
    target="payment",
    purpose="laundering",
    labels=("laundering",),
    fit=boosting.fit,
    load=boosting.load,
    parameters=boosting.PARAMETERS,
)
