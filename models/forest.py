"""A forest that scores: fitted trees, the layouts made from them, and the choice of kernel.

Equal to scikit-learn's HistGradientBoostingClassifier: log-odds to the last bit, scores within 1e-15. A row's score
does not depend on the batch it came in.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import forest_kernels as kernels
from models.forest_layout import Layout, build_layout
from models.trees import Trees

FEW = 10
"""Up to so many rows are walked one by one; above, blocks of 64 are faster even when the last is not full."""


class Forest:
    """Boosted trees ready to score integer rows.

    Parameters
    ----------
    trees : Trees

    Attributes
    ----------
    trees : Trees
    layout : Layout
    n_features : int
        Columns of the rows it scores.
    """

    __slots__ = ("_baseline", "_blocks", "_walks", "layout", "n_features", "trees")

    def __init__(self, trees: Trees) -> None:
        self.trees = trees
        self.layout: Layout = build_layout(trees)
        self.n_features = int(trees.n_features[0])
        self._baseline = float(trees.baseline[0])
        own = self.layout
        self._walks = (own.slots, own.cuts, own.words, own.roots, own.places, own.steps, own.word_values, len(trees))
        bins = (own.slots, own.cuts, own.cuts8, own.cuts16, own.cuts32)
        self._blocks = (*bins, own.masks, own.questions, own.mask_start, own.leaf_values)

    def raw(self, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Log-odds of rows.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features), int64, C order

        Returns
        -------
        ndarray of shape (n_rows,), float64
        """
        out = np.full(len(values), self._baseline)
        if len(values) > FEW:
            kernels.raw_blocks(values, *self._blocks, out)
        else:
            kernels.raw_few(values, *self._walks, out)
        return out

    def score(self, values: NDArray[np.int64], slope: float = 1.0, intercept: float = 0.0) -> NDArray[np.float64]:
        """Scores in [0, 1]: the logistic of `slope * log-odds + intercept`."""
        out = self.raw(values)
        kernels.logistic(out, slope, intercept, out)
        return out

    def bins(self, row: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Bins of one row of shape (n_features,), in the order of `layout.slots`."""
        out = np.empty(len(self.layout.slots), np.uint8)
        kernels.bin_row(row.reshape(1, -1), 0, self.layout.slots, self.layout.cuts, out)
        return out

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The trees as the registry keeps them."""
        return self.trees.arrays()

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Forest":
        """A forest of kept arrays."""
        return cls(Trees.from_arrays(arrays))
