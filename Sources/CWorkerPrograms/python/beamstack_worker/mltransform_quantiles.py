"""Exact quantiles in bounded memory: of many numbers, in several passes."""

import numpy as np

# So many numbers are sorted in memory; beyond that, each pass finds 16 more bits of each quantile.
_LIMIT = 1 << 22
_BITS = 16


class Quantiles:
    """The numbers at some fractions of the way through all numbers in order.

    fractions: pairs (a, b); the number with the index ⌊a·n/b⌋ of n is meant.
    """

    def __init__(self, fractions):
        self._fractions = fractions
        self._kept, self._count, self._total = [], 0, 0
        self._shift = 64
        # By the bits that are known of a quantile: how many numbers have which bits next.
        self._histograms = {}
        self._targets = None
        self.values = None

    def add(self, numbers):
        """Takes a batch of numbers without NaN."""
        if self.values is not None or not len(numbers):
            return
        if self._targets is None:
            self._count += len(numbers)
        if self._kept is not None:
            self._kept.append(np.array(numbers, np.float64))
            if self._count > _LIMIT:
                kept, self._kept = self._kept, None
                self._start_level({0})
                for part in kept:
                    self._tally(part)
            return
        self._tally(numbers)

    def finish_pass(self):
        """Ends a pass over all numbers; whether the quantiles are known."""
        if self.values is not None:
            return True
        ranks = [a * self._count // b for a, b in self._fractions]
        if self._kept is not None:
            ordered = np.sort(np.concatenate([np.empty(0), *self._kept]))
            self.values = [float(ordered[rank]) for rank in ranks] if len(ordered) else []
            self._kept = []
            return True
        if self._targets is None:
            self._targets = [(0, rank) for rank in ranks]
        self._targets = [self._refined(*target) for target in self._targets]
        if self._shift == 0:
            self.values = [_number(prefix) for prefix, _ in self._targets]
            return True
        self._start_level({prefix for prefix, _ in self._targets})
        return False

    def _start_level(self, prefixes):
        self._shift -= _BITS
        self._histograms = {prefix: np.zeros(1 << _BITS, np.int64) for prefix in prefixes}

    def _tally(self, numbers):
        keys = _keys(numbers)
        digits = ((keys >> np.uint64(self._shift)) & np.uint64((1 << _BITS) - 1)).astype(np.int64)
        above = self._shift + _BITS
        for prefix, histogram in self._histograms.items():
            chosen = digits if above == 64 else digits[keys >> np.uint64(above) == np.uint64(prefix)]
            histogram += np.bincount(chosen, minlength=1 << _BITS)

    def _refined(self, prefix, rank):
        """One more digit of a quantile, and its rank among the numbers that share all known digits."""
        ends = np.cumsum(self._histograms[prefix])
        digit = int(np.searchsorted(ends, rank, side="right"))
        return (prefix << _BITS) | digit, rank - (int(ends[digit - 1]) if digit else 0)


_SIGN = np.uint64(1 << 63)


def _keys(numbers):
    """Unsigned integers in the order of the numbers."""
    # Adding zero makes one zero of both.
    bits = (np.asarray(numbers, np.float64) + 0.0).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def _number(key):
    bits = key & ~(1 << 63) if key >> 63 else ~key & ((1 << 64) - 1)
    return float(np.array([bits], np.uint64).view(np.float64)[0])
