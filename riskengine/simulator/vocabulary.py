"""Which closed sets the simulator writes, and the small integers it keeps them as.

A column of the ledger holds an index into one of these tuples; the writer turns it back into the word. The words and
their order are those of the table of events.
"""

from typing import Final

LINES: Final = (
    "third_party_payment",
    "network_payment",
    "network_lending",
    "micro_credit",
    "crowdfunding",
    "wealth_management",
    "online_insurance",
    "network_banking",
    "cross_border",
)
PURPOSES: Final = (
    "goods",
    "services",
    "transfer",
    "salary",
    "rent",
    "invest",
    "redeem",
    "loan_issue",
    "loan_repay",
    "interest",
    "fee",
    "commission",
    "premium",
    "claim_payout",
    "surrender",
    "tax",
    "utility",
    "donation",
    "topup",
    "withdraw",
    "fx",
    "kin_transfer",
    "deposit_rollover",
    "reserve",
    "internal",
    "unspecified",
    "other",
)
CHANNELS: Final = ("counter", "online", "mobile", "pos", "qr", "atm", "phone", "mail", "terminal", "other")
FUNDINGS: Final = ("balance", "card", "credit", "bank_account", "fund_unit", "cash")
STATUSES: Final = ("settled", "attempted", "refused", "reversed", "refunded", "charged_back")
ACCT_TYPES: Final = ("bank", "payment", "reserve", "custody", "own", "fund", "card", "fx_savings", "none")
ACCT_CLASSES: Final = ("I", "II", "III")
PARTY_TYPES: Final = ("person", "org", "individual_business")
CURRENCIES: Final = ("CNY", "USD", "EUR", "HKD", "JPY", "GBP")

# Which side speaks and from whose view: the two fields reporter_side and direction as one code
SIDES: Final = ("auto", "payer", "payee", "both", "out", "in")

PURPOSE: Final = {word: code for code, word in enumerate(PURPOSES)}
CHANNEL: Final = {word: code for code, word in enumerate(CHANNELS)}
FUNDING: Final = {word: code for code, word in enumerate(FUNDINGS)}
STATUS: Final = {word: code for code, word in enumerate(STATUSES)}
ACCT_TYPE: Final = {word: code for code, word in enumerate(ACCT_TYPES)}
SIDE: Final = {word: code for code, word in enumerate(SIDES)}
CURRENCY: Final = {word: code for code, word in enumerate(CURRENCIES)}

PERSON: Final = 0
ORG: Final = 1
INDIVIDUAL_BUSINESS: Final = 2
