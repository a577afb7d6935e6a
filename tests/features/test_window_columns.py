"""The constants of the window columns name the columns of the catalogue."""

from features import window_columns
from features.catalogue import WINDOWS, index


def test_constants_are_the_columns_of_the_catalogue():
    stems = [name for name in vars(window_columns) if name.startswith(("PAYER_", "PAYEE_", "PAIR_", "REVERSE_"))]
    assert len(stems) == window_columns.PER_WINDOW
    for number, (window, _) in enumerate(WINDOWS):
        for stem in stems:
            column = window_columns.PER_WINDOW * number + getattr(window_columns, stem)
            assert column == index(f"{stem.lower()}_{window}")


def test_week_and_month_are_windows():
    assert index("payer_out_count_7d") == window_columns.WEEK
    assert index("payer_out_count_30d") == window_columns.MONTH
