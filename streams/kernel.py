"""The decorator of inner loops: compiled once, kept on disk, without the global lock and without counting references.

Numba counts references to arrays at each call of one kernel by another and at each view, with locked instructions; in
loops of a few hundred nanoseconds an event that was more than half of the time. Arrays come from Python, which holds
them while a kernel runs, so that nothing is lost. Such a kernel cannot make an array: scratch is handed in.
"""

from functools import partial

from numba import njit

kernel = partial(njit, cache=True, nogil=True, _nrt=False)
"""Use it as `@kernel()` or `@kernel(inline="always")`."""
