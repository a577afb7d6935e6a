"""Sums and counts that the law asks for: exact, incremental, by key and by calendar.

The windows of the temporal graph count at the stream's clock; a measure of law counts on the event's own Shanghai day,
in its own calendar year, or over a life. A day stays open for 35 days behind the clock; what comes later enters no sum
and is counted in a late register. Money in yuan and foreign money are kept apart, because the law has a line for each.

`tables.py` is the storage (keyed rows with a day on which they are forgotten), `parity.py` converts money as known at
an event, `payments.py` says what one payment is to the law, `sums.py` adds it up, `rolling.py` counts in a rolling
window on the clock. Nothing here knows a rule, a line or a verdict.
"""
