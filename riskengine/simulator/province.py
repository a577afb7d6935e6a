"""The way of a simulation, from the order to the three files: settle the province, let it live, plant, write.

This is the page to read first: each line of `live_on` is one idea with a file of its own.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator import (
    balances,
    borrowing,
    commerce,
    cross_border,
    crowdfunding,
    dirt,
    duties,
    employment,
    formalities,
    friends,
    home,
    lifecycle,
    onboarding,
    online_insurance,
    schemes,
    trade,
    wealth_management,
    writer,
)
from riskengine.simulator.network_lending import Market
from riskengine.simulator.numbering import number_events
from riskengine.simulator.payment_text import PaymentText
from riskengine.simulator.rhythm import HOUR
from riskengine.simulator.setup import Setup
from riskengine.simulator.summary import summarise
from riskengine.simulator.world import World, build_world
from riskengine.simulator.writer import Progress


def simulate(out: Path, setup: Setup | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Make a province and write `events.ndjson`, `truth.csv` and `summary.json`.

    Parameters
    ----------
    out : Path
        Folder for the files; made where it is not there, its three files are overwritten.
    setup : Setup, optional
        How large, how long, which seed; the defaults of `Setup` without it.
    progress : callable, optional
        Called with (stage, done, total) now and then.

    Returns
    -------
    dict
        What stands in `summary.json`.

    Raises
    ------
    OSError
        If the files cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    world = build_world(setup or Setup())
    live_on(world, progress)
    table = lifecycle.live(world, lifecycle.settle(world))
    formalities.file_reports(world, table)
    dirt.correct(world, table)
    _keep_inside(world)
    numbers = number_events(table, world.records, world.platforms)
    table, original = dirt.contradict(world, table)
    numbers.payment = np.concatenate([numbers.payment, numbers.payment[original]])
    arrivals = dirt.arrive(world, table, len(original))
    text = PaymentText(world, table, numbers)
    lines = writer.write_events(out / "events.ndjson", world, text, numbers, arrivals, progress)
    schemes.date_labels(world, table)
    writer.write_truth(out / "truth.csv", world, text, numbers, table["tag"], table["time"])
    summary = summarise(world, table, arrivals, len(original), lines)
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return summary


def live_on(world: World, progress: Progress | None = None) -> None:
    """Let everybody act: all payments and records of the time simulated, innocent and planted."""
    stages = (
        _shop_and_work,
        _live_together,
        _borrow_and_lend,
        _save_and_insure,
        schemes.plant,
        _report,
    )
    for done, stage in enumerate(stages):
        if progress is not None:
            progress("province", done, len(stages))
        stage(world)
    if progress is not None:
        progress("province", len(stages), len(stages))


def _shop_and_work(world: World) -> None:
    """Shops, wages and firms."""
    commerce.shop(world)
    commerce.sweep(world)
    employment.pay_wages(world)
    employment.pay_pensions(world)
    employment.send_allowances(world)
    trade.trade(world)
    trade.pool_cash(world)
    trade.buy_in_circles(world)
    trade.pay_taxes(world)
    trade.draw_cash(world)


def _live_together(world: World) -> None:
    """Households and friends."""
    home.top_up(world)
    home.pay_rent(world)
    home.pay_bills(world)
    home.move_savings(world)
    home.use_cash(world)
    home.buy_dear_things(world)
    circle = friends.befriend(world)
    friends.send(world, circle)
    friends.send_red_packets(world, circle)
    friends.share_dinners(world, circle)
    friends.save_in_circles(world, circle)
    friends.buy_together(world)
    friends.trade_privately(world)


def _borrow_and_lend(world: World) -> None:
    """Banks, micro-lenders and network lenders."""
    market = Market(world)
    borrowing.borrow(world, {"network_lending": market.lend})
    market.withdraw(world)
    market.sell_claims(world)
    formalities.guarantee(world)


def _save_and_insure(world: World) -> None:
    """Funds, projects, policies and trade across the border."""
    wealth_management.save(world, wealth_management.offer(world))
    crowdfunding.raise_funds(world)
    online_insurance.insure(world)
    cross_border.publish_parities(world)
    cross_border.import_goods(world)
    cross_border.export_goods(world)
    cross_border.support_children(world)


def _report(world: World) -> None:
    """Balances, customers, and what platforms owe the supervisor."""
    opening = balances.opening_balances(world)
    onboarding.welcome(world, opening)
    onboarding.change(world)
    duties.register(world)
    duties.report_days(world)
    duties.disclose(world)
    duties.advertise(world)
    duties.complain(world)
    formalities.check_credit(world)
    formalities.keep_books(world)
    formalities.warn(world)


def _keep_inside(world: World) -> None:
    """Leave out records before the first moment or after the last one (the last day's snapshots come that night)."""
    records = world.records
    time = np.array(records.time, dtype=np.int64)
    inside: NDArray[np.int64] = np.flatnonzero((time >= world.rhythm.begin) & (time < world.rhythm.end + 2 * HOUR))
    snapshots = np.array([kind == "snapshot" for kind in records.kind], dtype=np.bool_)
    inside = inside[(time[inside] < world.rhythm.end) | snapshots[inside]]
    for name in ("time", "platform", "kind", "line", "tag", "fields"):
        column = getattr(records, name)
        setattr(records, name, [column[row] for row in inside.tolist()])
