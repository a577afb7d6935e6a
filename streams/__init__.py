"""The floor that receives: what an event is, where events come from, and what becomes of bad ones.

An event is one JSON object that says one thing that happened on one platform. `streams/events/` holds its kinds, one
file each, as typed and frozen structs; the type of a field says what the field may hold, what happens to it at intake
(hashed, sealed, as sent) and what column it makes. `streams/decode.py` turns records of bytes into a columnar `Batch`
(`streams/batch.py`) and refuses bad ones as `DeadLetter`s that say which field, what was expected, what was found and
where.

Between the two stands the *canonical body*: the event as compact JSON in the order of its struct, times as
milliseconds, defaults left out, every identity as a keyed hash. Equal events have equal bodies; a body decodes to
itself; every column is read from the body and from nothing else. So what the archive keeps is enough to see the same
past again.

`streams/identity.py` hashes identities with the deployment's key, `streams/sensitive.py` finds what may not come in at
all, `streams/money.py` and `streams/clock.py` keep amounts and times exact. Sources (files, HTTP bodies, Kafka) live in
`streams/sources/` and `streams/kafka/`, foreign data formats in `streams/formats/`.

This floor knows nothing of features, scores, rules or alerts.
"""
