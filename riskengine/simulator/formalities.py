"""The rarer duties: guarantees, filings and receipts, credit queries and records, notices, lists, leads, manifests.

They are few, and all of them innocent: a filed large-value report is no blame, a lead is about somebody at random. They
let every kind of the table of events pass through an engine.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.rhythm import DAY, HOUR, day_of
from riskengine.simulator.vocabulary import FUNDING, PARTY_TYPES
from riskengine.simulator.world import World


def guarantee(world: World) -> None:
    """Firms answer for each other's debts, some of them in small circles."""
    rng = world.setup.random("guarantee")
    firms, rhythm = world.firms, world.rhythm
    lenders = world.by_line["network_banking"] + world.by_line["micro_credit"]
    for debtor in np.flatnonzero(rng.random(len(firms.bank)) < 0.35).tolist():
        platform = lenders[int(rng.integers(0, len(lenders)))]
        guarantor = (debtor + 1 + int(rng.integers(0, 3))) % len(firms.bank)
        if guarantor == debtor:
            continue
        time = rhythm.begin + int(rng.integers(0, HOUR))
        fields = {
            "guarantee_id": world.number("GU"),
            "guarantor_id": world.parties.party_id[int(firms.party[guarantor])],
            "debtor_id": world.parties.party_id[int(firms.party[debtor])],
            "guarantor_type": "org",
            "debtor_type": "org",
            "liability_minor": int(rng.integers(5, 80)) * 1_000_000,
            "creditor_id": platform.org,
            "guarantee_type": "joint",
            "starts_at": platform.stamp(time - 30 * DAY),
            "ends_at": platform.stamp(time + 335 * DAY),
        }
        world.records.add("guarantee", time, platform.index, {**fields, "status": "given"})
        if rng.random() < 0.2:
            later = time + int(rng.integers(3, 60)) * DAY
            world.records.add("guarantee", later, platform.index, {**fields, "status": "released"})


def file_reports(world: World, payments: dict[str, NDArray[Any]]) -> None:
    """Platforms file a large-value report for cash of 50,000 yuan or more, and get the receipt.

    Parameters
    ----------
    payments : dict of ndarray
        The table of payments, with who reports each settled.
    """
    rng = world.setup.random("file_reports")
    # Order 3 of 2016, article 5(1): cash of CNY 50,000 or more
    large = np.flatnonzero(
        (payments["funding"] == FUNDING["cash"]) & (payments["amount"] >= 5_000_000) & (payments["status"] == 0)
    )
    for row in large.tolist():
        platform = world.platforms[int(payments["reporter"][row])]
        payer, payee = int(payments["payer"][row]), int(payments["payee"][row])
        customer = payer if world.accounts.party[payer] >= 0 else payee
        time = int(payments["time"][row])
        day = int((time - world.rhythm.begin) // DAY)
        submitted = (
            int(world.rhythm.day_start(world.rhythm.next_working(day + 1 + int(rng.integers(0, 3))))) + 10 * HOUR
        )
        filing_id = world.number("FL")
        fields = {
            "filing_id": filing_id,
            "status": "submitted",
            "report_type": "large_value",
            "subject_id": world.party_of(customer),
            "trade_date": day_of(time).isoformat(),
            "submitted_at": platform.stamp(submitted),
            "feature_codes": ["0501"],
            "transaction_count": 1,
        }
        world.records.add("filing", submitted, platform.index, fields)
        got = submitted + 3 * HOUR
        receipt = {"filing_id": filing_id, "receipt_type": "correct", "received_at": platform.stamp(got)}
        world.records.add("report_receipt", got, platform.index, receipt)


def check_credit(world: World) -> None:
    """Lenders ask for credit reports, records are sent after notice, a few are disputed and answered in time."""
    rng = world.setup.random("check_credit")
    people, rhythm = world.people, world.rhythm
    lenders = world.by_line["network_banking"] + world.by_line["micro_credit"]
    for person in rng.integers(0, len(people), max(4, len(people) // 30)).tolist():
        platform = lenders[int(rng.integers(0, len(lenders)))]
        subject = world.parties.party_id[int(people.party[person])]
        time = int(rhythm.moments(rng, rng.integers(0, rhythm.days, 1), "office")[0])
        query = {
            "query_id": world.number("CQ"),
            "subject_id": subject,
            "status": "answered",
            "user_org": platform.org,
            "purpose": "loan",
            "consent_written": True,
        }
        world.records.add("credit_query", time, platform.index, query)
        if rng.random() > 0.25:
            continue
        record_id = world.number("CR")
        noticed = {
            "notice_id": world.number("NO"),
            "notice_type": "negative_record",
            "customer_id": subject,
            "shown_at": platform.stamp(time + HOUR),
            "acknowledged": True,
            "channel": "mobile",
            "record_id": record_id,
        }
        world.records.add("notice", time + HOUR, platform.index, noticed)
        record = {
            "record_id": record_id,
            "subject_id": subject,
            "status": "sent",
            "negative": True,
            "scheme": "financial",
            "category": "loan",
            "determined_at": platform.stamp(time),
            "bad_event_ended_at": platform.stamp(time),
            "notice_given": True,
        }
        world.records.add("credit_record", time + 2 * DAY, platform.index, record)
        if rng.random() < 0.3:
            objection: dict[str, object] = {
                "objection_id": world.number("OB"),
                "subject_id": subject,
                "record_id": record_id,
                "scheme": "financial",
            }
            asked = time + 4 * DAY
            objection["received_at"] = platform.stamp(asked)
            world.records.add("credit_objection", asked, platform.index, {**objection, "status": "received"})
            world.records.add("credit_objection", asked + 6 * DAY, platform.index, {**objection, "status": "answered"})


def keep_books(world: World) -> None:
    """Statements on personal data, an outage, the list of partners, leads from the towns, and control totals."""
    rng = world.setup.random("keep_books")
    rhythm, register = world.rhythm, world.register
    for platform in world.platforms[:-2]:
        time = int(rhythm.moments(rng, rng.integers(0, rhythm.days, 1), "office")[0])
        process = {
            "process_id": world.number("PR"),
            "action": "use",
            "purpose": "anti_fraud",
            "basis": "legal_duty",
            "data_categories": ["identity", "transaction", "device"],
            "impact_assessed": True,
        }
        world.records.add("process", time, platform.index, process)
        for day in range(6, rhythm.days, 7):
            end = int(rhythm.day_start(day + 1))
            # The first week has only six: a snapshot comes on the morning after its day
            counts = {"event_counts": {"snapshot": 6 if day == 6 else 7}, "period_start": platform.stamp(end - 7 * DAY)}
            manifest = {**counts, "period_end": platform.stamp(end)}
            world.records.add("manifest", end + HOUR, platform.index, manifest)
    banks = world.by_line["network_banking"]
    down = int(rhythm.moments(rng, rng.integers(0, rhythm.days, 1), "retail")[0])
    incident = {"incident_id": world.number("IN"), "incident_type": "outage", "detected_at": banks[0].stamp(down)}
    world.records.add("incident", down, banks[0].index, {**incident, "status": "open"})
    world.records.add("incident", down + HOUR, banks[0].index, {**incident, "status": "closed"})
    for bank in banks:
        listed = {
            "list_type": "custodian",
            "entry_id": f"CU{bank.index:03d}",
            "status": "listed",
            "subject_id": bank.org,
            "listed_at": register.stamp(rhythm.begin),
            "authority": "ZJ",
        }
        world.records.add("list_entry", rhythm.begin + 4_000, register.index, listed)
    for number in range(max(2, rhythm.days // 10)):
        firm = int(rng.integers(0, len(world.firms.party)))
        time = int(rhythm.moments(rng, rng.integers(0, rhythm.days, 1), "office")[0])
        lead = {
            "lead_id": world.number("LE"),
            "lead_type": ("grid", "hotline", "tip")[number % 3],
            "region": f"{world.parties.region[int(world.firms.party[firm])]:06d}",
            "subject_id": world.parties.party_id[int(world.firms.party[firm])],
            "text": "群众来电咨询该企业经营情况",
            "topics": ["other"],
        }
        world.records.add("lead", time, register.index, {**lead, "status": "received"})
        world.records.add("lead", time + 3 * DAY, register.index, {**lead, "status": "dismissed"})


def warn(world: World) -> None:
    """Banks warn persons before very large transfers (all of them go on)."""
    rng = world.setup.random("warn")
    table = world.ledger.table()
    kinds = np.array(world.parties.party_type)[np.maximum(world.accounts.array("party")[table["payer"]], 0)]
    # Notice 261 of 2016: persons above 300,000 yuan a day off the counter
    large = np.flatnonzero((table["amount"] > 30_000_000) & (kinds == PARTY_TYPES.index("person")))
    for row in large.tolist():
        payer = int(table["payer"][row])
        platform = world.accounts.platform[payer]
        if platform < 0:
            continue
        time = int(table["time"][row]) - int(rng.integers(20_000, 90_000))
        fields = {
            "notice_id": world.number("NO"),
            "notice_type": "large_transfer_warning",
            "customer_id": world.party_of(payer),
            "shown_at": world.platforms[platform].stamp(time),
            "acknowledged": True,
            "channel": "mobile",
        }
        world.records.add("notice", time, platform, fields)
