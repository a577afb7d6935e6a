"""An investor's money leaves the platform."""

from __future__ import annotations

from streams.events.base import Vertex
from streams.events.invest import InvestorMovement


class Withdraw(InvestorMovement, tag="withdraw", frozen=True, kw_only=True):
    """Money leaves for an account of the investor."""

    to_account: Vertex | None = None
