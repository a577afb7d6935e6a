"""Network lending: projects that many small lenders fill, loans paid out of custody, and what flows back to them.

The line took no new business after the middle of November 2020; a later simulation only sees its opening book run off.
"""

from datetime import date

import numpy as np

from riskengine.simulator.borrowing import spend_loan
from riskengine.simulator.lending import Instalment, Loan, apply, issue, repay
from riskengine.simulator.rhythm import DAY, HOUR, day_of, epoch_ms
from riskengine.simulator.world import World

LAST_DAY = date(2020, 11, 15)


class Market:
    """Lenders of the network platforms, and what each has lying on each platform.

    Parameters
    ----------
    world : World

    Attributes
    ----------
    lenders : ndarray, int64
        Rows in `People`.
    """

    def __init__(self, world: World) -> None:
        rng = world.setup.random("market")
        people = world.people
        able = np.flatnonzero((people.income > 450_000) & (people.joined == world.rhythm.begin))
        self.lenders = able[rng.random(len(able)) < 0.3]
        self._balance: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._claims: list[tuple[Loan, int, int]] = []

    def lend(self, world: World, rng: np.random.Generator, loan: Loan, time: int, fails_at: int, opening: bool) -> None:
        """Make one loan through a project (the hand of `borrowing.borrow` for this line)."""
        if not opening and day_of(time) > LAST_DAY:
            return
        # New business needs some days of filling; what began before the first day is in the opening book
        if not opening and time - world.rhythm.begin < 2 * DAY:
            time += 2 * DAY
        investors = rng.choice(self.lenders, min(len(self.lenders), int(rng.integers(3, 11))), replace=False)
        loan.lenders = [world.parties.party_id[int(world.people.party[i])] for i in investors.tolist()]
        loan.project_id = world.number("PJ")
        if opening:
            loan.signed_at = min(loan.signed_at, epoch_ms(LAST_DAY))
        self.publish(world, rng, loan, time, opening=opening)
        shares = rng.dirichlet(np.full(len(investors), 2.0))
        if not opening:
            outcome = str(rng.choice(["issued", "refused"], p=[0.85, 0.15]))
            device = loan.extra.get("device_id")
            apply(world, loan, time - int(rng.integers(2 * HOUR, DAY)), outcome, device=str(device) if device else None)
            if outcome != "issued":
                return
            self.fill(world, rng, loan, time, investors, shares)
        issue(world, loan, time, paid=not opening)
        if not opening and loan.tag == 0:
            spend_loan(world, rng, loan, time)
        self.distribute(world, loan, repay(world, rng, loan, fails_at=fails_at), investors, shares)
        self._claims.append((loan, int(investors[0]), int(loan.principal * shares[0])))

    def publish(self, world: World, rng: np.random.Generator, loan: Loan, time: int, *, opening: bool = False) -> None:
        """The project's events: published and closed around the issue, or only running for an old one."""
        fields: dict[str, object] = {
            "project_id": loan.project_id,
            "project_type": "p2p",
            "region": f"{world.parties.region[loan.borrower]:06d}",
            "issuer_id": world.parties.party_id[loan.borrower],
            "target_minor": loan.principal,
            "promised_rate_ppm": loan.rate_ppm - 20_000,
            "term_days": max(1, (loan.schedule[-1][0] - time) // DAY),
            "purpose": loan.extra.get("purpose"),
            "underlying_loan_ids": [loan.loan_id],
            "text_simhash": f"{int(rng.integers(0, 1 << 62)):016x}",
            "doc_hash": f"{int(rng.integers(0, 1 << 62)):016x}",
            "custodian_id": self._custodian(world, loan),
        }
        stamp = loan.platform.stamp
        if opening:
            published = loan.signed_at - 2 * DAY
            fields |= {"status": "running", "raised_minor": loan.principal, "published_at": stamp(published)}
            world.records.add("project", time, loan.platform.index, fields, tag=loan.tag)
            return
        published = time - int(rng.integers(30 * HOUR, 46 * HOUR))
        first = {**fields, "status": "published", "raised_minor": 0, "published_at": stamp(published)}
        world.records.add("project", published, loan.platform.index, first, tag=loan.tag)
        last = {
            "project_id": loan.project_id,
            "status": "closed",
            "raised_minor": loan.principal,
            "investors": len(loan.lenders),
            "closed_at": stamp(time - HOUR),
        }
        world.records.add("project", time - HOUR, loan.platform.index, last, tag=loan.tag)

    def fill(
        self,
        world: World,
        rng: np.random.Generator,
        loan: Loan,
        time: int,
        investors: np.ndarray,
        shares: np.ndarray,
    ) -> None:
        """Each lender's part comes from the bank into custody; the parts sum to the principal."""
        parts = np.maximum((loan.principal * shares).astype(np.int64) // 100, 1) * 100
        parts[-1] = max(100, loan.principal - int(parts[:-1].sum()))
        moments = time - rng.integers(HOUR + 1000, 28 * HOUR, len(investors))
        device, ip = world.gadgets(rng, investors)
        movements = world.ledger.add(
            moments,
            world.people.bank[investors],
            loan.lender_account,
            parts,
            purpose="invest",
            reporter=loan.platform.index,
            side="out",
            device=device,
            ip=ip,
            link=world.ledger.links([f',"project_id":"{loan.project_id}"'] * len(investors)),
        )
        for person, moment, part, movement in zip(
            investors.tolist(), moments.tolist(), parts.tolist(), movements.tolist(), strict=True
        ):
            world.records.add(
                "invest",
                moment,
                loan.platform.index,
                {
                    "investor_id": world.parties.party_id[int(world.people.party[person])],
                    "region": f"{int(world.people.county[person]):06d}",
                    "amount_minor": part,
                    "status": "settled",
                    "investor_type": "person",
                    "project_id": loan.project_id,
                    "loan_id": loan.loan_id,
                    "product_type": "p2p",
                    "channel": "app",
                    "money_source": "own",
                    "settled_at": loan.platform.stamp(moment),
                    "device_id": world.devices[int(world.people.device[person])],
                    "payment_id": world.payment_id(movement),
                },
            )

    def distribute(
        self, world: World, loan: Loan, made: list[Instalment], investors: np.ndarray, shares: np.ndarray
    ) -> None:
        """What borrowers paid is credited to the lenders of the loan an hour later."""
        for part in made:
            for person, share in zip(investors.tolist(), shares.tolist(), strict=True):
                principal, income = int(part.principal * share), int(part.interest * share * 0.85)
                if principal + income < 1:
                    continue
                world.records.add(
                    "redeem",
                    part.time + HOUR,
                    loan.platform.index,
                    {
                        "investor_id": world.parties.party_id[int(world.people.party[person])],
                        "region": f"{int(world.people.county[person]):06d}",
                        "amount_minor": principal + income,
                        "principal_minor": principal,
                        "income_minor": income,
                        "status": "settled",
                        "project_id": loan.project_id,
                        "loan_id": loan.loan_id,
                        "product_type": "p2p",
                        "mode": "maturity",
                        "shortfall_paid_by": "none",
                    },
                )
                waiting = self._balance.setdefault((loan.platform.index, person), [])
                waiting.append((part.time + HOUR, principal + income))

    def withdraw(self, world: World) -> None:
        """Lenders take out what was credited, every fortnight or so."""
        rng = world.setup.random("withdraw")
        for (platform_index, person), credited in self._balance.items():
            platform = world.platforms[platform_index]
            last = max(time for time, _ in credited)
            moment = last + int(rng.integers(2 * HOUR, 6 * DAY))
            if moment >= world.rhythm.end or rng.random() < 0.2:
                continue
            amount = sum(part for _, part in credited)
            account = int(world.people.bank[person])
            movement = world.ledger.add(
                np.array([moment]),
                world.houses[platform_index].pool,
                account,
                amount,
                purpose="withdraw",
                channel="online",
                reporter=platform_index,
                side="in",
            )
            fields = {
                "investor_id": world.parties.party_id[int(world.people.party[person])],
                "region": f"{int(world.people.county[person]):06d}",
                "amount_minor": amount,
                "to_account": world.accounts.vertex[account],
            }
            asked = moment - int(rng.integers(HOUR, 20 * HOUR))
            times = {"requested_at": platform.stamp(asked)}
            world.records.add("withdraw", asked, platform_index, {**fields, **times, "status": "requested"})
            fields |= {"settled_at": platform.stamp(moment), "payment_id": world.payment_id(int(movement[0]))}
            world.records.add("withdraw", moment, platform_index, {**fields, **times, "status": "settled"})

    def sell_claims(self, world: World) -> None:
        """A few lenders sell their part of a loan to another lender."""
        rng = world.setup.random("claims")
        for loan, seller, principal in self._claims:
            if rng.random() > 0.06 or principal < 10_000:
                continue
            buyer = int(rng.choice(self.lenders))
            day = np.array([int(rng.integers(0, world.rhythm.days))])
            time = max(int(world.rhythm.moments(rng, day, "evening")[0]), loan.signed_at + DAY)
            if buyer == seller or day_of(time) > LAST_DAY:
                continue
            fields = {
                "transfer_id": world.number("TC"),
                "loan_ids": [loan.loan_id],
                "seller_id": world.parties.party_id[int(world.people.party[seller])],
                "principal_minor": principal,
                "asset_form": "single",
            }
            world.records.add("transfer_claim", time, loan.platform.index, {**fields, "status": "offered"})
            fields |= {
                "status": "settled",
                "buyer_id": world.parties.party_id[int(world.people.party[buyer])],
                "price_minor": principal * int(rng.integers(970, 1001)) // 1000,
            }
            world.records.add("transfer_claim", time + 3 * HOUR, loan.platform.index, fields)

    def _custodian(self, world: World, loan: Loan) -> str:
        """The bank that keeps the platform's custody account."""
        bank = world.accounts.platform[world.houses[loan.platform.index].pool]
        return world.platforms[bank].org
