"""The floor that counts, as of a moment: events in, numbers out.

A *feature* is a named integer about one event, computed from what the log held just before that event and from nothing
else. A *family* is one file that computes some features together. Every family is incremental (its cost per event does
not grow with history), exact (integers, so that the order of arithmetic cannot matter), bounded (a stated horizon, a
stated budget), and has a naive twin under `tests/naive/` that random streams hold it to.

`features/catalogue.py` names every feature with its meaning, unit, window, horizon and permitted purposes;
`features/engine.py` runs the families over a batch; `features/graph/` is the temporal graph, the heart of the engine.
This floor knows events and never scores, rules or alerts.
"""
