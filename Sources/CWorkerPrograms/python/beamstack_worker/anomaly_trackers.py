"""Statistics of the values seen so far, or of the last so many: the same arithmetic as Beam's trackers, in its order,
so that scores agree to the last digit. Missing values are NaN: they take a place in a window and count for nothing.
"""

import math
from bisect import bisect_left, insort
from collections import deque

NAN = float("nan")


class Mean:
    """A running mean; over all values where there is no window."""

    def __init__(self, window_size=None):
        self._window_size = window_size
        self._queue = deque()
        self._count = 0
        self._mean = 0

    def push(self, value):
        """Takes one more value."""
        delta = 0
        if value == value:
            self._count += 1
            delta = value - self._mean
        if self._window_size is not None:
            if len(self._queue) >= self._window_size:
                oldest = self._queue.popleft()
                if oldest == oldest:
                    self._count -= 1
                    delta += self._mean - oldest
            self._queue.append(value)
        self._mean = self._mean + delta / self._count if self._count else 0

    def get(self):
        """The mean; NaN before the first value."""
        return self._mean if self._count else NAN


class StandardDeviation:
    """A running standard deviation of a sample, by Welford's method."""

    def __init__(self, window_size=None):
        self._window_size = window_size
        self._queue = deque()
        self._count = 0
        self._mean = 0
        self._squares = 0

    def push(self, value):
        """Takes one more value."""
        arrived = left = 0
        if value == value:
            self._count += 1
            arrived = value - self._mean
        if self._window_size is not None:
            if len(self._queue) >= self._window_size:
                oldest = self._queue.popleft()
                if oldest == oldest:
                    self._count -= 1
                    left = self._mean - oldest
            self._queue.append(value)
        if not self._count:
            self._mean = self._squares = 0
            return
        self._mean += (arrived + left) / self._count
        if arrived != 0:
            self._squares += arrived * (value - self._mean)
        if left != 0:
            self._squares += left * (oldest - self._mean)

    def get(self):
        """The standard deviation; NaN before the second value."""
        # What has left the window may leave a rounding error behind that is below zero.
        return math.sqrt(max(self._squares, 0) / (self._count - 1)) if self._count > 1 else NAN


class SimpleWindow:
    """A statistic of NumPy over the last values, computed anew each time."""

    def __init__(self, statistic, window_size):
        self._statistic = statistic
        self._queue = deque(maxlen=window_size)

    def push(self, value):
        """Takes one more value."""
        self._queue.append(value)

    def get(self):
        """The statistic; NaN where there are too few values."""
        import numpy as np

        values = np.array(self._queue, np.float64)
        return float(self._statistic(np, values)) if np.count_nonzero(values == values) else NAN


def simple_mean(window_size):
    """The mean of a window, as NumPy sums."""
    return SimpleWindow(lambda np, values: np.nanmean(values), window_size)


def simple_standard_deviation(window_size):
    """The standard deviation of a window, as NumPy sums."""

    def statistic(np, values):
        return math.sqrt(np.nanvar(values, ddof=1)) if np.count_nonzero(values == values) > 1 else NAN

    return SimpleWindow(statistic, window_size)


class SimpleQuantile(SimpleWindow):
    """A quantile of a window, as NumPy has it."""

    def __init__(self, window_size, q):
        super().__init__(lambda np, values: np.nanquantile(values, q), window_size)
        self.q = q


class Quantile:
    """A quantile of all values or of a window, by linear interpolation; keeps the values in order."""

    def __init__(self, q, window_size=None):
        self.q = q
        self.ordered = []
        self._window_size = window_size
        self._queue = deque()

    def push(self, value):
        """Takes one more value."""
        if value == value:
            insort(self.ordered, value)
        if self._window_size is not None:
            if len(self._queue) >= self._window_size:
                oldest = self._queue.popleft()
                if oldest == oldest:
                    del self.ordered[bisect_left(self.ordered, oldest)]
            self._queue.append(value)

    def get(self):
        """The quantile; NaN before the first value."""
        values = self.ordered
        if not values:
            return NAN
        position = self.q * (len(values) - 1)
        low = math.floor(position)
        lower = values[low]
        return lower + (values[min(low + 1, len(values) - 1)] - lower) * (position - low)


class SharedQuantile(Quantile):
    """Another quantile of the values that a first tracker keeps."""

    def __init__(self, master, q):
        super().__init__(q)
        self.ordered = master.ordered

    def push(self, value):
        """The first tracker has taken the value already."""


class MedianDeviation:
    """The median, and the median of the distances to it; a distance is to the median of its time."""

    def __init__(self, median=None, deviation=None):
        self._median = median or Quantile(0.5, 1000)
        self._deviation = deviation or Quantile(0.5, 1000)

    def push(self, value):
        """Takes one more value."""
        self._median.push(value)
        self._deviation.push(abs(value - self._median.get()))

    def median(self):
        """The median; NaN before the first value."""
        return self._median.get()

    def get(self):
        """The median distance; NaN before the first value."""
        return self._deviation.get()
