"""What engines ask of a row beside a person's code: conversions, checks, and the lists that rows are made of."""

import json
from itertools import product, zip_longest
from math import isfinite

from beamstack_worker.conversion import plain
from beamstack_worker.functions import RowFunctions, apply_to_each
from beamstack_worker.json_schema import ValidationError, violation
from beamstack_worker.json_text import json_text
from beamstack_worker.tagged_json import from_json
from beamstack_worker.times import datetime_micros
from beamstack_worker.values import row_class


class EngineFunctions(RowFunctions):
    """`functions.rows` with more forms of functions.

    A configuration's 'then' names what a value is turned into: one of `_CONVERSIONS`. Its 'place' is the line of a
    traceback that leads to the pipeline's own file, since what fails here has no code of the person's.
    """

    def function(self, spec, fields, place):
        form = _FORMS.get(spec["form"])
        function = _Placed(form(spec, fields), spec["place"]) if form else super().function(spec, fields, place)
        if "then" not in spec:
            return function
        convert = _known(spec["names"]) if spec["then"] == "known" else _CONVERSIONS[spec["then"]]
        return _Converted(function, convert, spec["place"])


class _Placed:
    """A function of ours, whose failures are told at a place of the pipeline."""

    def __init__(self, function, place):
        self._function = function
        self._place = place
        self.fields = function.fields

    def apply(self, rows):
        results, failures = self._function.apply(rows)
        return results, [_placed(failure, self._place) for failure in failures]

    def close(self):
        self._function.close()


def _placed(failure, place):
    failure.trace = f"{place}{type(failure.error).__name__}: {failure.error}"
    return failure


class _Converted:
    """A function whose values are turned into something else."""

    def __init__(self, function, convert, place):
        self._function = function
        self._convert = convert
        self._place = place
        self.fields = function.fields

    def apply(self, rows):
        values, failures = self._function.apply(rows)
        failed = {failure.row for failure in failures}
        results, misfits = apply_to_each(self._convert, values)
        misfits = [_placed(failure, self._place) for failure in misfits if failure.row not in failed]
        return results, failures + misfits

    def close(self):
        self._function.close()


def _microseconds(value):
    """Event time as pipelines give it: seconds, or a moment."""
    micros = None
    if isinstance(value, int):
        micros = int(value) * 1_000_000
    elif isinstance(value, float) and isfinite(value):
        micros = round(value * 1e6)
    elif hasattr(value, "micros"):
        micros = value.micros
    elif getattr(value, "tzinfo", None) is not None:
        micros = datetime_micros(value)
    if micros is None or not -(1 << 63) <= micros < 1 << 63:
        raise TypeError(f"Cannot interpret {value} {type(value)} as Timestamp.")
    return micros


def _known(names):
    """The name of one of these outputs."""

    def known(value):
        if isinstance(value, str) and value in names:
            return value
        raise ValueError(f"Unknown output name {json_text(plain(value))}")

    return known


def _spelt(value):
    """A value as CSV and text files have it: as Python's `str`, what is made of parts as JSON."""
    if type(value) in (str, bool, int, float):
        return str(value)
    text = json_text(value)
    # A text in quotes that is no text of the person's: bytes, moments.
    return json.loads(text) if text.startswith('"') else text


_CONVERSIONS = {
    "cell": lambda value: None if value is None else _spelt(value),
    "line": lambda value: "None" if value is None else _spelt(value),
    "microseconds": _microseconds,
    "truth": bool,
    # The name of an output; what is no text names none.
    "name": lambda value: value if isinstance(value, str) else None,
}


class _Fields:
    """A function of some fields of a row."""

    def __init__(self, names):
        self.fields = names

    def apply(self, rows):
        return apply_to_each(self.value, *[rows.batch.column(name) for name in self.fields])

    def close(self):
        pass


class _Field(_Fields):
    """A field as it is, for a result of another type."""

    def __init__(self, spec, fields):
        super().__init__([spec["field"]])

    def value(self, value):
        return value


class _Elements(_Fields):
    """A list of what one row becomes: the elements of one field, or rows of those of several."""

    def __init__(self, spec, fields):
        super().__init__(spec["fields"])
        self._is_zip = spec["manner"] == "zip"
        self._row = row_class([f"element_{index}" for index in range(len(self.fields))])._make

    def value(self, *values):
        lists = [list(value) for value in values]
        if len(lists) == 1:
            return lists[0]
        return [self._row(parts) for parts in (zip_longest(*lists) if self._is_zip else product(*lists))]


class _Rows:
    """A function of whole rows."""

    def __init__(self, spec, fields):
        self.fields = fields

    def apply(self, rows):
        return apply_to_each(self.value, rows.of(self.fields))

    def close(self):
        pass


class _Validation(_Rows):
    """Whether a row keeps to a JSON Schema: true, or an exception."""

    def __init__(self, spec, fields):
        super().__init__(spec, fields)
        self._rules = from_json(spec["schema"])

    def value(self, row):
        problem = violation(self._rules, row)
        if problem is not None:
            raise ValidationError(problem)
        return True


class _Record(_Rows):
    """A row as a line of JSON. What JSON has no number for is null in a field, as pandas writes it."""

    def value(self, row):
        return json_text(row._make([None if _is_no_number(part) else part for part in row]))


def _is_no_number(value):
    return type(value) is float and not isfinite(value)


class _Files(_Fields):
    """The files that the pattern in a field matches: path, size in bytes, when it was last written in seconds."""

    def __init__(self, spec, fields):
        super().__init__([spec["field"]])
        self._treatment = spec["treatment"]
        # The engine's processes work elsewhere: relative patterns count from where the pipeline was started.
        self._folder = spec["folder"].rstrip("/") + "/"
        self._row = row_class(spec["names"])._make

    def value(self, pattern):
        import os

        from beamstack_worker.file_patterns import escaped, local_files
        from beamstack_worker.files import local_path

        wanted = local_path(pattern) if pattern is not None else ""
        prefix = "" if wanted.startswith("/") else self._folder
        paths = local_files(escaped(prefix) + wanted) if wanted else []
        if not paths and not self._may_be_nothing(pattern):
            raise FileNotFoundError(f"no file matches '{pattern}'")
        states = [os.stat(path) for path in paths]
        return [self._row((path[len(prefix) :], state.st_size, state.st_mtime)) for path, state in zip(paths, states)]

    def _may_be_nothing(self, pattern):
        if self._treatment == "ALLOW" or pattern is None:
            return True
        return self._treatment == "ALLOW_IF_WILDCARD" and any(letter in pattern for letter in "*?[{")


_FORMS = {"field": _Field, "elements": _Elements, "validation": _Validation, "record": _Record, "files": _Files}
