from __future__ import annotations

import json

import numpy as np
import pytest

from streams.batch import Batch, Block
from streams.decode import Decoder
from tests.streams.full_events import bare

NOW = 1_900_000_000_000


@pytest.fixture(scope="module")
def batch() -> Batch:
    events = [
        bare("payment", event_id="p0", amount_minor=10, cash=True),
        bare("loan", event_id="l1"),
        bare("payment", event_id="p2", amount_minor=20),
        bare("repay", event_id="r3"),
        bare("payment", event_id="p4", amount_minor=30, platform_id="other"),
    ]
    found, dead = Decoder(b"key").decode([json.dumps(e).encode() for e in events], source="t", ingest_time=NOW)
    assert not dead
    return found


def test_take_keeps_rows_and_reindexes_blocks(batch: Batch):
    taken = batch.take(np.array([1, 2, 4]))
    assert taken.event_id == ["l1", "p2", "p4"]
    assert taken.platform_id == ["platform_id-1", "platform_id-1", "other"]
    assert taken.body == [batch.body[row] for row in (1, 2, 4)]
    assert taken.record.tolist() == [1, 2, 4]
    assert sorted(taken.blocks) == ["loan", "payment"]
    assert taken.blocks["payment"].rows.tolist() == [1, 2]
    assert taken.blocks["payment"]["amount_minor"].tolist() == [20, 30]
    assert taken.event_key.tolist() == batch.event_key[[1, 2, 4]].tolist()


def test_take_of_columns_that_nothing_was_in(batch: Batch):
    taken = batch.take(np.array([0, 2]))
    assert taken.blocks["payment"]["cash"].tolist() == [1, -1]
    assert taken.blocks["payment"]["goods_value_minor"].tolist() == [np.iinfo(np.int64).min] * 2
    with pytest.raises(KeyError, match="payment has no column nothing"):
        taken.blocks["payment"]["nothing"]


def test_take_of_a_taken_batch(batch: Batch):
    twice = batch.take(np.array([0, 2, 4])).take(np.array([1, 2]))
    assert twice.event_id == ["p2", "p4"]
    assert twice.blocks["payment"]["mcc"].tolist() == [0, 0]


def test_take_of_all_and_of_none(batch: Batch):
    assert batch.take(np.arange(5)).event_id == batch.event_id
    empty = batch.take(np.array([], np.int64))
    assert (len(empty), empty.blocks, empty.event_key.shape) == (0, {}, (0, 2))


def test_rows_to_take_must_rise(batch: Batch):
    for index in ([2, 1], [1, 1]):
        with pytest.raises(ValueError, match="rows to take must rise; sort them first"):
            batch.take(np.array(index))


def test_batch_is_no_sequence_of_events(batch: Batch):
    with pytest.raises(TypeError, match="a Batch is columns, not a sequence of events"):
        list(batch)


def test_block_of_plain_columns_takes_too():
    block = Block(np.array([3, 5]), {"a": np.array([1, 2])})
    assert block.take(np.array([0]), np.array([1]))["a"].tolist() == [2]
    assert len(block) == 2
