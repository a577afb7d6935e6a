"""What a loan is, how it is paid out and paid back, and what of that each platform reports.

Every lender of the province, and the schemes among them, make their loans here: an application, an issue with its
schedule and payment, instalments with theirs, and in the end `repaid` or, some weeks after the first missed instalment,
`default`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from riskengine.simulator.platforms import Platform
from riskengine.simulator.rhythm import DAY, HOUR, day_of
from riskengine.simulator.vocabulary import ORG, PARTY_TYPES
from riskengine.simulator.world import World

_LOAN_TYPES = {"network_lending": "p2p", "micro_credit": "micro", "network_banking": "bank"}


@dataclass(slots=True)
class Loan:
    """One loan.

    Attributes
    ----------
    borrower, account : int
        Party row, and account row that gets and pays the money.
    lender_account : int
        Account row the money comes from and returns to.
    principal, rate_ppm : int
        Fen; per year.
    signed_at : int
        UTC ms.
    schedule : list of (due, principal, interest)
        Due midnight in UTC ms, and fen.
    lenders : sequence of str
        Party ids of those whose money it is.
    extra : dict
        Further fields of the issue, by the names of the table of events.
    """

    loan_id: str
    platform: Platform
    borrower: int
    account: int
    lender_account: int
    principal: int
    rate_ppm: int
    signed_at: int
    schedule: list[tuple[int, int, int]]
    lenders: Sequence[str] = ()
    project_id: str | None = None
    tag: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment on a loan that was made: when, how much, and whether it was the last."""

    loan: Loan
    time: int
    principal: int
    interest: int
    movement: int


def instalments(
    principal: int, rate_ppm: int, first_due: int, count: int, step_days: int
) -> list[tuple[int, int, int]]:
    """Equal parts of the principal with simple interest on what is left.

    Returns
    -------
    list of (due, principal, interest)
        The parts sum to `principal`.

    Examples
    --------
    >>> [part[1:] for part in instalments(1_000, 365_000, 0, 3, 10)]
    [(333, 10), (333, 6), (334, 3)]
    """
    parts, left = [], principal
    for number in range(count):
        part = principal // count if number < count - 1 else left
        interest = left * rate_ppm * step_days // 365_000_000
        parts.append((first_due + number * step_days * DAY, part, interest))
        left -= part
    return parts


def apply(world: World, loan: Loan, time: int, outcome: str, *, device: str | None = None) -> None:
    """The application, and its refusal or cancellation where it does not lead to a loan."""
    fields = {"loan_id": loan.loan_id, **_who(world, loan), "principal_minor": loan.principal, "device_id": device}
    world.records.add("loan", time, loan.platform.index, {**fields, "status": "applied"}, tag=loan.tag)
    if outcome != "issued":
        fields |= {"status": outcome, "refusal_automated": False if outcome == "refused" else None, "device_id": None}
        world.records.add("loan", time + 2 * HOUR, loan.platform.index, fields, tag=loan.tag)


def issue(world: World, loan: Loan, time: int, *, paid: bool = True) -> int:
    """The issue of a loan and the payment that carries it out.

    Parameters
    ----------
    time : int
        UTC ms of the issue.
    paid : bool, default=True
        False for a loan of the opening book, which was paid out before the simulation.

    Returns
    -------
    int
        The movement of the payment, -1 without one.
    """
    movement = -1
    if paid:
        movement = int(
            world.ledger.add(
                np.array([time]),
                loan.lender_account,
                loan.account,
                loan.principal,
                purpose="loan_issue",
                channel="online",
                reporter=loan.platform.index,
                side="in",
                link=world.ledger.links([f',"loan_id":"{loan.loan_id}"']),
                tag=loan.tag,
            )[0]
        )
    last = loan.schedule[-1][0]
    world.records.add(
        "loan",
        time,
        loan.platform.index,
        {
            "loan_id": loan.loan_id,
            "status": "issued",
            **_who(world, loan),
            "principal_minor": loan.principal,
            "lender_ids": list(loan.lenders) or None,
            "loan_type": _LOAN_TYPES[loan.platform.line or "micro_credit"],
            "cash_received_minor": loan.principal,
            "rate_nominal_ppm": loan.rate_ppm,
            "schedule": [
                {
                    "due_date": day_of(due).isoformat(),
                    "principal_minor": part,
                    "interest_minor": interest,
                    "fee_minor": 0,
                }
                for due, part, interest in loan.schedule
            ],
            "term_days": max(1, (last - loan.signed_at) // DAY),
            "renewals": 0,
            "signed_at": loan.platform.stamp(loan.signed_at),
            "related_party": False,
            "project_id": loan.project_id,
            "payment_id": world.payment_id(movement) if movement >= 0 else None,
            **loan.extra,
        },
        tag=loan.tag,
    )
    return movement


def repay(
    world: World, rng: np.random.Generator, loan: Loan, *, fails_at: int, lateness: float = 0.06
) -> list[Instalment]:
    """The instalments up to the borrower's failure, then the default; the loan's end where all is paid.

    Parameters
    ----------
    fails_at : int
        UTC ms from which the borrower pays nothing more; a far time for a sound one.
    lateness : float, default=0.06
        Share of instalments paid some days late.

    Returns
    -------
    list of Instalment
        Those made within the simulation.
    """
    made: list[Instalment] = []
    for number, (due, principal, interest) in enumerate(loan.schedule):
        late = int(rng.lognormal(1.3, 0.6)) if rng.random() < lateness else -int(rng.integers(0, 3))
        time = max(due + late * DAY, loan.signed_at + DAY, world.rhythm.begin) + int(rng.integers(9 * HOUR, 21 * HOUR))
        if due >= fails_at:
            _default(world, loan, due)
            return made
        if time >= world.rhythm.end:
            return made
        made.append(_pay_instalment(world, loan, time, due, principal, interest))
        if number == len(loan.schedule) - 1:
            fields = {"loan_id": loan.loan_id, "status": "repaid", **_who(world, loan)}
            fields["principal_minor"] = loan.principal
            world.records.add("loan", time + HOUR, loan.platform.index, fields, tag=loan.tag)
    return made


def _pay_instalment(world: World, loan: Loan, time: int, due: int, principal: int, interest: int) -> Instalment:
    """One instalment: the payment and the `repay` that it carries out."""
    movement = int(
        world.ledger.add(
            np.array([time]),
            loan.account,
            loan.lender_account,
            principal + interest,
            purpose="loan_repay",
            channel="mobile",
            reporter=loan.platform.index,
            side="out",
            link=world.ledger.links([f',"loan_id":"{loan.loan_id}"']),
            tag=loan.tag,
        )[0]
    )
    world.records.add(
        "repay",
        time,
        loan.platform.index,
        {
            "loan_id": loan.loan_id,
            "region": f"{world.parties.region[loan.borrower]:06d}",
            "principal_minor": principal,
            "interest_minor": interest,
            "fee_minor": 0,
            "status": "settled",
            "paid_at": loan.platform.stamp(time),
            "due_date": day_of(due).isoformat(),
            "payer_id": world.parties.party_id[loan.borrower],
            "source": "borrower",
            "payment_id": world.payment_id(movement),
        },
        tag=loan.tag,
    )
    return Instalment(loan, time, principal, interest, movement)


def _default(world: World, loan: Loan, due: int) -> None:
    """The default of a loan: the lender writes it down when the missed instalment is a month old, a bank after two."""
    days = 60 if loan.platform.line == "network_banking" else 30
    time = due + days * DAY + 10 * HOUR
    if not world.rhythm.begin <= time < world.rhythm.end:
        return
    fields = {"loan_id": loan.loan_id, "status": "default", **_who(world, loan), "principal_minor": loan.principal}
    world.records.add("loan", time, loan.platform.index, fields, tag=loan.tag)
    if loan.tag == 0:
        world.truth.defaults.append((loan.loan_id, time))


def _who(world: World, loan: Loan) -> dict[str, Any]:
    """The borrower, as each event of a loan repeats it."""
    kind = world.parties.party_type[loan.borrower]
    return {
        "region": f"{world.parties.region[loan.borrower]:06d}",
        "borrower_id": world.parties.party_id[loan.borrower],
        "borrower_type": PARTY_TYPES[kind if kind >= 0 else ORG],
    }
