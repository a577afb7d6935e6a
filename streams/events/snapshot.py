"""A platform's figures for one day or period, as it or its custodian reports them."""

from __future__ import annotations

from typing import Literal

from streams.events.base import (
    Count,
    Date,
    Items,
    MoneyEvent,
    Number,
    OpenParty,
    Part,
    SharedKey,
    WideAmount,
    WideRate,
)


class ReserveHolding(Part, frozen=True, kw_only=True):
    """What one holder keeps of the customers' reserve."""

    holder_org: OpenParty
    holder_type: Literal["central_account", "special_account", "other"]
    balance_minor: WideAmount


class Snapshot(MoneyEvent, tag="snapshot", frozen=True, kw_only=True):
    """The figures as of the end of a Shanghai day."""

    as_of_date: Date
    period: Literal["day", "month", "quarter", "year"]
    about_platform_id: SharedKey | None = None
    customer_balance_minor: WideAmount | None = None
    in_transit_minor: WideAmount | None = None
    reserve_balance_minor: WideAmount | None = None
    reserve_average_90d_minor: WideAmount | None = None
    reserve_pledged_minor: WideAmount | None = None
    reserve_by_holder: Items[ReserveHolding] | None = None
    net_assets_minor: WideAmount | None = None
    net_assets_previous_year_minor: WideAmount | None = None
    net_capital_minor: WideAmount | None = None
    tier1_capital_minor: WideAmount | None = None
    total_loans_minor: WideAmount | None = None
    bank_borrowing_minor: WideAmount | None = None
    shareholder_borrowing_minor: WideAmount | None = None
    bonds_minor: WideAmount | None = None
    abs_minor: WideAmount | None = None
    debt_minor: WideAmount | None = None
    guarantee_liability_minor: WideAmount | None = None
    cash_minor: WideAmount | None = None
    custody_balance_minor: WideAmount | None = None
    risk_reserve_minor: WideAmount | None = None
    custodians: Items[OpenParty] | None = None
    pledge_ratio_ppm: WideRate | None = None
    comprehensive_solvency_ppm: WideRate | None = None
    core_solvency_ppm: WideRate | None = None
    premium_in_force_minor: WideAmount | None = None
    pending_withdrawals_minor: WideAmount | None = None
    pending_withdrawals_count: Count | None = None
    settle_hours_median: Number | None = None
    active_users_count: Count | None = None
    active_investors_count: Count | None = None
    lenders_count: Count | None = None
    borrowers_count: Count | None = None
    complaints_count: Count | None = None
    balance_minor: WideAmount | None = None
    overdue_minor: WideAmount | None = None
    overdue90_minor: WideAmount | None = None
    turnover_minor: WideAmount | None = None
    due_60d_minor: WideAmount | None = None
    net_inflow_30d_minor: WideAmount | None = None
    mean_rate_ppm: WideRate | None = None
    mean_term_days: Count | None = None
    top1_share_ppm: WideRate | None = None
    top10_share_ppm: WideRate | None = None
    top10_lender_share_ppm: WideRate | None = None
