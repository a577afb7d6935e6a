"""The names that the conditions of each measure may read: features from the catalogue, fields from the kinds of events.

A name that no feature and no field has does not compile, so that no rule can ask for what no event brings.
"""

from functools import cache

from features.catalogue import names as feature_names
from riskengine.rules.expression import Name
from streams.events import LINES, kinds
from streams.events.fields import fields_of

_CONDITION, _NUMBER = Name("condition"), Name("number")
_LINE = {"line": Name("choice", LINES)}


@cache
def payment_names() -> dict[str, Name]:
    """Fields of a payment that are a yes or no, one of a closed set, or a whole number; and who stands on each side.

    Examples
    --------
    >>> payment_names()["cash"].kind, payment_names()["direction"].choices
    ('condition', ('in', 'out'))
    """
    kept: dict[str, Name] = {}
    for field in fields_of(kinds()["payment"]):
        if field.name in ("currency", "collected_under", "status"):
            continue  # what these say is settled before any rule looks
        if field.base == "bool":
            kept[field.name] = _CONDITION
        elif field.base == "enum":
            kept[field.name] = Name("choice", field.choices)
        elif field.base == "int":
            kept[field.name] = _NUMBER
    sides = {f"{side}_is_{kind}": _CONDITION for side in ("payer", "payee") for kind in ("person", "org")}
    return kept | sides | _LINE


@cache
def customer_names() -> dict[str, Name]:
    """What a sum by customer reads: the payment, the side, and what the customer is."""
    own = {
        "customer_is_person": _CONDITION,
        "customer_is_org": _CONDITION,
        "side": Name("choice", ("out", "in")),
    }
    return payment_names() | own


@cache
def account_names() -> dict[str, Name]:
    """What a sum by payment account reads: the payment, and the payer's account as it was."""
    own = {
        "account_class": Name("choice", ("I", "II", "III")),
        "is_payment_account": _CONDITION,
        "holder_is_person": _CONDITION,
        "holds_class_3": _CONDITION,
    }
    return payment_names() | own


@cache
def borrower_names() -> dict[str, Name]:
    """What a rule on balances reads."""
    return {"borrower_is_person": _CONDITION, "borrower_is_org": _CONDITION} | _LINE


@cache
def typology_names() -> dict[str, Name]:
    """What a typology reads: every feature of the payment, and the payment."""
    return {name: Name(feature=column) for column, name in enumerate(feature_names())} | payment_names()


@cache
def near_line_names() -> dict[str, Name]:
    """What amounts just under a line read: features, the payment, the side, and the account's payments on that side."""
    return typology_names() | customer_names() | {"side_count_7d": _NUMBER}
