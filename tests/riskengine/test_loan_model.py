"""A model of loans judges applications and pay-outs, and nothing that only tells how a loan went."""

import numpy as np
import pytest

from features.lending import lending_features
from models.fitting import LabelledRows, Plan, fit_model
from models.recipe import recipe_of
from riskengine.engine import Engine
from riskengine.settings import Settings
from tests.events import KEY, loan, records


@pytest.fixture(scope="module")
def model():
    """A logistic model of noise that flags everything."""
    names = tuple(feature.name for feature in lending_features())
    rng = np.random.default_rng(0)
    n = 2000
    clock = np.arange(n, dtype=np.int64) * 3_600_000
    rows = LabelledRows(
        features=names,
        values=rng.integers(0, 1000, (n, len(names))),
        clock=clock,
        positive=rng.random(n) < 0.3,
        known_at=clock,
        usable=np.ones(n, dtype=np.bool_),
        subject=np.arange(n, dtype=np.uint64),
    )
    fitted = fit_model(recipe_of("default_logistic"), rows, np.ones(len(names), dtype=np.bool_), Plan()).model
    fitted.threshold = 0.0
    return fitted


def test_states_after_the_pay_out_are_not_judged(tmp_path, model):
    events = [
        loan(1, status="applied"),
        loan(1, at=1000) | {"event_id": "l1-issued"},
        loan(1, at=2000, status="default") | {"event_id": "l1-default"},
        loan(2, "ID:2", at=90_000_000, status="repaid"),
    ]
    with Engine(Settings(state_dir=tmp_path, identity_key=KEY.hex()), models=[model]) as engine:
        engine.submit(records(events), source="test")
        alerts = engine.store.alerts_of_source("test")
        rows = engine.lookup([0, 1, 2, 3])
    (alert,) = [alert for alert in alerts if alert.detector == "default_logistic"]
    assert [reference.event_id for reference in alert.evidence] == ["l1", "l1-issued"]
    assert [rows[position]["score"] is None for position in range(4)] == [False, False, True, True]
