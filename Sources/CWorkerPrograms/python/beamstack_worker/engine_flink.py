"""Functions of a row as PyFlink wants them."""

from pyflink.common import Row as FlinkRow
from pyflink.table import DataTypes
from pyflink.table.udf import udf

from beamstack_worker.engine_rows import RowFunction

_SIMPLE = {
    "boolean": DataTypes.BOOLEAN,
    "int64": DataTypes.BIGINT,
    "double": DataTypes.DOUBLE,
    "string": DataTypes.STRING,
    "bytes": DataTypes.BYTES,
}


class FlinkRowFunction(RowFunction):
    """A `RowFunction` whose rows are PyFlink's."""

    row = FlinkRow

    def __call__(self, *values):
        return FlinkRow(*super().__call__(*values))


def flink_function(functions, arguments, results, catches_errors=False):
    """A scalar function for `CREATE FUNCTION … LANGUAGE PYTHON`, whose parameters are those of `RowFunction`."""
    fields = [_field(*part) for part in results]
    if catches_errors:
        fields += [DataTypes.FIELD("msg__", DataTypes.STRING()), DataTypes.FIELD("stack__", DataTypes.STRING())]
    function = FlinkRowFunction(functions, arguments, results, catches_errors)
    return udf(function, result_type=DataTypes.ROW(fields))


def _field(name, kind, nullable, parts=()):
    return DataTypes.FIELD(name, _type(kind, parts))


def _type(kind, parts):
    inner = [_type(part[1], part[3] if len(part) > 3 else ()) for part in parts]
    if kind == "list":
        return DataTypes.ARRAY(inner[0])
    if kind == "map":
        return DataTypes.MAP(inner[0], inner[1])
    if kind == "row":
        return DataTypes.ROW([DataTypes.FIELD(part[0], type) for part, type in zip(parts, inner)])
    return _SIMPLE[kind]()
