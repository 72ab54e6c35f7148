"""A person's JavaScript, run by QuickJS: batches go in and out as one JSON text each."""

import json

from beamstack_worker.tasks import Failure
from beamstack_worker.values import Row, row_class

_MEMORY_LIMIT = 256 << 20

# Columns come in as arrays; rows are made here, as objects, and what a function gives is brought to plain JSON.
_HARNESS = """
(function () {
  const stringify = JSON.stringify, parse = JSON.parse;
  function revive(value) {
    if (value === null || typeof value !== "object") return value;
    if (value.$date !== undefined) return new Date(value.$date);
    if (value.$number !== undefined) return Number(value.$number);
    for (const key of Object.keys(value)) value[key] = revive(value[key]);
    return value;
  }
  function plain(value) {
    switch (typeof value) {
      case "string": case "boolean": return value;
      case "number": return Number.isFinite(value) ? value : {$number: String(value)};
      case "bigint": return {$integer: value.toString()};
      case "object": break;
      default: return null;
    }
    if (value === null) return null;
    if (Array.isArray(value)) return Array.from(value, plain);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof Uint8Array) return {$bytes: Array.from(value)};
    if (value instanceof Set) return Array.from(value, plain);
    if (value instanceof Map) return {$map: Array.from(value, ([key, item]) => [plain(key), plain(item)])};
    if (value instanceof String || value instanceof Number || value instanceof Boolean) return plain(value.valueOf());
    const row = {};
    for (const key of Object.keys(value)) row[key] = plain(value[key]);
    return {$row: row};
  }
  function describe(error) {
    if (!(error instanceof Error)) return ["Error", String(error), ""];
    return [String(error.name), String(error.message), String(error.stack || "")];
  }
  globalThis.__beamstack_batch__ = function __beamstack_batch__(udf, text) {
    const {names, columns, revived, count} = parse(text);
    for (const index of revived) columns[index] = columns[index].map(revive);
    const members = names.map((name, index) => stringify(name) + ": columns[" + index + "][row]");
    const make = new Function("columns", "row", "return {" + members.join(", ") + "};");
    const values = new Array(count), failures = [];
    for (let row = 0; row < count; row++) {
      globalThis.__beamstack_row__ = row;
      try {
        values[row] = plain(udf(make(columns, row)));
      } catch (error) {
        values[row] = null;
        failures.push([row, ...describe(error)]);
      }
    }
    return stringify({values, failures});
  };
})();
"""


class JavaScriptError(Exception):
    """What JavaScript code threw."""


class JavaScriptFunction:
    """An expression over fields, or a function of a row, in a context of its own."""

    def __init__(self, code, form, fields, timeout=None):
        try:
            import quickjs
        except ModuleNotFoundError:
            raise code.error(
                "missing-package",
                "JavaScript needs the package 'quickjs-ng', which is not installed where it runs",
                hint="add 'quickjs-ng' to the step's 'dependencies'",
            ) from None
        if form == "combine":
            raise code.error("invalid-callable", "a combiner cannot be written in JavaScript")
        self._code = code
        self._exception = quickjs.JSException
        self._timeout = timeout
        # A member of the row may be reached under any name; an expression names what it reads.
        is_closed = form == "expression" and "__row__" not in code.source
        self.fields = [name for name in fields if name in code.source] if is_closed else None
        self._context = quickjs.Context()
        self._context.set_memory_limit(_MEMORY_LIMIT)
        self._context.eval(_HARNESS)
        try:
            function = self._load(form)
        except quickjs.JSException as error:
            message, trace = self._located(str(error))
            what = "this is no JavaScript" if message.startswith("SyntaxError") else "the code fails when it is loaded"
            raise code.error("invalid-callable", f"{what}: {message}", notes=trace) from None
        self._context.set("__beamstack_udf__", function)
        self._run = self._context.eval(
            "(function __beamstack_batch__call(text) { return __beamstack_batch__(__beamstack_udf__, text); })"
        )
        if timeout is not None:
            self._context.set_time_limit(timeout)

    def _load(self, form):
        source = self._code.source
        # So that the engine's line numbers are those of the file.
        above = "\n" * (self._code.line - 1)
        if form == "expression":
            return self._context.eval(f"{above}(function (__row__) {{ with (__row__) {{ return ({source}\n); }} }})")
        name = self._code.name
        if name is None:
            text = f"{above}({source.strip().rstrip(';')}\n)"
        else:
            self._context.eval(above + source)
            text = f"typeof {name} === 'undefined' ? undefined : {name}"
            if not name.replace("$", "_").isidentifier():
                raise self._code.error("invalid-callable", f"'{name}' is no name of a function")
        function = self._context.eval(text)
        self._context.set("__beamstack_udf__", function)
        if self._context.eval("typeof __beamstack_udf__") != "function":
            raise self._code.error(
                "invalid-callable",
                f"the code has no function '{name}'" if name else "the code gives no function",
                hint=None if name else "write 'row => …' or 'function (row) { return … }'",
            )
        return function

    def apply(self, rows):
        """The function's values for a batch, and failures."""
        batch = rows.batch
        names = batch.schema.names if self.fields is None else self.fields
        columns, revived = [], []
        for index, name in enumerate(names):
            column, is_tagged = _to_javascript(batch.column(name))
            columns.append(column)
            if is_tagged:
                revived.append(index)
        text = json.dumps(
            {"names": names, "columns": columns, "revived": revived, "count": batch.count},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        try:
            answer = json.loads(self._run(text), object_hook=_value)
        except self._exception as error:
            raise self._stopped(str(error)) from None
        finally:
            self._context.gc()
        failures = [self._failure(*failure) for failure in answer["failures"]]
        return answer["values"], failures

    def close(self):
        """Nothing is held beyond the context."""

    def _failure(self, row, name, message, stack):
        error = type(name if name.isidentifier() else "Error", (JavaScriptError,), {})(message)
        lines = self._located(stack)[1]
        return Failure(row, error, "\n".join([f"{name}: {message}"] + lines))

    def _located(self, text):
        """The first line of what the engine says, and the lines about the person's code, with the file's name."""
        first, *lines = text.rstrip().split("\n") if text.strip() else [""]
        if first.lstrip().startswith("at "):
            first, lines = "", [first] + lines
        kept = [line.replace("<input>", self._code.path) for line in lines if "<input>" in line]
        return first, [line for line in kept if "__beamstack_batch__" not in line]

    def _stopped(self, message):
        """The error where the engine gave up as a whole: it ran too long or needs too much memory."""
        row = self._context.eval("globalThis.__beamstack_row__")
        first = message.partition("\n")[0]
        if "interrupted" in first:
            return self._code.error(
                "worker-timed-out",
                f"the JavaScript code ran longer than {self._timeout:g} s; it was at row {row} of its batch",
                hint="raise 'worker: {timeout: …}', or see whether the code ends",
            )
        if "memory" in first:
            return self._code.error(
                "worker-failed",
                f"the JavaScript code needs more than {_MEMORY_LIMIT >> 20} MB; it was at row {row} of its batch",
            )
        return JavaScriptError(first)


_PLAIN = {str, bool, int, type(None)}


def _to_javascript(values):
    """A column as JSON takes it, and whether objects in it stand for what JSON has not."""
    kinds = set(map(type, values))
    if kinds <= _PLAIN:
        return values, False
    if kinds <= {float, type(None)}:
        if all(value is None or value - value == 0 for value in values):
            return values, False
    return [_tagged(value) for value in values], True


def _tagged(value):
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is float:
        return value if value - value == 0 else {"$number": str(value).replace("inf", "Infinity").replace("nan", "NaN")}
    if isinstance(value, Row):
        return {name: _tagged(item) for name, item in zip(value._fields, value)}
    if kind is list or kind is tuple:
        return [_tagged(item) for item in value]
    if kind is dict:
        return {key if type(key) is str else str(key): _tagged(item) for key, item in value.items()}
    if kind is bytes:
        return value.decode("utf-8", errors="replace")
    if kind.__name__ == "Timestamp":
        return {"$date": value.micros // 1000}
    if kind.__name__ == "Duration":
        return value.micros / 1_000_000
    if hasattr(value, "isoformat"):
        return {"$date": value.isoformat()}
    return float(value)


def _value(members):
    if len(members) == 1:
        ((tag, content),) = members.items()
        if tag == "$row":
            return row_class(content)._make(content.values())
        if tag == "$number":
            return float(content.replace("Infinity", "inf"))
        if tag == "$integer":
            return int(content)
        if tag == "$bytes":
            return bytes(content)
        if tag == "$map":
            return {tuple(key) if isinstance(key, list) else key: item for key, item in content}
    return members
