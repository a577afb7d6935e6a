"""Structuring: sums cut so that each stays just under a reporting line, and together they are far above it."""

from collections.abc import Callable

from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.schemes.stage import Scheme, Stage


def _deposit(stage: Stage, account: int, time: float, yuan: int) -> None:
    """Cash over the counter into an account."""
    cash = int(stage.world.accounts.cash([account])[0])
    stage.pay(time, cash, account, yuan * 100, purpose="topup", channel="counter", funding="cash")


def _series(
    stage: Stage,
    amount: Callable[[Stage], int],
    *,
    count: tuple[int, int] = (3, 7),
    days: tuple[float, float] = (2.0, 4.8),
    accounts: int = 1,
    onward: bool = True,
) -> None:
    """Deposits of one person (or of several into their own accounts), each under the line, and the sum sent on."""
    rng = stage.rng
    span = float(rng.uniform(*days))
    start = stage.when(span * 24 + 24, 9, 10)
    people = stage.recruit(accounts, start)
    books = [int(stage.world.people.bank[person]) for person in people]
    stage.name_accounts(*books)
    total = [0] * len(books)
    many = int(rng.integers(count[0], count[1] + 1)) * len(books)
    for number in range(many):
        day = int(number / many * span)
        yuan = amount(stage)
        total[number % len(books)] += yuan * 100
        _deposit(stage, books[number % len(books)], start + day * DAY + float(rng.uniform(0.0, 7.0)) * HOUR, yuan)
    if onward:
        sink = stage.outsiders(1)[0]
        for book, fen in zip(books, total, strict=True):
            end = start + (int(span) + 1) * DAY + float(rng.uniform(0.0, 9.0)) * HOUR
            stage.pay(end, book, sink, fen * float(rng.uniform(0.9, 0.99)))


def _one_person_many_accounts(stage: Stage) -> None:
    """One person's deposits go to accounts at different banks on the same day, each under the line."""
    rng = stage.rng
    people = stage.world.people
    start = stage.when(60, 9, 10)
    person = stage.recruit(1, start)[0]
    books = [int(people.bank[person])]
    second = int(people.second[person])
    if second >= 0 and stage.world.accounts.opened[second] < start and stage.world.accounts.acct_type[second] == 0:
        books.append(second)
    stage.name_accounts(*books)
    for number in range(int(rng.integers(4, 7))):
        day = number // 2
        time = start + day * DAY + float(rng.uniform(0.0, 7.0)) * HOUR
        _deposit(stage, books[number % len(books)], time, int(rng.integers(24_000, 49_900) // 100 * 100))


def _near_line(stage: Stage, low: int, high: int, count: tuple[int, int]) -> None:
    """Transfers of a person just under a line of 200,000 or 500,000 yuan, several in a few days."""
    rng = stage.rng
    start = stage.when(110, 9, 15)
    payer, payee = (stage.account(person, start) for person in stage.recruit(2, start))
    stage.name_accounts(payer, payee)
    source = stage.outsiders(1)[0]
    for number in range(int(rng.integers(count[0], count[1] + 1))):
        time = start + number * DAY + float(rng.uniform(0.0, 6.0)) * HOUR
        amount = int(rng.integers(low, high)) * 100
        stage.pay(time - 2 * HOUR, source, payer, amount * 1.01)
        stage.pay(time, payer, payee, amount)


SCHEME = Scheme(
    name="structuring",
    label="laundering",
    share=0.08,
    variants={
        # The line for cash is 50,000 yuan, inclusive
        "just_under": lambda stage: _series(stage, lambda s: int(s.rng.integers(49_000, 50_000))),
        "varied": lambda stage: _series(stage, lambda s: int(s.rng.integers(400, 499)) * 100, count=(4, 8)),
        # Below the four fifths of the line that the usual rule looks at
        "low_and_often": lambda stage: _series(
            stage, lambda s: int(s.rng.integers(260, 395)) * 100, count=(6, 10), days=(6.0, 9.0)
        ),
        "several_persons": lambda stage: _series(
            stage, lambda s: int(s.rng.integers(465, 500)) * 100, count=(2, 3), days=(1.0, 2.0), accounts=4
        ),
        "many_accounts": _one_person_many_accounts,
        "near_200k": lambda stage: _near_line(stage, 195_000, 199_950, (3, 5)),
        "near_500k": lambda stage: _near_line(stage, 470_000, 499_900, (3, 4)),
    },
)
