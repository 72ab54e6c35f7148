"""Tasks that run the functions of a step: expressions and callables of `MapToFields` and its like, and combiners."""

from functools import partial

from beamstack_worker.conversion import conform
from beamstack_worker.python_code import (
    Code,
    add_folders,
    check_parameters,
    fields_read,
    load_callable,
    load_expression,
    load_name,
)
from beamstack_worker.tasks import Failure, Output, Result, Transform, task
from beamstack_worker.traces import trace_of
from beamstack_worker.values import ANY, Batch, Field, Schema, row_class


@task("functions.rows")
class RowFunctions(Transform):
    """Some functions of a row, each of which makes one column."""

    exchange = "rows"

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        add_folders(".", context.folder)
        fields = inputs[0].names
        specs = config["functions"]
        names = config.get("outputNames") or [f"f{index}" for index in range(len(specs))]
        types = [field.type for field in inputs[1]] if len(inputs) > 1 else [ANY] * len(specs)
        nullable = [field.nullable for field in inputs[1]] if len(inputs) > 1 else [True] * len(specs)
        self._fields = [Field(*part) for part in zip(names, types, nullable)]
        self._functions = [
            self.function(spec, fields, ["functions", index]) for index, spec in enumerate(specs)
        ]

    def function(self, spec, fields, place):
        """The function that a configuration describes; `place` is where that stands."""
        return _function(spec, fields, place, self.config.get("timeout"))

    def outputs(self):
        return [Output(Schema(self._fields))]

    def needs(self):
        read = [function.fields for function in self._functions]
        if any(names is None for names in read):
            return [None]
        together = {name for names in read for name in names}
        return [[name for name in self.inputs[0].names if name in together]]

    def process(self, batch, input=0):
        rows = _Rows(batch)
        columns, fields, failures = [], [], {}
        for index, (function, field) in enumerate(zip(self._functions, self._fields)):
            values, failed = function.apply(rows)
            # The type is tried last: it can fail where the function did not.
            values, misfits = conform(values, field if not failed else _nullable(field))
            for row, error in misfits.items():
                failed.append(Failure(row, error, trace_of(error)))
            for failure in failed:
                failure.function = index
                failures.setdefault(failure.row, failure)
            columns.append(values)
            fields.append(_nullable(field) if failed else field)
        ordered = [failures[row] for row in sorted(failures)]
        return Result([Batch(Schema(fields), columns, batch.count)], failures=ordered)

    def for_one_row(self, names):
        """The functions one by one, each of the values of one row; `None` where one of them needs a batch."""
        if not all(hasattr(function, "for_one") for function in self._functions):
            return None
        return [function.for_one(names) for function in self._functions]

    def close(self):
        for function in self._functions:
            function.close()


def _nullable(field):
    return Field(field.name, field.type, True)


class _Rows:
    """A batch's rows, of which functions that read the same fields share the objects."""

    def __init__(self, batch):
        self.batch = batch
        self._made = {}

    def of(self, names):
        """The rows with these fields; all where `names` is `None`."""
        key = tuple(self.batch.schema.names if names is None else names)
        rows = self._made.get(key)
        if rows is None:
            rows = self._made[key] = list(self.batch.rows(key))
        return rows


def apply_to_each(function, *columns):
    """Calls a function with the values of columns, row by row; returns its results, and a `Failure` for each row that
    it raised an exception for.
    """
    count = len(columns[0])
    results = []
    failures = []
    calls = map(function, *[iter(column) for column in columns])
    while len(results) < count:
        try:
            # What was there before the exception stays in the list, and the iterators stand behind the failed row.
            results.extend(calls)
        except Exception as error:
            failures.append(Failure(len(results), error, trace_of(error)))
            results.append(None)
        else:
            if len(results) < count:
                # The function let 'StopIteration' escape, which ends a 'map' silently.
                error = StopIteration("raised by the function")
                failures.append(Failure(len(results), error, trace_of(error)))
                results.append(None)
    return results, failures


class _Expression:
    """An expression over fields: the columns are its arguments, no row is made."""

    def __init__(self, code, fields):
        self._function, self.fields = load_expression(code, fields)

    def apply(self, rows):
        if self.fields:
            return apply_to_each(self._function, *[rows.batch.column(name) for name in self.fields])
        return apply_to_each(lambda _: self._function(), range(rows.batch.count))

    def for_one(self, names):
        """The same for the values of one row, which have these names."""
        function, places = self._function, [names.index(name) for name in self.fields]
        if len(places) == 1:
            (place,) = places
            return lambda values: function(values[place])
        return lambda values: function(*[values[place] for place in places])

    def close(self):
        pass


class _Callable:
    """A function of a row."""

    def __init__(self, code, fields, function, definition):
        check_parameters(code, function)
        self._function = function
        self.fields = fields_read(definition, fields)

    def apply(self, rows):
        return apply_to_each(self._function, rows.of(self.fields))

    def for_one(self, names):
        """The same for the values of one row, which have these names."""
        function = self._function
        fields = names if self.fields is None else self.fields
        make, places = row_class(fields)._make, [names.index(name) for name in fields]
        if places == list(range(len(names))):
            return lambda values: function(make(values))
        return lambda values: function(make([values[place] for place in places]))

    def close(self):
        pass


class _Combine:
    """A combiner of the list in a field: a `CombineFn`, or a function of an iterable."""

    def __init__(self, code, field, arguments):
        arguments = dict(arguments or {})
        self.fields = [field]
        manner = code.source.strip()
        if manner in ("__constructor__", "__callable__"):
            code.source = arguments.pop("source", "")
        function, _ = load_callable(code)
        if manner == "__callable__":
            function = partial(function, **arguments) if arguments else function
        elif arguments or manner == "__constructor__" or _is_combiner_class(function):
            try:
                function = function(**arguments)
            except Exception as error:
                raise code.error(
                    "invalid-callable",
                    f"the combiner cannot be made: {type(error).__name__}: {error}",
                    notes=trace_of(error).splitlines(),
                ) from None
        self._combiner = function if hasattr(function, "create_accumulator") else None
        if self._combiner is None and not callable(function):
            raise code.error(
                "invalid-callable",
                f"a value of type '{type(function).__name__}' is neither a CombineFn nor a function of a list",
            )
        self._function = function if self._combiner is None else self._combine
        self._is_set_up = False

    def apply(self, rows):
        if self._combiner is not None and not self._is_set_up:
            self._is_set_up = True
            _call_if_there(self._combiner, "setup")
        return apply_to_each(self._function, rows.batch.column(self.fields[0]))

    def _combine(self, values):
        combiner = self._combiner
        accumulator = combiner.create_accumulator()
        if hasattr(combiner, "add_inputs"):
            accumulator = combiner.add_inputs(accumulator, values)
        else:
            for value in values:
                accumulator = combiner.add_input(accumulator, value)
        if hasattr(combiner, "compact"):
            accumulator = combiner.compact(accumulator)
        return combiner.extract_output(accumulator)

    def close(self):
        if self._is_set_up:
            _call_if_there(self._combiner, "teardown")


def _is_combiner_class(function):
    return isinstance(function, type) and hasattr(function, "create_accumulator")


def _call_if_there(value, name):
    method = getattr(value, name, None)
    if method is not None:
        method()


def _function(spec, fields, place, timeout):
    """The function that a configuration describes."""
    code = Code(
        spec["source"],
        name=spec.get("functionName"),
        path=spec.get("path") or "<pipeline>",
        line=spec.get("line") or 1,
        place=place,
    )
    form = spec["form"]
    if spec["language"] == "javascript":
        from beamstack_worker.javascript import JavaScriptFunction

        return JavaScriptFunction(code, form, fields, timeout)
    if form == "expression":
        return _Expression(code, fields)
    if form == "combine":
        return _Combine(code, (spec.get("fields") or fields)[0], spec.get("arguments"))
    if form == "name":
        return _Callable(code, fields, load_name(code, code.source.strip()), None)
    return _Callable(code, fields, *load_callable(code))
