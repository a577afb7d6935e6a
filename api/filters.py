"""The alert filters of the API and of the console's queue, checked once."""

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from api.problems import Unprocessable
from riskengine.alerts import Severity, Status, Verdict
from riskengine.store import AlertFilter, Cursor
from streams.clock import parse_time
from streams.events import LINES


def _time(value: object) -> int:
    """Epoch milliseconds from either form that an event's time may have."""
    text = str(value)
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) <= 15:
        return parse_time(int(text))
    # a plus sign that was not escaped arrives as a blank
    return parse_time(text[:10] + text[10:].replace(" ", "+"))


def _line(value: str) -> str:
    """One of the nine lines."""
    if value not in LINES:
        raise ValueError(f"expected one of {', '.join(LINES)}")
    return value


def _plain(value: str) -> str:
    """Text that a database takes: PostgreSQL knows no NUL."""
    if not value.isprintable():
        raise ValueError("expected printable characters")
    return value


Text = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_plain)]
Time = Annotated[int, BeforeValidator(_time)]
Line = Annotated[str, AfterValidator(_line)]
RegionCode = Annotated[str, Field(pattern=r"^[1-9][0-9]{5}$")]


class AlertFilters(BaseModel):
    """What the queue and its export can be narrowed to; all but the last three may be given several times."""

    model_config = ConfigDict(extra="forbid")

    line: list[Line] = Field(default_factory=list, description="line of business")
    verdict: list[Verdict] = Field(default_factory=list, description="violation, report, flag")
    severity: list[Severity] = Field(default_factory=list, description="info, low, medium, high, critical")
    detector: list[Text] = Field(default_factory=list, description="a rule's id or a model's name")
    platform_id: list[Text] = Field(default_factory=list)
    region: list[RegionCode] = Field(default_factory=list, description="six digits; a city covers its counties")
    status: list[Status] = Field(default_factory=list, description="open, in_review, closed")
    subject: Text | None = Field(default=None, description="the subject's pseudonym")
    since: Time | None = Field(default=None, description="first event time: RFC 3339 or epoch milliseconds")
    until: Time | None = Field(default=None, description="event time before which: RFC 3339 or epoch milliseconds")

    def wanted(self) -> AlertFilter:
        """The filter of the store."""
        return AlertFilter(
            lines=tuple(self.line),
            verdicts=tuple(self.verdict),
            severities=tuple(self.severity),
            detectors=tuple(self.detector),
            platform_ids=tuple(self.platform_id),
            regions=tuple(self.region),
            statuses=tuple(self.status),
            subject=self.subject,
            since=self.since,
            until=self.until,
        )


class AlertQuery(AlertFilters):
    """The filters, and which page."""

    limit: Annotated[int, Field(ge=1, le=500, description="alerts on a page")] = 100
    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of the page before")


def parse_cursor(text: str | None) -> Cursor | None:
    """The cursor of a query.

    Raises
    ------
    Unprocessable
        If no page gave it.
    """
    if text is None:
        return None
    try:
        return Cursor.parse(text)
    except ValueError as error:
        raise Unprocessable(f"query.cursor: {error}, found another text") from error


AlertQueryParameters = Annotated[AlertQuery, Query()]
