"""Columns as NumPy sees them: numbers or texts without their nesting, which is put back around the results."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class Flat:
    """The values of a column, or of the lists in it, one after the other; what is null has no place in lists."""

    def __init__(self, column):
        self._is_list = is_list(column.type)
        if self._is_list:
            self._lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
            self._absent = np.asarray(column.is_null())
            self.values = column.flatten()
        else:
            self.values = column
        self.missing = np.asarray(self.values.is_null())

    def numbers(self):
        """The values as 64-bit numbers, NaN for null."""
        values = self.values
        if pa.types.is_boolean(values.type):
            values = values.cast(pa.int8())
        return values.cast(pa.float64()).to_numpy(zero_copy_only=False)

    def present_numbers(self):
        """The values that are numbers."""
        numbers = self.numbers()
        return numbers[~np.isnan(numbers)]

    def rows(self):
        """For each value the row it stands in."""
        return np.repeat(np.arange(len(self._lengths)), self._lengths) if self._is_list else np.arange(len(self.values))

    def column(self, results):
        """Results for each value as a column, null where the value is; `results`: an array of NumPy or Arrow."""
        if isinstance(results, np.ndarray):
            results = pa.array(results, mask=self.missing if self.missing.any() else None)
        return lists(results, self._lengths, self._absent) if self._is_list else results


def is_list(type):
    """Whether a type is one of lists."""
    return pa.types.is_list(type) or pa.types.is_large_list(type) or pa.types.is_fixed_size_list(type)


def element_type(type):
    """The type of a column's values, lists or not."""
    return type.value_type if is_list(type) else type


def lists(values, lengths, absent=None):
    """A column of lists with so many of the values each, null where `absent`."""
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    type = pa.list_(pa.field("item", values.type, values.null_count > 0))
    mask = pa.array(absent) if absent is not None and absent.any() else None
    return pa.ListArray.from_arrays(pa.array(offsets), values, type=type, mask=mask)


def token_lists(column, pattern):
    """The tokens of each row: the texts of a list, a text split by `pattern`, or a text as the only token. `None` for
    null.
    """
    rows = column.to_pylist()
    if pattern is None:
        return rows if is_list(column.type) else [None if text is None else [text] for text in rows]
    if is_list(column.type):
        rows = [
            None if texts is None else [token for text in texts for token in split(text, pattern)] for texts in rows
        ]
        return rows
    return [None if text is None else split(text, pattern) for text in rows]


def split(text, pattern):
    """The parts of a text between delimiters, without empty ones."""
    return [token for token in pattern.split(text) if token] if text else []
