"""Functions of a row inside Spark and other engines that host Python, with the values and messages of local workers.

Values of the dynamic type come and go as tagged JSON, moments as microseconds.
"""

from beamstack_worker.conversion import conform
from beamstack_worker.engine_functions import EngineFunctions
from beamstack_worker.tagged_json import from_json, to_json
from beamstack_worker.tasks import Context
from beamstack_worker.times import timestamp_class
from beamstack_worker.traces import trace_of
from beamstack_worker.values import Batch, Field, Row, Schema, Type, row_class


class RowFunction:
    """The functions of one step: called with the values of its arguments, it gives a tuple of their results.

    functions: the configurations of `EngineFunctions`; arguments, results: fields as tuples of name, kind, whether null
    is among the values, and the fields inside. catches_errors: a failing row gives nulls, then the exception's `repr`
    and its traceback, instead of raising.
    """

    def __init__(self, functions, arguments, results, catches_errors=False):
        self.functions = functions
        self.arguments = arguments
        self.results = results
        self.catches_errors = catches_errors
        self._task = None
        self._calls = None

    def __getstate__(self):
        # The code is loaded anew where the function arrives: modules made of texts cannot travel.
        return {**self.__dict__, "_task": None, "_calls": None}

    def __call__(self, *values):
        if self._task is None:
            self._open()
        if self._calls is not None:
            return self._call_each(values)
        columns = [[_from_engine(value, field.type)] for value, field in zip(values, self._schema)]
        result = self._task.process(Batch(self._schema, columns, 1))
        if result.failures:
            failure = result.failures[0]
            if not self.catches_errors:
                raise failure.error
            return (*[None] * len(self.results), repr(failure.error), failure.trace)
        columns = result.batches[0].columns
        outcome = tuple(self._to_engine(column[0], field.type) for column, field in zip(columns, self._results))
        return (*outcome, None, None) if self.catches_errors else outcome

    def _call_each(self, values):
        """Without a batch around the row, which would cost more than most functions."""
        if not self._is_plain:
            values = [_from_engine(value, field.type) for value, field in zip(values, self._schema)]
        outcome = []
        try:
            for call, field in zip(self._calls, self._results):
                value = call(values)
                if _FITS.get(field.type.kind, _never)(value):
                    outcome.append(value)
                    continue
                (value,), errors = conform([value], field)
                if errors:
                    raise errors[0]
                outcome.append(self._to_engine(value, field.type))
        except Exception as error:
            if not self.catches_errors:
                raise
            return (*[None] * len(self.results), repr(error), trace_of(error))
        return (*outcome, None, None) if self.catches_errors else tuple(outcome)

    @staticmethod
    def row(*values):
        """A row inside of a result, as the engine takes it."""
        return values

    def _to_engine(self, value, type):
        if value is None:
            return None
        kind = type.kind
        if kind == "any":
            return to_json(value)
        if kind == "timestamp":
            return value.micros
        if kind == "row":
            return self.row(*[self._to_engine(part, field.type) for part, field in zip(value, type.fields)])
        if kind == "list":
            return [self._to_engine(element, type.element) for element in value]
        if kind == "map":
            key, item = type.fields
            return {self._to_engine(k, key.type): self._to_engine(v, item.type) for k, v in value.items()}
        return value

    def _open(self):
        self._schema = Schema([_field(*part) for part in self.arguments])
        self._results = Schema([_field(*part) for part in self.results])
        # Errors are said by null only behind the function: its own promise has none.
        config = {"functions": self.functions, "outputNames": self._results.names}
        self._task = EngineFunctions(config, [self._schema, self._results], Context())
        self._calls = self._task.for_one_row(self._schema.names)
        self._is_plain = all(field.type.kind in _FITS for field in self._schema)


def _never(value):
    return False


# Whether a result is right as it is, by the kind of its type; what is not is converted or refused.
_FITS = {
    "boolean": lambda value: type(value) is bool,
    "int64": lambda value: type(value) is int and -(2**63) <= value < 2**63,
    "double": lambda value: type(value) is float,
    "string": lambda value: type(value) is str and value.isascii(),
}


def _field(name, kind, nullable, parts=()):
    return Field(name, Type(kind, [_field(*part) for part in parts]), nullable)


def _from_engine(value, type):
    if value is None:
        return None
    kind = type.kind
    if kind == "any":
        return from_json(value)
    if kind == "row":
        parts = [_from_engine(part, field.type) for part, field in zip(value, type.fields)]
        return row_class([field.name for field in type.fields])._make(parts)
    if kind == "list":
        return [_from_engine(element, type.element) for element in value]
    if kind == "map":
        key, item = type.fields
        return {_from_engine(k, key.type): _from_engine(v, item.type) for k, v in value.items()}
    if kind == "bytes":
        return bytes(value)
    if kind == "timestamp":
        return timestamp_class()(micros=value)
    return value
