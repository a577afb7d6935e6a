"""The lending book in plain Python: dicts of loans, and everything about a borrower counted anew each time."""

from dataclasses import dataclass, field
from typing import Any

from tests.naive.law import NaiveLaw, day_of

DAY = 86_400_000
LINES = {
    ("person", True): ("p2p.borrower_cap.person_platform", 20_000_000),
    ("person", False): ("p2p.borrower_cap.person_total", 100_000_000),
    ("org", True): ("p2p.borrower_cap.org_platform", 100_000_000),
    ("org", False): ("p2p.borrower_cap.org_total", 500_000_000),
}


@dataclass
class Loan:
    """What is known of one loan."""

    borrower: str | None = None
    platform: str | None = None
    loan_type: str | None = None
    borrower_type: str | None = None
    face: int = 0
    drawn: int = 0
    repaid: int = 0
    state: str = "open"
    heard: bool = False
    issued: int | None = None  # clock
    asked: int | None = None  # clock
    is_default: bool = False
    is_refused: bool = False
    repayments: int = 0
    late: int = 0
    told_raised: int = 0
    told_repaid: int = 0
    event_id: str = ""

    def raised(self) -> int:
        return max(self.face, self.drawn)

    def outstanding(self) -> int:
        return max(0, self.raised() - self.repaid) if self.state == "open" and self.borrower else 0

    def is_back(self) -> bool:
        return self.state == "repaid" or (self.state == "open" and self.raised() > 0 and self.repaid >= self.raised())


@dataclass
class Raise:
    """An event that raised what is owed on a loan."""

    event_id: str
    borrower: str
    borrower_type: str | None
    loan_type: str | None
    platform: str
    platform_fen: int
    total_fen: int
    is_known: bool
    open_here: list[str]
    open_anywhere: list[str]


@dataclass
class NaiveLending:
    """Every loan, every movement, and the money of the naive law."""

    money: NaiveLaw = field(default_factory=NaiveLaw)
    loans: dict[tuple[str, str], Loan] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)  # borrower: clock of the first loan event
    booked: set = field(default_factory=set)
    paid_out: dict = field(default_factory=dict)
    clock: int = -(10**18)

    def feed(self, event: dict) -> tuple[dict[str, int] | None, Raise | None]:
        """The row of a loan event, and the raise of an event that raises."""
        self.clock = max(self.clock, event["event_time"])
        if event["kind"] == "reference":
            self.money.references.append(event)
            return None, None
        if event["kind"] not in ("loan", "repay") or event.get("collected_under") == "statistics":
            return None, None
        loan = self.loans.setdefault((event["platform_id"], event["loan_id"]), Loan())
        before = loan.outstanding()
        row, known = None, True
        if event["kind"] == "loan":
            row = self.row(event)
            known = self.loan(event, loan)
        else:
            known = self.repay(event, loan)
        raised = loan.borrower is not None and (loan.outstanding() > before or not known)
        return row, self.raise_of(event, loan, known) if raised else None

    def fen(self, event: dict, amount: int) -> int | None:
        return self.money.fen(event | {"amount_minor": amount})

    def is_first(self, event: dict, *whose: Any) -> bool:
        if "payment_id" not in event:
            return True
        key = (event["payment_id"], *whose)
        first = key not in self.booked
        self.booked.add(key)
        return first

    # what the events do

    def loan(self, event: dict, loan: Loan) -> bool:
        status, known = event["status"], True
        is_new, loan.heard = not loan.heard, True
        loan.borrower, loan.platform = event["borrower_id"], event["platform_id"]
        loan.loan_type = event.get("loan_type") or self.by_line(event) or loan.loan_type
        loan.borrower_type = event.get("borrower_type") or ("org" if loan.borrower.startswith("USCC") else "person")
        self.heard.setdefault(loan.borrower, self.clock)
        if is_new and status in ("applied", "issued", "drawn", "refused"):
            loan.asked = self.clock
        if status in ("issued", "drawn") or (status == "renewed" and is_new):
            known = self.raise_loan(event, loan)
            if loan.issued is None:
                loan.issued, loan.event_id = self.clock, event["event_id"]
        elif status == "repaid":
            loan.state, loan.repaid = "repaid", max(loan.repaid, loan.raised())
        elif status == "cancelled":
            loan.state = "cancelled"
        elif status == "default":
            loan.is_default = True
        elif status == "refused":
            loan.is_refused = True
        return known

    @staticmethod
    def by_line(event: dict) -> str | None:
        return {"network_lending": "p2p", "micro_credit": "micro", "network_banking": "bank"}.get(event["line"])

    def raise_loan(self, event: dict, loan: Loan) -> bool:
        if "payment_id" in event:
            first = self.paid_out.setdefault((event["payment_id"], loan.borrower), loan.platform)
            if first != loan.platform:
                return True
        fen, top, known = self.fen(event, event["principal_minor"]), loan.raised(), True
        if event["status"] == "drawn":
            if self.is_first(event, event["platform_id"], event["loan_id"], "in"):
                known = fen is not None
                if known and "draw_minor" in event:
                    loan.drawn += self.fen(event, event["draw_minor"])
                elif known:
                    loan.drawn = max(loan.drawn, fen)
        elif loan.issued is None:
            known = fen is not None
            if known:
                loan.face = fen
        loan.told_raised += loan.raised() - top
        if loan.state == "repaid":
            loan.repaid = max(loan.repaid, loan.raised())
        return known

    def repay(self, event: dict, loan: Loan) -> bool:
        fen = self.fen(event, event.get("principal_minor", 0))
        amount, status = fen or 0, event.get("status", "settled")
        key = (event["platform_id"], event["loan_id"])
        if status == "settled" and self.is_first(event, *key, "in"):
            loan.repaid += amount
            if loan.borrower is not None:
                loan.repayments += 1
                loan.told_repaid += amount
                paid = day_of(event.get("paid_at", event["event_time"]))
                loan.late += "due_date" in event and str(paid) > event["due_date"]
        elif status == "reversed" and self.is_first(event, *key, "back"):
            if loan.state == "repaid":
                loan.state, loan.repaid = "open", loan.raised()
            back = min(amount, loan.repaid)
            loan.repaid -= back
            if loan.borrower is not None:
                loan.told_repaid -= back
        return fen is not None or status != "reversed"

    # what is told

    def of(self, borrower: str, platform: str | None = None) -> list[Loan]:
        return [loan for loan in self.loans.values() if loan.borrower == borrower and platform in (None, loan.platform)]

    def row(self, event: dict) -> dict[str, int]:
        loans = self.of(event["borrower_id"])
        here = [loan for loan in loans if loan.platform == event["platform_id"]]
        still = [loan for loan in loans if loan.outstanding() > 0]

        def asked(days: int) -> list[Loan]:
            return [loan for loan in loans if loan.asked is not None and loan.asked > self.clock - days * DAY]

        def issued(days: int) -> int:
            return sum(loan.issued is not None and loan.issued > self.clock - days * DAY for loan in loans)

        issues = [loan.issued for loan in loans if loan.issued is not None]
        raised, repaid = sum(loan.told_raised for loan in loans), sum(loan.told_repaid for loan in loans)
        heard = self.heard.get(event["borrower_id"])
        return {
            "borrower_loans_open": len(still),
            "borrower_platforms_open": len({loan.platform for loan in still}),
            "borrower_outstanding_fen": sum(loan.outstanding() for loan in loans),
            "borrower_platform_outstanding_fen": sum(loan.outstanding() for loan in here),
            "borrower_loans_issued": len(issues),
            "borrower_loans_repaid": sum(loan.is_back() for loan in loans),
            "borrower_defaults": sum(loan.is_default for loan in loans),
            "borrower_refusals": sum(loan.is_refused for loan in loans),
            "borrower_applications_7d": len(asked(7)),
            "borrower_applications_30d": len(asked(30)),
            "borrower_applications_90d": len(asked(90)),
            "borrower_application_platforms_7d": len({loan.platform for loan in asked(7)}),
            "borrower_application_platforms_30d": len({loan.platform for loan in asked(30)}),
            "borrower_new_loans_30d": issued(30),
            "borrower_new_loans_90d": issued(90),
            "borrower_days_since_loan": min(400, (self.clock - max(issues)) // DAY) if issues else -1,
            "borrower_days_known": -1 if heard is None else min(400, (self.clock - heard) // DAY),
            "borrower_repaid_ppm": -1 if raised <= 0 else min(10**9, repaid * 1_000_000 // raised),
            "borrower_repayments": sum(loan.repayments for loan in loans),
            "borrower_late_repayments": sum(loan.late for loan in loans),
            "loan_principal_fen": self.fen(event, event["principal_minor"]) or 0,
            "loan_rate_ppm": event.get("rate_nominal_ppm", -1),
            "loan_term_days": event.get("term_days", -1),
        }

    def raise_of(self, event: dict, loan: Loan, known: bool) -> Raise:
        still = [one for one in self.of(loan.borrower) if one.loan_type == "p2p" and one.outstanding() > 0]
        here = [one for one in still if one.platform == loan.platform]
        return Raise(
            event["event_id"],
            loan.borrower,
            loan.borrower_type,
            loan.loan_type,
            loan.platform,
            sum(one.outstanding() for one in here),
            sum(one.outstanding() for one in still),
            known,
            sorted(one.event_id for one in here),
            sorted(one.event_id for one in still),
        )


def caps(raised: Raise, event_time: int) -> list[tuple[str, int, int]]:
    """Caps that an event breaks: rule, measured, line."""
    kind = {"person": "person", "org": "org", "individual_business": "org"}[raised.borrower_type]
    if raised.loan_type != "p2p" or str(day_of(event_time)) < "2016-08-17":
        return []
    found = []
    for here, measured in ((True, raised.platform_fen), (False, raised.total_fen)):
        rule, line = LINES[kind, here]
        if measured > line:
            found.append((rule, measured, line))
    return found
