"""The floor that shows: HTTP for programs, the console for people, roles and masking.

`create_app` in `api/app.py` puts the routes of `api/routes/` together, one file a resource. No route knows how a
feature is computed or a rule judged; it asks the engine and the store of the floor below.
"""
