"""The floor that scores: feature rows in, scores and reasons out.

A *model* is a named, versioned function from a feature row (int64 columns of `features/catalogue.py`) to a score in
[0, 1], higher is riskier, with a threshold above which it alerts and with reasons that add up to the score's log-odds.
A *recipe* is how a model of that name is fitted: one file of this folder with a `RECIPE`, found by name, so that to
add a model is to add a file. A *card* says what a fitted model is: data, period, labels, features, protocol, metrics,
parameters, code. The *registry* keeps cards and arrays in a folder, hashed and signed.

Reading order: `base.py` (what a model promises), `recipe.py` (how one is fitted), `fitting.py` (from labelled rows to a
card), `boosting.py` and `default_logistic.py` (the two kinds of model), `forest.py` (how trees are scored),
`attribution.py` (why a score is what it is), `validation.py`, `calibration.py` and `threshold.py` (how good it really
is, and where it alerts), `registry.py` (where it is kept).

Models are fitted with scikit-learn, which is imported inside the fitting functions only. What is served is a flat file
of arrays and a JSON card, scored by kernels of our own that equal scikit-learn; nothing is ever unpickled. This floor
knows feature rows, never events, rules or alerts.
"""
