"""Transforms of numbers: scales and buckets, with TensorFlow Transform's definitions."""

import numpy as np
import pyarrow as pa

from beamstack_worker.mltransform_columns import Flat
from beamstack_worker.mltransform_operations import Operation, like, operation
from beamstack_worker.mltransform_quantiles import Quantiles


class Scale(Operation):
    """Learns what one pass over the numbers of each column says."""

    learns = True
    statistic = None

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._statistics = {name: self.statistic() for name in self.columns}

    def type_after(self, type):
        return like(type, pa.float64())

    def observe(self, columns):
        for name, statistic in self._statistics.items():
            numbers = Flat(columns[name]).present_numbers()
            if len(numbers):
                statistic.add(numbers)

    def finish_pass(self):
        self.learnt = {name: statistic.result() for name, statistic in self._statistics.items()}

    def applied(self, column, learnt):
        flat = Flat(column)
        return flat.column(self.scaled(flat.numbers(), learnt))

    def scaled(self, numbers, learnt):
        """The numbers after the transform."""
        raise NotImplementedError


class Range:
    """The least and the greatest of numbers."""

    def __init__(self):
        self._low, self._high = np.inf, -np.inf

    def add(self, numbers):
        """Takes a batch."""
        self._low, self._high = min(self._low, numbers.min()), max(self._high, numbers.max())

    def result(self):
        """Both, and zero where there was no number."""
        return {"min": float(self._low), "max": float(self._high)} if self._low <= self._high else {"min": 0, "max": 0}


class Moments:
    """Mean and variance of numbers, batch by batch."""

    def __init__(self):
        self._count, self._mean, self._squares = 0, 0.0, 0.0

    def add(self, numbers):
        """Takes a batch."""
        count, mean = len(numbers), numbers.mean()
        difference = mean - self._mean
        total = self._count + count
        self._squares += ((numbers - mean) ** 2).sum() + difference**2 * self._count * count / total
        self._mean += difference * count / total
        self._count = total

    def result(self):
        """Mean and variance of all numbers, which are taken for the population and not for a sample of it."""
        return {"mean": float(self._mean), "var": float(self._squares / self._count) if self._count else 0.0}


@operation("ScaleByMinMax")
class ScaleByMinMax(Scale):
    """Brings numbers to a range. A column of equal numbers has none: it goes through a sigmoid instead."""

    parameters = ("min_value", "max_value", "elementwise")
    statistic = Range

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._low = float(self.spec.number("min_value", 0.0))
        self._high = float(self.spec.number("max_value", 1.0))
        if self._high <= self._low:
            raise self.spec.error("'max_value' must be greater than 'min_value'", "config", "max_value")

    def scaled(self, numbers, learnt):
        low, high = learnt["min"], learnt["max"]
        # The exponential of a large number is infinite, which is right here.
        with np.errstate(over="ignore"):
            unit = (numbers - low) / (high - low) if low < high else 1 / (1 + np.exp(-numbers))
        return unit * (self._high - self._low) + self._low


@operation("ScaleTo01")
class ScaleTo01(ScaleByMinMax):
    """Brings numbers to the range from 0 to 1."""

    parameters = ("elementwise",)


@operation("ScaleToZScore")
class ScaleToZScore(Scale):
    """Brings numbers to the mean 0 and the standard deviation 1."""

    parameters = ("elementwise",)
    statistic = Moments

    def scaled(self, numbers, learnt):
        deviation = np.sqrt(learnt["var"])
        return (numbers - learnt["mean"]) / deviation if deviation > 0 else numbers - learnt["mean"]


class Buckets(Operation):
    """Numbers become the index of the bucket they fall into."""

    def type_after(self, type):
        return like(type, pa.int64())

    def applied(self, column, learnt):
        flat = Flat(column)
        return flat.column(np.searchsorted(self.boundaries(learnt), flat.numbers(), side="right").astype(np.int64))

    def boundaries(self, learnt):
        """What separates the buckets."""
        return np.asarray(learnt["boundaries"], np.float64)


@operation("ApplyBuckets")
class ApplyBuckets(Buckets):
    """Buckets between boundaries that the pipeline gives; a boundary belongs to the bucket above."""

    parameters = ("bucket_boundaries",)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        values = self.spec.config.get("bucket_boundaries")
        is_list = isinstance(values, list) and values
        if not is_list or not all(type(value) in (int, float) for value in values) or values != sorted(values):
            raise self.spec.error(
                "'bucket_boundaries' must be a list of ascending numbers", "config", "bucket_boundaries"
            )
        self._boundaries = np.asarray(values, np.float64)

    def boundaries(self, learnt):
        return self._boundaries


@operation("ApplyBucketsWithInterpolation")
class ApplyBucketsWithInterpolation(ApplyBuckets):
    """The place between the first and the last boundary, from 0 to 1: all buckets are equally wide there."""

    def type_after(self, type):
        return like(type, pa.float64())

    def applied(self, column, learnt):
        flat = Flat(column)
        numbers, bounds = flat.numbers(), self._boundaries
        count = len(bounds) - 1
        if count:
            places = np.interp(numbers, bounds, np.arange(count + 1) / count)
        else:
            places = (numbers >= bounds[0]).astype(np.float64)
        return flat.column(np.where(np.isnan(numbers), 0.5, places))


@operation("Bucketize")
class Bucketize(Buckets):
    """Buckets that hold equally many numbers each. Quantiles are exact, however many numbers there are."""

    parameters = ("num_buckets", "epsilon", "elementwise")
    learns = True

    def __init__(self, *arguments):
        super().__init__(*arguments)
        count = self.spec.number("num_buckets", low=1, whole=True)
        fractions = [(index, count) for index in range(1, count)]
        self._quantiles = {name: Quantiles(fractions) for name in self.columns}

    def observe(self, columns):
        for name, quantiles in self._quantiles.items():
            quantiles.add(Flat(columns[name]).present_numbers())

    def finish_pass(self):
        if all([quantiles.finish_pass() for quantiles in self._quantiles.values()]):
            self.learnt = {name: {"boundaries": each.values} for name, each in self._quantiles.items()}
