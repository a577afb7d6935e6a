"""What a platform discloses to the public about one period."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Count, Date, Hash, MoneyEvent, Text, Time, WideAmount, WideRate


class Disclosure(MoneyEvent, tag="disclosure", frozen=True, kw_only=True):
    """The disclosed figures as of the end of a Shanghai day."""

    as_of_date: Date
    period: Literal["month", "quarter", "year"]
    published_at: Time
    balance_minor: WideAmount | None = None
    interest_balance_minor: WideAmount | None = None
    cumulative_minor: WideAmount | None = None
    related_balance_minor: WideAmount | None = None
    overdue_minor: WideAmount | None = None
    overdue90_minor: WideAmount | None = None
    compensated_minor: WideAmount | None = None
    loans_count: Count | None = None
    cumulative_count: Count | None = None
    lenders_count: Count | None = None
    lenders_cumulative_count: Count | None = None
    borrowers_count: Count | None = None
    borrowers_cumulative_count: Count | None = None
    related_count: Count | None = None
    overdue_count: Count | None = None
    overdue90_count: Count | None = None
    compensated_count: Count | None = None
    top1_share_ppm: WideRate | None = None
    top10_share_ppm: WideRate | None = None
    overdue_rate_amount_ppm: WideRate | None = None
    overdue_rate_project_ppm: WideRate | None = None
    fee_text: Text | None = None
    doc_hash: Hash | None = None
