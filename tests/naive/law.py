"""The law in plain Python: every sum is added up anew from the list of all events so far, one event at a time.

Written from the pages of rules and events, not from the engine: dicts, lists, fractions and dates, no state but the
past.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

EXPONENT = {"CNY": 2, "USD": 2, "EUR": 2, "JPY": 0}
SHANGHAI = timedelta(hours=8)
H2016, H2006 = date(2017, 7, 1), date(2007, 3, 1)
PERSON_TYPES = ("ID", "PASSPORT")
LENDING = ("network_lending", "crowdfunding")


def moment(event: dict) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=event["event_time"])


def day_of(ms: int) -> date:
    return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms) + SHANGHAI).date()


def half_even(value: Fraction) -> int:
    return round(value)


@dataclass
class Hit:
    """One rule hit by one event."""

    event_id: str
    rule: str
    subject: str
    platform: str | None
    occasion: Any
    criterion: str
    measured: int
    threshold: int
    unit: str
    crossing: bool = False


@dataclass
class NaiveLaw:
    """Everything that came, and what follows from it for the next event."""

    clock: int = -(10**18)
    past: list[dict] = field(default_factory=list)  # counted payments, each with the sides it counted for
    references: list[dict] = field(default_factory=list)
    accounts: dict[str, dict] = field(default_factory=dict)
    movements: dict[str, tuple[date, set[str]]] = field(default_factory=dict)  # first day, sides counted since
    episodes: set = field(default_factory=set)
    late: int = 0

    def feed(self, event: dict) -> list[Hit]:
        """Take one event and give its hits."""
        self.clock = max(self.clock, event["event_time"])
        hits: list[Hit] = []
        if event["kind"] == "reference":
            self.references.append(event)
        elif event["kind"] == "account":
            self.account(event)
        elif event["kind"] == "payment" and event.get("status", "settled") == "settled":
            if event.get("collected_under") == "statistics":
                return []
            hits = self.payment(event)
        for hit in hits:
            key = (hit.rule, hit.subject, hit.platform, hit.occasion, hit.criterion)
            hit.crossing = key not in self.episodes
            self.episodes.add(key)
        return hits

    # money

    def parity(self, currency: str, day: date) -> Fraction | None:
        """Yuan for one minor unit times a hundred: fen a minor unit."""
        if currency == "CNY":
            return Fraction(1)
        valid = [r for r in self.references if r["code"] == currency and date.fromisoformat(r["valid_from"]) <= day]
        if not valid:
            return None
        newest = max(date.fromisoformat(r["valid_from"]) for r in valid)
        last = [r for r in valid if date.fromisoformat(r["valid_from"]) == newest][-1]
        if "valid_to" in last and date.fromisoformat(last["valid_to"]) < day:
            return None
        yuan = Fraction(last["value_e6"], 1_000_000 * last["per_units"])
        return yuan * 100 / 10 ** EXPONENT[currency]

    def fen(self, event: dict) -> int | None:
        rate = self.parity(event.get("currency", "CNY"), day_of(event["event_time"]))
        return None if rate is None else half_even(event["amount_minor"] * rate)

    def cents(self, amount: int, currency: str, day: date) -> int | None:
        if currency == "USD":
            return amount
        rate, dollar = self.parity(currency, day), self.parity("USD", day)
        return None if rate is None or dollar is None else half_even(amount * rate / dollar)

    # payments

    def payment(self, event: dict) -> list[Hit]:
        day, today = day_of(event["event_time"]), day_of(self.clock)
        is_open = (today - day).days <= 35
        sides = {}
        for side, who, closed in (("out", "payer", "in"), ("in", "payee", "out")):
            party, kind = self.party(event, who)
            if event.get("direction") != closed and party is not None:
                sides[side] = (party, kind)
        leg = event.get("direction") != "in" and event.get("funding") == "balance"
        named = set(sides) | ({"balance"} if leg else set())
        if not is_open:
            self.late += bool(named)
        known: set[str] = set()
        if "payment_id" in event and is_open and named:
            first, seen = self.movements.get(event["payment_id"], (today, set()))
            if (today - first).days > 45:
                first, seen = today, set()
            known = set(seen)
            self.movements[event["payment_id"]] = (first, seen | named)
        record = {
            "event": event, "day": day, "today": today,
            "sides": {s: p for s, p in sides.items() if is_open and s not in known},
            "leg": leg and is_open and "balance" not in known,
            "fen": self.fen(event),
            "cents": self.cents(event["amount_minor"], event.get("currency", "CNY"), day),
            "account": dict(self.accounts.get(event["payer"], {})),
        }  # fmt: skip
        self.past.append(record)
        record["balance_rules"] = self.balance_rules(record)
        hits = []
        for side, (party, kind) in record["sides"].items():
            hits += self.large_value(record, side, party, kind)
        if record["leg"]:
            hits += self.classes(record)
        return hits

    @staticmethod
    def party(event: dict, who: str) -> tuple[str | None, str | None]:
        person, org, stated = event.get(f"{who}_person"), event.get(f"{who}_org"), event.get(f"{who}_type")
        if org is not None:
            return org, stated or "org"
        if person is None:
            return None, stated
        prefix = person.split(":")[0]
        return person, stated or ("person" if prefix in PERSON_TYPES else "org")

    # large-value reports

    @staticmethod
    def report_rule(event: dict, kind: str | None) -> str | None:
        """The rule that a side falls under; None if it is not judged or is nothing."""
        cash, cross = event.get("cash"), event.get("cross_border")
        if cash is None:
            return None
        if cash:
            return "aml.lvt.cash"
        if event["line"] in LENDING or kind is None:
            return None
        if kind != "person":
            return "aml.lvt.org"
        if cross is None:
            return None
        return "aml.lvt.person_cross" if cross else "aml.lvt.person_domestic"

    @staticmethod
    def report_lines(rule: str, day: date) -> tuple[int | None, int | None] | None:
        """Lines in fen and in cents, None if the rule was not in force."""
        if rule == "aml.lvt.cash":
            return (5_000_000, 1_000_000) if day >= H2016 else (20_000_000, 1_000_000) if day >= H2006 else None
        if rule == "aml.lvt.person_cross":
            return (20_000_000, 1_000_000) if day >= H2016 else (None, 1_000_000) if day >= H2006 else None
        lines = {"aml.lvt.org": (200_000_000, 20_000_000), "aml.lvt.person_domestic": (50_000_000, 10_000_000)}
        return lines[rule] if day >= H2016 else None

    def large_value(self, record: dict, side: str, party: str, kind: str | None) -> list[Hit]:
        event, day = record["event"], record["day"]
        rule = self.report_rule(event, kind)
        lines = None if rule is None else self.report_lines(rule, day)
        if rule is None or lines is None:
            return []
        same = []
        for other in self.past:
            owner = other["sides"].get(side)
            if (
                owner is not None
                and owner[0] == party
                and other["day"] == day
                and other["event"]["platform_id"] == event["platform_id"]
                and self.report_rule(other["event"], owner[1]) == rule
            ):
                same.append(other)
        yuan = [o for o in same if o["event"].get("currency", "CNY") == "CNY"]
        foreign = [o for o in same if o not in yuan]
        yuan_fen = sum(o["fen"] for o in yuan)
        foreign_cents = sum(o["cents"] or 0 for o in foreign)
        foreign_fen = sum(o["fen"] or 0 for o in foreign)
        fen_line, cents_line = lines
        tests: list[tuple[int, int | None, str]]
        if not foreign:
            tests = [(yuan_fen, fen_line, "fen")]
        elif not yuan:
            tests = [(foreign_cents, cents_line, "usd_cents")]
        else:
            dollar = self.parity("USD", day)
            yuan_cents = None if dollar is None else half_even(yuan_fen / dollar)
            in_yuan = (yuan_fen + foreign_fen, fen_line, "fen")
            in_dollars = None if yuan_cents is None else (foreign_cents + yuan_cents, cents_line, "usd_cents")
            lower = dollar is not None and (fen_line is None or half_even(cents_line * dollar) < fen_line)
            tests = [in_dollars, in_yuan] if lower and in_dollars else [in_yuan]
            tests.append((foreign_cents, cents_line, "usd_cents"))
        for measured, line, unit in tests:
            if line is not None and measured >= line:
                start = (day - date(1970, 1, 1)).days
                return [Hit(event["event_id"], rule, party, event["platform_id"], start, side, measured, line, unit)]
        return []

    # classes of payment accounts

    def account(self, event: dict) -> None:
        """An account event: what it leaves out stays as it was."""
        account = self.accounts.setdefault(event["acct_id"], {"life": 0, "closed": False})
        if event["action"] == "open":
            account["life"] += account["closed"]
        if event["action"] in ("open", "reactivate"):
            account["closed"] = False
        for name in ("acct_class", "acct_type"):
            if name in event:
                account[name] = event[name]
        if "person_id" in event or "org_id" in event:
            account["holder"] = event.get("org_id", event.get("person_id"))
            account["holder_type"] = "org" if "org_id" in event else "person"
        account["platform"] = event["platform_id"]
        if event["action"] == "close" or event.get("status") == "closed":
            account["closed"] = True

    def balance_rules(self, record: dict) -> dict[str, Any]:
        """For each class rule: whose sum the payment is in, None if in none."""
        event, account = record["event"], record["account"]
        kind = event.get("payer_acct_type", account.get("acct_type"))
        if kind is None and event["line"] in ("third_party_payment", "network_payment"):
            kind = "payment"
        if not record["leg"] or kind != "payment":
            return {}
        whose: dict[str, Any] = {"pay.acct.class1_life": (event["payer"], account.get("life", 0))}
        holder, holder_type = account.get("holder"), account.get("holder_type")
        if holder is None:
            holder, holder_type = self.party(event, "payer")
        own_bank = event.get("same_name"), event.get("payee_acct_type")
        settled = own_bank[0] is False or own_bank[1] not in (None, "bank")
        if holder is not None and holder_type == "person" and settled:
            yearly = (event["platform_id"], holder, record["day"].year)
            whose["pay.acct.class3_year"] = yearly
            if account.get("acct_class") in ("I", "II"):
                whose["pay.acct.class2_year"] = yearly
        return whose

    def classes(self, record: dict) -> list[Hit]:
        event, day, hits = record["event"], record["day"], []
        lines = {
            "pay.acct.class1_life": 100_000,
            "pay.acct.class2_year": 10_000_000,
            "pay.acct.class3_year": 20_000_000,
        }
        for rule, line in lines.items():
            whose = record["balance_rules"].get(rule)
            if whose is None or day < date(2016, 7, 1):
                continue
            if rule == "pay.acct.class1_life" and record["account"].get("acct_class") != "I":
                continue
            if rule == "pay.acct.class3_year" and not any(
                account.get("acct_class") == "III"
                and not account["closed"]
                and (account["holder"], account["platform"]) == (whose[1], event["platform_id"])
                for account in self.accounts.values()
            ):
                continue
            measured = sum(o["fen"] or 0 for o in self.past if o["balance_rules"].get(rule) == whose)
            if measured > line:
                is_life = rule == "pay.acct.class1_life"
                occasion = whose[1] if is_life else (date(whose[2], 1, 1) - date(1970, 1, 1)).days
                subject = event["payer"] if is_life else whose[1]
                platform = None if is_life else event["platform_id"]
                hits.append(Hit(event["event_id"], rule, subject, platform, occasion, "balance", measured, line, "fen"))
        return hits
