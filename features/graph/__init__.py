"""The temporal graph: one append-only log of payments, linked backward, that every pattern search reads.

`log.py` is the log and its accounts and pairs, `windows.py` appends to it and reads the exact windows just before each
payment (stage 1, one payment after the other), `cycles.py` and `scatter_gather.py` search backward from a payment, and
`search.py` runs them over the payments of a batch on any number of threads (stage 2). A search starts from the links
that stage 1 wrote down for its payment and only ever follows them to earlier entries, so what came later cannot be
seen, whatever the batch size.

The other pattern files (conserved and any-order cycles, chains, gather-scatter, bursts, bipartite blocks, triangles,
dense cores) and the account files beside this folder (amounts, profile, holding, structuring, shared) hold kernels of
the same kind, each with its naive twin, that the engine does not run yet: their columns are not in the catalogue.
"""
