"""The common fields of every event, and the types that fields are made of.

A type says three things at once: what a value may be (msgspec checks it), what happens to it at intake, and which
column it makes. The last two stand in `Meta(extra={"form": ...})` as a `Form`; a plain int, bool, enum or date needs
none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, TypeVar

from msgspec import Meta, Struct

from streams.clock import EARLIEST_MS, LATEST_MS
from streams.countries import COUNTRIES
from streams.errors import Fault
from streams.money import CURRENCIES


class Form(StrEnum):
    """What a field's values are, beyond their JSON type."""

    VERTEX = "vertex"  #: an account of the payment graph: hashed
    PARTY = "party"  #: a person or organisation as TYPE:NUMBER: hashed
    OPEN_PARTY = "open_party"  #: an organisation by its role: its number stays as sent, a person's is hashed
    HASHED = "hashed"  #: a device, card, address or e-mail: hashed
    PHONE = "phone"  #: a phone number: blanks and hyphens go, then hashed
    SEALED = "sealed"  #: a name or a text about a person: only an equality hash stays
    MONTH = "month"  #: a birth date: only year and month stay
    TARGET = "target"  #: what a label is about: hashed if it is an account or a party
    KEY = "key"  #: a business id, unique within its platform
    SHARED_KEY = "shared_key"  #: an id or code that means the same on every platform
    REGION = "region"  #: six digits of GB/T 2260
    DIGITS = "digits"  #: another code of digits
    SIMHASH = "simhash"  #: 64 bits as hexadecimal digits
    TIME = "time"  #: RFC 3339 with offset, or milliseconds


T = TypeVar("T")
LIMIT: Final = 10**15
WIDE_LIMIT: Final = 10**17
TEXT_MAX: Final = 256


def _text(form: Form | None = None) -> Meta:
    return Meta(min_length=1, max_length=TEXT_MAX, extra={"form": form} if form else None)


# Texts
Name = Annotated[str, _text()]
Text = Annotated[str, Meta(min_length=1, max_length=20_000)]
Vertex = Annotated[str, _text(Form.VERTEX)]
Party = Annotated[str, _text(Form.PARTY)]
OpenParty = Annotated[str, _text(Form.OPEN_PARTY)]
Hashed = Annotated[str, _text(Form.HASHED)]
Phone = Annotated[str, _text(Form.PHONE)]
SealedName = Annotated[str, _text(Form.SEALED)]
SealedText = Annotated[str, Meta(min_length=1, max_length=20_000, extra={"form": Form.SEALED})]
Key = Annotated[str, _text(Form.KEY)]
SharedKey = Annotated[str, _text(Form.SHARED_KEY)]
Region = Annotated[str, Meta(min_length=6, max_length=6, extra={"form": Form.REGION})]
#: A region inside a list or object, where no column checks its digits
RegionCode = Annotated[str, Meta(pattern="^[0-9]{6}$")]
MerchantCode = Annotated[str, Meta(min_length=4, max_length=4, extra={"form": Form.DIGITS})]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{8,128}$", extra={"form": Form.SHARED_KEY})]
SimHash = Annotated[str, Meta(pattern="^[0-9a-f]{16}$", extra={"form": Form.SIMHASH})]
BirthDate = Annotated[
    str, Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$", extra={"form": Form.MONTH})
]

# Numbers. Amounts are minor units of the event's currency, rates and shares parts per million.
Amount = Annotated[int, Meta(ge=1, le=LIMIT)]
OtherAmount = Annotated[int, Meta(ge=0, le=LIMIT)]
WideAmount = Annotated[int, Meta(ge=-WIDE_LIMIT, le=WIDE_LIMIT)]
Rate = Annotated[int, Meta(ge=0, le=10**9)]
WideRate = Annotated[int, Meta(ge=-(10**12), le=10**12)]
Share = Annotated[int, Meta(ge=0, le=10**6)]
Count = Annotated[int, Meta(ge=0, le=10**12)]
Days = Annotated[int, Meta(ge=0, le=100_000)]
Millionths = Annotated[int, Meta(ge=0, le=LIMIT)]
WideMillionths = Annotated[int, Meta(ge=-LIMIT, le=LIMIT)]
Rating = Annotated[int, Meta(ge=1, le=5)]
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]
Confidence = Annotated[float, Meta(ge=0, le=1)]

# Times
Time = (
    Annotated[datetime, Meta(tz=True, extra={"form": Form.TIME})] | Annotated[int, Meta(ge=EARLIEST_MS, le=LATEST_MS)]
)
#: The one time that every event has is read in bulk, as text (`streams.clock.parse_times`)
EventTime = (
    Annotated[str, Meta(min_length=1, max_length=TEXT_MAX, extra={"form": Form.TIME})]
    | Annotated[int, Meta(ge=EARLIEST_MS, le=LATEST_MS)]
)
Date = date

# Lists
Items = Annotated[list[T], Meta(max_length=10_000)]
Object = dict[str, Any]

# Closed sets that several kinds share
PARTY_TYPES: Final = ("person", "org", "individual_business")
PartyType = Literal["person", "org", "individual_business"]
AccountType = Literal["bank", "payment", "reserve", "custody", "own", "fund", "card", "fx_savings", "none"]
PaymentChannel = Literal["counter", "online", "mobile", "pos", "qr", "atm", "phone", "mail", "terminal", "other"]
LoanPurpose = Literal[
    "consumption", "business", "housing", "vehicle", "education", "medical", "agriculture", "refinancing", "stock",
    "margin", "futures", "derivatives", "structured", "bond", "asset_product", "equity", "unspecified", "other",
]  # fmt: skip
ProductType = Literal[
    "money_fund", "fund", "private_fund", "cash_management", "bank_wealth", "trust", "insurance", "deposit",
    "asset_product", "claim_package", "own_wealth", "p2p", "other",
]  # fmt: skip
CreditScheme = Literal["financial", "zhejiang_public"]
Line = Literal[
    "third_party_payment", "network_payment", "network_lending", "micro_credit", "crowdfunding", "wealth_management",
    "online_insurance", "network_banking", "cross_border",
]  # fmt: skip

if TYPE_CHECKING:
    Currency = str
    Country = str
else:
    Currency = Literal[CURRENCIES]
    Country = Literal[COUNTRIES]


class Part(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """An object inside an event."""


class Event(
    Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, forbid_unknown_fields=True, tag_field="kind"
):
    """The fields that every event has.

    A kind adds its own, and may add a `check` for what no single field can say.
    """

    #: Raises a `Fault` for what holds between fields; None where nothing does.
    check: ClassVar[Callable[[Any], None] | None] = None

    event_id: Name
    event_time: EventTime
    platform_id: Name
    line: Line
    schema_version: Annotated[int, Meta(ge=1, le=99)] = 1
    region: Region | None = None
    seq: Count | None = None
    ref_event_id: Key | None = None
    collected_under: Literal["supervision", "statistics"] = "supervision"


class LooseEvent(Event, frozen=True, kw_only=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """An event of a kind that need not name a line of business."""

    line: Line | None = None  # type: ignore[assignment]


class MoneyEvent(Event, frozen=True, kw_only=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """An event with amounts, all in one currency."""

    currency: Currency = "CNY"


class LooseMoneyEvent(LooseEvent, frozen=True, kw_only=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """An event with amounts that need not name a line of business."""

    currency: Currency = "CNY"


def require_one(event: Event, *names: str) -> None:
    """Raise a `Fault` if none of the named fields is there."""
    if all(getattr(event, name) is None for name in names):
        expected = f"at least one of {', '.join(names)}"
        raise Fault("missing_field", f"$.{names[0]}", expected, "none of them")
