"""What a rule is once its pack was read and checked: its text, its lines, and what it measures of whom."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from features.graph.evidence import Pattern
from riskengine.rules.expression import Expression
from riskengine.rules.law import Law, Period
from streams.clock import day_date, day_number
from streams.events import LINES, line_code

Verdict = Literal["violation", "report", "flag"]
Status = Literal["law", "past", "draft", "typology", "param"]
Basis = Literal["S", "s", "M", "param"]
Severity = Literal["info", "low", "medium", "high", "critical"]
Audience = Literal["customer", "supervisor", "sealed"]
Occasion = Literal["day", "window"]

ACCOUNT, PARTY = 0, 1
"""Codes of what a hit is about."""

UNITS = ("fen", "usd_cents", "count", "ppm")
"""Units of what a hit measured, in the order of their codes."""

FEN, CENTS, COUNT, PPM = range(4)


@dataclass(frozen=True, slots=True)
class SumMeasure:
    """Money of payments, summed by key and window, on the event's own day.

    Attributes
    ----------
    view : {"customer", "payer_account"}
        Each side that is a customer's, or the payer's account where the payer is the customer.
    key : {"platform_customer", "platform_holder", "account"}
    window : {"D", "Y", "life"}
    where : Expression
        Which payments are summed.
    judged_when : Expression or None
        Which of those are judged; None for all.
    lines : {"own", "cny"}
        Whether yuan and foreign money are each held to their own line, or all money to the line in yuan.
    """

    view: Literal["customer", "payer_account"]
    key: Literal["platform_customer", "platform_holder", "account"]
    window: Literal["D", "Y", "life"]
    where: Expression
    judged_when: Expression | None
    lines: Literal["own", "cny"]


@dataclass(frozen=True, slots=True)
class BalanceMeasure:
    """What a borrower owes on loans of type `p2p` after an event that raises it.

    Attributes
    ----------
    key : {"platform_borrower", "borrower"}
    where : Expression
        Which borrowers the rule is about.
    """

    key: Literal["platform_borrower", "borrower"]
    where: Expression


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way in which a typology shows.

    Attributes
    ----------
    name : str
    when : Expression
    measured, threshold : Expression
        Numbers that a hit shows.
    """

    name: str
    when: Expression
    measured: Expression
    threshold: Expression


@dataclass(frozen=True, slots=True)
class FeatureMeasure:
    """A condition on the feature row of a payment that moved money.

    Attributes
    ----------
    subject : {"payer", "payee"}
        The account that the hit is about.
    where : Expression
        Which payments are looked at; the others are none of the rule's matter.
    criteria : tuple of Criterion
        In order; the first that holds is the hit's.
    unsure_when : Expression or None
        Where this holds and no criterion does, the payment is not judged.
    evidence : str
        Which earlier payments of the graph a hit rests on.
    """

    subject: Literal["payer", "payee"]
    where: Expression
    criteria: tuple[Criterion, ...]
    unsure_when: Expression | None
    evidence: Pattern


@dataclass(frozen=True, slots=True)
class Band:
    """Amounts just under one line.

    Attributes
    ----------
    name : str
    line_fen : int
        The line T, in CNY fen.
    where : Expression
        Which payments the line is for.
    """

    name: str
    line_fen: int
    where: Expression


@dataclass(frozen=True, slots=True)
class NearLineMeasure:
    """Repeated amounts just under a line, by customer and side, in a rolling window on the clock.

    Attributes
    ----------
    from_ppm : int
        An amount counts from this share of the line on, below the line.
    count, window_days : int
        So many of them in so many days.
    where : Expression
        Which customers and sides; reads the features of the payment too.
    bands : tuple of Band
    """

    from_ppm: int
    count: int
    window_days: int
    where: Expression
    bands: tuple[Band, ...]


Measure = SumMeasure | BalanceMeasure | FeatureMeasure | NearLineMeasure


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, ready to judge.

    Attributes
    ----------
    id, pack, version : str
        The version is the pack's.
    title_en, title_zh : str
    status : str
        `law`, `past`, `draft`, `typology` or `param`.
    declared_verdict, verdict : str
        What the pack says, and what a hit is now: a breach whose text nobody here has read (basis other than `S`) stays
        a `flag` until the rule is signed.
    severity, audience, authority, filer, nature, basis : str
    lines : tuple of str
        Lines of business it applies to; empty for all.
    except_lines : tuple of str
    operator : {">=", ">"}
        How what is measured is held to the line.
    criteria : tuple of str
        Names of the criteria that `Hits.criterion` counts.
    occasion : {"day", "window"}
        What makes an episode: a Shanghai day, or a window and its criterion.
    is_shadow : bool
        True for a draft, and for what is from memory and was not signed: judged and counted, never alerted.
    note_en, note_zh : str
    """

    id: str
    pack: str
    version: str
    title_en: str
    title_zh: str
    status: Status
    declared_verdict: Verdict
    verdict: Verdict
    severity: Severity
    audience: Audience
    authority: str
    filer: str
    nature: str
    basis: Basis
    lines: tuple[str, ...]
    except_lines: tuple[str, ...]
    operator: Literal[">=", ">"]
    criteria: tuple[str, ...]
    occasion: Occasion
    is_shadow: bool
    measure: Measure
    law: Law = field(compare=False)
    note_en: str = ""
    note_zh: str = ""

    @property
    def periods(self) -> tuple[Period, ...]:
        """Every period, in order of time."""
        return self.law.periods

    @property
    def evidence(self) -> Pattern:
        """Which earlier payments of the graph a hit rests on; `event` where the hit itself names what it rests on."""
        return self.measure.evidence if isinstance(self.measure, FeatureMeasure) else "event"

    @property
    def instrument(self) -> str:
        """The text of the last period."""
        return self.periods[-1].instrument

    @property
    def article(self) -> str:
        """The place in the text of the last period."""
        return self.periods[-1].article

    def severity_on(self, day: int) -> Severity:
        """Severity of a hit on a Shanghai day: low while a transition runs."""
        period = self.law.period_on(day)
        if period is None or period.transition_until is None or day >= day_number(period.transition_until):
            return self.severity
        return "low" if self.severity != "info" else "info"

    def article_on(self, day: int) -> str:
        """Text and article of a Shanghai day, empty for a typology.

        Parameters
        ----------
        day : int
            Shanghai day number of the event.
        """
        period = self.law.period_on(day) or self.periods[-1]
        return f"{period.instrument}{period.article}"

    def occasion_text(self, occasion: int, criterion: int, scope: int) -> str:
        """The occasion of a hit as it goes into the alert's id.

        Parameters
        ----------
        occasion, criterion, scope : int
            Of the hit: window start, criterion, and the platform's hash where the rule judges each platform for itself.
        """
        if isinstance(self.measure, SumMeasure) and self.measure.window == "life":
            start = f"life {occasion}"
        else:
            start = day_date(occasion).isoformat()
        return f"{start}/{self.criteria[criterion] if self.occasion == 'window' else '-'}/{scope:016x}"

    def line_codes(self) -> tuple[int, ...]:
        """Codes of the lines of business that it applies to."""
        return tuple(line_code(line) for line in self.lines or LINES if line not in self.except_lines)

    def expressions(self) -> Iterator[Expression]:
        """Every expression that its measure reads."""
        measure = self.measure
        yield measure.where
        if isinstance(measure, FeatureMeasure):
            for criterion in measure.criteria:
                yield from (criterion.when, criterion.measured, criterion.threshold)
            if measure.unsure_when is not None:
                yield measure.unsure_when
        if isinstance(measure, SumMeasure) and measure.judged_when is not None:
            yield measure.judged_when
        if isinstance(measure, NearLineMeasure):
            yield from (band.where for band in measure.bands)
