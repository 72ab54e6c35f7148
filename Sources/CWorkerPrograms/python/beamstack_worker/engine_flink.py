"""Functions of a row as PyFlink wants them."""

from pyflink.common import Row as FlinkRow
from pyflink.table import DataTypes
from pyflink.table.udf import udtf

from beamstack_worker.engine_rows import RowFunction

_SIMPLE = {
    "boolean": DataTypes.BOOLEAN,
    "int64": DataTypes.BIGINT,
    "double": DataTypes.DOUBLE,
    "string": DataTypes.STRING,
    "bytes": DataTypes.BYTES,
    "date": DataTypes.DATE,
    "timestamp": DataTypes.BIGINT,
    "any": DataTypes.STRING,
}


class FlinkRowFunction(RowFunction):
    """A `RowFunction` that gives its results as the one row of a table, with rows inside as PyFlink's."""

    row = FlinkRow

    def __call__(self, *values):
        yield (*super().__call__(*values), True)


def flink_function(functions, arguments, results, catches_errors=False):
    """A table function for `CREATE FUNCTION … LANGUAGE PYTHON`, whose parameters are those of `RowFunction`.

    Not a scalar function that gives a row: Flink 2.3 plans conditions on the fields of such a row wrongly
    ("Index 2 out of bounds for length 1"), and calls the function once for each field that is read. The last column is
    there to be left out: behind a table function Flink 2.3 fails on a projection that leaves out nothing.
    """
    types = [_type(part[1], part[3] if len(part) > 3 else ()) for part in results]
    if catches_errors:
        types += [DataTypes.STRING(), DataTypes.STRING()]
    types.append(DataTypes.BOOLEAN())
    return udtf(FlinkRowFunction(functions, arguments, results, catches_errors), result_types=types)


def _type(kind, parts):
    inner = [_type(part[1], part[3] if len(part) > 3 else ()) for part in parts]
    if kind == "list":
        return DataTypes.ARRAY(inner[0])
    if kind == "map":
        return DataTypes.MAP(inner[0], inner[1])
    if kind == "row":
        return DataTypes.ROW([DataTypes.FIELD(part[0], type) for part, type in zip(parts, inner)])
    return _SIMPLE[kind]()
