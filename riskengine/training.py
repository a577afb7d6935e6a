"""From events and labels to models: a replay through the engine's own families, then the fits, then the registry.

Training data is a replay of the log through the code that serves, so a row in training is the row that will be scored.
Labels count from the moment they became known, and nothing of a later event reaches an earlier row.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from features import catalogue
from features.catalogue import Feature
from features.engine import FeatureEngine
from features.lending import LendingBook, lending_features
from models.base import Model, ModelError
from models.fitting import Fitted, LabelledRows, Plan, fit_model
from models.recipe import Recipe
from models.validation import area_under_curve, average_precision
from riskengine.featuring import Written, accepted_batches
from riskengine.labelling import ACCOUNT_DAYS, LoanRows, Matched, PaymentRows, label_loans, label_payments
from riskengine.labels import Label, labels_of
from streams.batch import Batch
from streams.events import code
from streams.identity import Identities
from streams.sources.base import Source

_DEFAULTED = tuple(code("loan", "status", status) for status in ("default", "written_off"))
# Whom an alert is about, as the engine raises it
_SUBJECT = {"fraud": "payee", "laundering": "payer"}

Tick = Callable[[int, int], None]


@dataclass(slots=True)
class Replay:
    """What training needs of some events.

    Attributes
    ----------
    payments : PaymentRows
    loans : LoanRows
    stated : list of Label
        Labels that the log itself states: its `label` events, and loans reported in default.
    events, duplicates, dead_letters : int
    """

    payments: PaymentRows
    loans: LoanRows
    stated: list[Label]
    events: int
    duplicates: int
    dead_letters: int


@dataclass(slots=True)
class _Pages:
    """Columns that grow batch by batch."""

    pages: dict[str, list[NDArray[Any]]] = field(default_factory=dict)
    count: int = 0

    def add(self, **columns: NDArray[Any]) -> None:
        """Take some rows."""
        for name, column in columns.items():
            self.pages.setdefault(name, []).append(np.ascontiguousarray(column))
        self.count += len(next(iter(columns.values())))

    def whole(self, name: str, empty: tuple[int, ...] = (0,)) -> NDArray[Any]:
        """One column, and its pages let go; of the shape `empty` if there was no row."""
        return np.concatenate(self.pages.pop(name, [np.zeros(empty, np.int64)]))


def replay(
    source: Source,
    key: bytes,
    *,
    named: frozenset[str] = frozenset(),
    until: int | None = None,
    batch: int = 8192,
    budget: int = 2048,
    threads: int = 1,
    dedup_days: int = 45,
    tick: Tick | None = None,
) -> Replay:
    """Feature rows of a source as they were at each event.

    Parameters
    ----------
    source : Source
    key : bytes
        The deployment's identity key.
    named : frozenset of str
        Event ids whose rows are noted, for labels that name no platform.
    until : int, optional
        UTC ms; events beyond it on the stream's clock are not used.
    tick : callable, optional
        Called after each batch with how much of the source is read and the payments so far.
    """
    engine, book, counts = FeatureEngine(budget=budget, threads=threads), LendingBook(), Written()
    payments, loans = _Pages(), _Pages()
    seen: dict[str, list[int]] = {}
    platforms: set[str] = set()
    stated: list[Label] = []
    events = 0
    for done, accepted in accepted_batches(source, key, batch=batch, dedup_days=dedup_days, counts=counts):
        current = accepted
        if until is not None and len(accepted) and accepted.clock[-1] > until:
            current = accepted.take(np.flatnonzero(accepted.clock <= until))
        events += len(current)
        _add_payments(engine, current, payments, seen, named)
        _add_loans(book, current, loans, platforms, stated)
        stated += labels_of(current)
        if tick is not None:
            tick(done, payments.count)
        if len(current) < len(accepted):
            break  # the clock never falls
    return Replay(
        PaymentRows(
            values=payments.whole("values", (0, len(catalogue.names()))),
            clock=payments.whole("clock"),
            event=payments.whole("event"),
            payer=payments.whole("payer"),
            payee=payments.whole("payee"),
            payer_party=payments.whole("payer_party"),
            payee_party=payments.whole("payee_party"),
            named=seen,
        ),
        LoanRows(
            values=loans.whole("values", (0, len(lending_features()))),
            clock=loans.whole("clock"),
            loan=loans.whole("loan"),
            borrower=loans.whole("borrower"),
            platforms=platforms,
        ),
        stated,
        events,
        counts.duplicates,
        counts.dead_letters,
    )


def _add_payments(
    engine: FeatureEngine, batch: Batch, pages: _Pages, seen: dict[str, list[int]], named: frozenset[str]
) -> None:
    """Rows of a batch's payments."""
    rows = engine.update(batch)
    block = batch.blocks.get("payment")
    if block is None:
        return
    for place, row in enumerate(rows.rows.tolist() if named else ()):
        if batch.event_id[row] in named:
            seen.setdefault(batch.event_id[row], []).append(pages.count + place)
    pages.add(
        values=rows.values,
        clock=batch.clock[rows.rows],
        event=batch.event_key[rows.rows, 0],
        **{name: block[name] for name in ("payer", "payee", "payer_party", "payee_party")},
    )


def _add_loans(book: LendingBook, batch: Batch, pages: _Pages, platforms: set[str], stated: list[Label]) -> None:
    """Rows of a batch's applications and issues, and the defaults it reports."""
    rows = book.update(batch)
    block = batch.blocks.get("loan")
    if block is None:
        return
    platforms.update(batch.platform_id[row] for row in rows.rows.tolist())
    judged = rows.is_asked
    pages.add(
        values=rows.values[judged],
        clock=batch.clock[rows.rows[judged]],
        loan=block["loan_id"][judged],
        borrower=block["borrower_id"][judged],
    )
    for row in rows.rows[np.isin(block["status"], _DEFAULTED)].tolist():
        loan = msgspec.json.decode(batch.body[row])["loan_id"]
        stated.append(Label("loan", loan, "default", int(batch.clock[row]), batch.platform_id[row]))


@dataclass(frozen=True, slots=True)
class Trained:
    """A fitted model, and which labels it was fitted on."""

    fitted: Fitted
    matched: Matched

    @property
    def model(self) -> Model:
        """The model."""
        return self.fitted.model


def train(
    recipe: Recipe,
    replayed: Replay,
    labels: Sequence[Label],
    key: bytes,
    plan: Plan,
    *,
    until: int | None = None,
    account_days: float = ACCOUNT_DAYS,
    progress: Callable[[str], None] | None = None,
) -> Trained:
    """Fit one model on a replay.

    Parameters
    ----------
    recipe : Recipe
    replayed : Replay
    labels : sequence of Label
        Of a file; those the log states are added.
    key : bytes
        The deployment's identity key.
    plan : Plan
    until : int, optional
        UTC ms; labels that became known later are not used at all.
    account_days : float, default=30
        Where only accounts and parties are labelled: days before they became known whose payments are positive.

    Raises
    ------
    ModelError
        If no label speaks of these events, or the training slice holds too few rows of a class.
    """
    given = [label for label in [*labels, *replayed.stated] if until is None or label.known_at <= until]
    identities = Identities(key)
    if recipe.target == "loan":
        described = lending_features()
        rows, matched = label_loans(replayed.loans, _names(described), given, recipe.labels, identities)
    else:
        described = catalogue.payment_features()
        subject = getattr(replayed.payments, _SUBJECT[recipe.purpose])
        rows, matched = label_payments(
            replayed.payments,
            _names(described),
            given,
            recipe.labels,
            identities,
            subject=subject,
            account_days=account_days,
        )
    _expect_labels(recipe, rows, matched, given)
    notes = {"label_rule": matched.rule, "labels_matched": matched.in_words(), "until": until}
    accounts = _account_figures(replayed.payments, rows) if matched.by_account else None
    shown = np.array([recipe.purpose in feature.purposes for feature in described])
    fitted = fit_model(recipe, rows, shown, plan, measures=accounts, notes=notes, progress=progress)
    return Trained(fitted, matched)


def _expect_labels(recipe: Recipe, rows: LabelledRows, matched: Matched, given: Sequence[Label]) -> None:
    """Refuse to fit without rows or labels, saying what there was."""
    words = ", ".join(recipe.labels)
    if not len(rows.clock):
        raise ModelError(f"model {recipe.name}: expected {recipe.target} events to fit on, found none")
    if not matched.given:
        others = ", ".join(sorted({label.label for label in given})) or "none at all"
        raise ModelError(f"model {recipe.name}: expected labels {words!r}, found {others}")
    if not rows.positive.any():
        raise ModelError(
            f"model {recipe.name}: labels {words!r} match none of the {len(rows.clock)} {recipe.target} rows:"
            f" {matched.in_words()}; were events and labels made together, and hashed with one key?"
        )


def _account_figures(payments: PaymentRows, rows: LabelledRows) -> Callable[[Model, NDArray[np.bool_]], dict[str, Any]]:
    """Figures by account: each account's highest score in the last slice, against whether it was found out later."""

    def measure(model: Model, tested: NDArray[np.bool_]) -> dict[str, Any]:
        scores = model.score(rows.values[tested])
        both = np.concatenate([payments.payer[tested], payments.payee[tested]])
        accounts, member = np.unique(both, return_inverse=True)
        highest = np.zeros(len(accounts))
        np.maximum.at(highest, member, np.concatenate([scores, scores]))
        bad = np.zeros(len(accounts), bool)
        bad[member[np.concatenate([rows.positive[tested]] * 2)]] = True
        return {
            "accounts": {
                "accounts": len(accounts),
                "in_positive_payments": int(bad.sum()),
                "auc": round(area_under_curve(highest, bad), 6),
                "average_precision": round(average_precision(highest, bad), 6),
            }
        }

    return measure


def _names(features: Sequence[Feature]) -> tuple[str, ...]:
    """Names of features in column order."""
    return tuple(feature.name for feature in features)


def code_version() -> str:
    """Version of the code and of its features, for the card."""
    names = (*catalogue.names(), *_names(lending_features()))
    digest = hashlib.blake2b("\n".join(names).encode(), digest_size=4).hexdigest()
    try:
        return f"riskengine {version('riskengine')}, features {digest}"
    except PackageNotFoundError:  # run from a checkout that was never installed
        return f"riskengine of a checkout, features {digest}"
