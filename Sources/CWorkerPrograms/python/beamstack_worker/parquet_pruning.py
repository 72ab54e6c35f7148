"""Row groups of Parquet files that need not be read, by what their statistics say."""

import datetime

import pyarrow as pa


class Statistics:
    """What a row group says of its flat columns."""

    def __init__(self, group):
        self._group = group
        self._columns = None

    def columns(self):
        if self._columns is None:
            self._columns = {}
            for index in range(self._group.num_columns):
                column = self._group.column(index)
                self._columns[column.path_in_schema] = column
        return self._columns

    def byte_count(self, names, uncompressed=False):
        """Bytes of the columns of these names, or of all."""
        wanted = None if names is None else set(names)
        total = 0
        for path, column in self.columns().items():
            if wanted is None or path in wanted or path.partition(".")[0] in wanted:
                total += column.total_uncompressed_size if uncompressed else column.total_compressed_size
        return total


class Pruning:
    """Comparisons that all rows that matter fulfil. A comparison with null is an error, and so keeps its rows."""

    def __init__(self, schema, comparisons):
        self._comparisons = []
        for name, operator, value in comparisons:
            index = schema.get_field_index(name)
            if index < 0 or operator not in _MAY_HOLD:
                continue
            type = schema.field(index).type
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
            if is_number and (pa.types.is_integer(type) or pa.types.is_floating(type)):
                self._comparisons.append((name, operator, value, pa.types.is_floating(type)))
            elif isinstance(value, str) and pa.types.is_string(type):
                self._comparisons.append((name, operator, value, False))
            elif isinstance(value, dict) and "$date" in value and pa.types.is_date(type):
                day = datetime.date(1970, 1, 1) + datetime.timedelta(days=value["$date"])
                self._comparisons.append((name, operator, day, False))

    def may_have(self, keys):
        """Whether rows with these keys of folders matter."""
        return all(
            keys[name] is None or _MAY_HOLD[operator](keys[name], keys[name], value)
            for name, operator, value, _ in self._comparisons
            if name in keys)

    def may_have_statistics(self, statistics):
        """Whether a row group may have rows that matter."""
        if not self._comparisons:
            return True
        for name, operator, value, is_floating in self._comparisons:
            column = statistics.columns().get(name)
            found = column.statistics if column is not None and column.is_stats_set else None
            if found is None or not found.has_min_max or not found.has_null_count or found.null_count:
                continue
            # NaN is in no statistics, and the ends of long texts may be cut off.
            if operator == "!=" and (is_floating or isinstance(value, str)):
                continue
            low, high = found.min, found.max
            if type(low) is bytes or isinstance(low, str) != isinstance(value, str):
                continue
            if not isinstance(value, str) and isinstance(low, datetime.date) != isinstance(value, datetime.date):
                continue
            if not _MAY_HOLD[operator](low, high, value):
                return False
        return True


_MAY_HOLD = {
    "==": lambda low, high, value: low <= value <= high,
    "!=": lambda low, high, value: not low == value == high,
    "<": lambda low, high, value: low < value,
    "<=": lambda low, high, value: low <= value,
    ">": lambda low, high, value: high > value,
    ">=": lambda low, high, value: high >= value,
}
