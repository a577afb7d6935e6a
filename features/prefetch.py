"""Hints to the processor about what a kernel will read some payments from now.

Tables of accounts are larger than the caches, and a payment would wait for each of its lines in turn, longer than all
its arithmetic takes. The keys of a batch are known, so that a kernel can ask for their lines ahead. No value depends on
it.
"""

from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.core.cgutils import ir
from numba.extending import intrinsic

from streams.kernel import kernel
from streams.table import mix


@intrinsic
def prefetch(_context: Any, array: Any, place: Any) -> Any:
    """Ask for the cache line of `array[place]`, an array of one dimension and a place inside it; only in kernels."""
    if not isinstance(array, types.Array) or not isinstance(place, types.Integer):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        base = context.make_array(kind)(context, builder, arguments[0])
        index = context.cast(builder, arguments[1], signature.args[1], types.intp)
        pointer = cgutils.get_item_pointer(context, builder, kind, base, [index])
        address = builder.bitcast(pointer, ir.IntType(8).as_pointer())
        hint = ir.FunctionType(ir.VoidType(), [address.type, *[ir.IntType(32)] * 3])
        function = builder.module.declare_intrinsic("llvm.prefetch", [address.type], hint)
        # to be read, kept in every cache, data
        builder.call(function, [address, *(ir.Constant(ir.IntType(32), number) for number in (0, 3, 1))])
        return context.get_dummy_value()

    return types.void(array, place), generate


@kernel()
def prefetch_cell(index: Any, key: Any) -> None:
    """Ask for the cell of `index` at which the search for a key begins."""
    prefetch(index, (mix(key) >> np.uint64(32)) & np.uint64(len(index) - 1))


@kernel()
def likely_slot(index: Any, key: Any) -> Any:
    """Slot that `key` most likely has, told from the index alone, or -1; good for a hint and for nothing else."""
    mask = np.uint64(len(index) - 1)
    print_ = mix(key) >> np.uint64(32)
    cell = print_ & mask
    while index[cell] != 0:
        if index[cell] >> np.uint64(32) == print_:
            return np.int64(index[cell] & np.uint64(0xFFFFFFFF)) - 1
        cell = (cell + np.uint64(1)) & mask
    return -1
