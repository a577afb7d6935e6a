"""Features in plain words, both languages, for reasons on a page; the catalogue has the exact definition."""

import re
from typing import Final

from api.console.words import Words

# ruff: noqa: E501 (a table reads better with a feature a line)
# name without its window: (Chinese, English)
_PLAIN: Final[dict[str, tuple[str, str]]] = {
    "payer_out_count": ("付款方付出笔数", "Payments made by the payer"),
    "payer_out_sum": ("付款方付出金额", "Money paid by the payer"),
    "payer_in_count": ("付款方收到笔数", "Payments received by the payer"),
    "payer_in_sum": ("付款方收到金额", "Money received by the payer"),
    "payee_in_count": ("收款方收到笔数", "Payments received by the payee"),
    "payee_in_sum": ("收款方收到金额", "Money received by the payee"),
    "payee_out_count": ("收款方付出笔数", "Payments made by the payee"),
    "payee_out_sum": ("收款方付出金额", "Money paid by the payee"),
    "payer_payees": ("付款方付给的账户数", "Accounts that the payer paid"),
    "payer_payers": ("付给付款方的账户数", "Accounts that paid the payer"),
    "payee_payers": ("付给收款方的账户数", "Accounts that paid the payee"),
    "payee_payees": ("收款方付给的账户数", "Accounts that the payee paid"),
    "pair_count": ("付款方付给收款方的笔数", "Payments from this payer to this payee"),
    "pair_sum": ("付款方付给收款方的金额", "Money from this payer to this payee"),
    "reverse_count": ("收款方付回付款方的笔数", "Payments back from payee to payer"),
    "reverse_sum": ("收款方付回付款方的金额", "Money back from payee to payer"),
    "payer_seconds_since_out": ("距付款方上次付款的秒数（-1 为 30 天内没有）", "Seconds since the payer last paid (-1: not in 30 days)"),
    "payee_seconds_since_in": ("距收款方上次收款的秒数（-1 为 30 天内没有）", "Seconds since the payee was last paid (-1: not in 30 days)"),
    "lateness_seconds": ("事件迟到秒数", "Seconds the event came late"),
    "cycles_2": ("由本笔闭合的 2 笔循环数", "Circles of 2 payments that this one closes"),
    "cycles_3": ("由本笔闭合的 3 笔循环数", "Circles of 3 payments that this one closes"),
    "cycles_4": ("由本笔闭合的 4 笔循环数", "Circles of 4 payments that this one closes"),
    "cycles_5": ("由本笔闭合的 5 笔循环数", "Circles of 5 payments that this one closes"),
    "cycles_6": ("由本笔闭合的 6 笔循环数", "Circles of 6 payments that this one closes"),
    "scatter_gather": ("同一来源经多少个中间账户汇入收款方", "Middle accounts between one source and the payee"),
    "cycles_truncated": ("循环搜索达到上限", "The search for circles met its limit"),
    "scatter_gather_truncated": ("分散归集搜索达到上限", "The search for scatter-gather met its limit"),
    "search_truncated": ("有一项搜索达到上限", "One of the searches met its limit"),
    "amount_fen": ("本笔金额", "Amount of this payment"),
    "hour_of_day": ("本笔发生的钟点（0 至 23）", "Hour of the day (0 to 23)"),
    "history_days": ("日志已运行天数", "Days that the log has run"),
    "payer_pass_ppm": ("付款方付出占其收到的比例（-1 为没有收到）", "Money out against money in, payer (-1: nothing came in)"),
    "payee_burst_ppm": ("收款方近 7 天占近 30 天收款的比例", "The payee's last 7 days against its last 30"),
    "payer_burst_ppm": ("付款方近 7 天占近 30 天收款的比例", "Money into the payer: last 7 days against last 30"),
    "amount_vs_payer_mean_ppm": ("本笔相当于付款方近 30 天平均付款的比例", "This payment against the payer's mean of 30 days"),
    "borrower_loans_open": ("借款人未清偿借款笔数", "Loans the borrower still owes"),
    "borrower_platforms_open": ("借款人有余额的平台数", "Platforms at which the borrower owes"),
    "borrower_outstanding_fen": ("借款人在所有平台的余额", "Owed on all platforms"),
    "borrower_platform_outstanding_fen": ("借款人在本平台的余额", "Owed at this platform"),
    "borrower_loans_issued": ("借款人历来借款笔数", "Loans ever issued to the borrower"),
    "borrower_loans_repaid": ("借款人已结清笔数", "Loans paid back in full"),
    "borrower_defaults": ("借款人历来违约笔数", "Loans ever in default"),
    "borrower_refusals": ("借款人历来被拒次数", "Applications ever refused"),
    "borrower_applications": ("借款人申请笔数", "Loans applied for"),
    "borrower_application_platforms": ("借款人申请过的平台数", "Platforms applied to"),
    "borrower_new_loans": ("借款人新借笔数", "New loans"),
    "borrower_days_since_loan": ("距上次借款天数（-1 为没有）", "Days since the last loan (-1: none)"),
    "borrower_days_known": ("借款人首次出现至今天数（-1 为首次）", "Days since the borrower was first heard of (-1: never)"),
    "borrower_repaid_ppm": ("已还本金占已借本金的比例（-1 为没有）", "Principal repaid against principal raised (-1: none)"),
    "borrower_repayments": ("还款笔数", "Repayments"),
    "borrower_late_repayments": ("逾期还款笔数", "Repayments after their day"),
    "loan_principal_fen": ("本笔借款本金", "Principal of this loan"),
    "loan_rate_ppm": ("本笔名义年利率（-1 为未填）", "Nominal rate a year (-1: not given)"),
    "loan_term_days": ("本笔期限天数（-1 为未填）", "Term in days (-1: not given)"),
}  # fmt: skip
_WINDOWS: Final = {
    "1h": ("近 1 小时", "in 1 hour"),
    "1d": ("近 1 天", "in 1 day"),
    "7d": ("近 7 天", "in 7 days"),
    "30d": ("近 30 天", "in 30 days"),
    "90d": ("近 90 天", "in 90 days"),
}
_WINDOWED = re.compile(r"(.+)_(1h|1d|7d|30d|90d)")


def plain_name(feature: str, words: Words) -> str:
    """A feature in plain words; its name where there are none.

    Examples
    --------
    >>> plain_name("payee_in_count_1d", Words("en")), plain_name("payee_in_count_1d", Words("zh"))
    ('Payments received by the payee in 1 day', '近 1 天收款方收到笔数')
    """
    match = _WINDOWED.fullmatch(feature)
    base, window = (match[1], _WINDOWS[match[2]]) if match else (feature, ("", ""))
    if base not in _PLAIN:
        return feature
    chinese, english = _PLAIN[base]
    return words.pick(window[0] + chinese, f"{english} {window[1]}".rstrip())
