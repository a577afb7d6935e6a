"""The floor that decides: the pipeline that joins the parts, rules, alerts, store, settings, command line, simulator.

Read `riskengine/pipeline.py` first. This floor knows events, features and models, and never HTTP.
"""
