"""Regulation as data: rules in TOML packs, judged by the law of each event's day.

A *pack* is a TOML file under `packs/`, one for each line of business or theme. A *rule* names what it measures of whom,
its lines with the dates from when to when they held, the text and the article, and what a hit means: a `violation` only
where the breach is arithmetic under a text that a person has read, a `report` where no one is to blame, a `flag`
elsewhere.

To read: `rule.py` (what a rule is), `pack.py` (how a file becomes rules), `expression.py` (the conditions) and the
machine that runs them (`machine.py`), `engine.py` (a batch in, hits out) and the judge of each measure: `sums.py`,
`balances.py`, `typologies.py`, `near_line.py`. An event can hit a rule, be clear, or not be judged because a field
was absent; what was not judged is never clear.
"""
