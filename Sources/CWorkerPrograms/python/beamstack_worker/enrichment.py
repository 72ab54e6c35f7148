"""The task `enrichment.lookup`: rows get the fields of records in a database, in a file or at an HTTP service."""

import pyarrow as pa

from beamstack_worker.enrichment_sources import source_of
from beamstack_worker.tasks import Failure, Output, Result, TaskError, Transform, task


@task("enrichment.lookup")
class Enrich(Transform):
    """Appends a record's fields to each row. Rows that have none keep nulls, are dropped, or fail."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        schema = inputs[0]
        settings = config.get("handler_config") or {}
        self._missing = settings.get("missing") or "null"
        if self._missing not in ("null", "drop", "fail"):
            raise TaskError(
                "invalid-configuration",
                f"'missing' cannot be {self._missing!r}",
                path=["handler_config", "missing"],
                hint="choices: null, drop, fail",
            )
        self._source = source_of(config, schema, context)
        added = [
            pa.field(f.name, f.type, f.nullable or self._missing == "null", f.metadata) for f in self._source.fields
        ]
        for field in added:
            if field.name in schema.names:
                raise TaskError(
                    "invalid-configuration",
                    f"the input has a field '{field.name}' already",
                    path=["handler_config", *(["fields"] if settings.get("fields") else [])],
                    hint=f"give the record's another name: 'fields: {{{field.name}_2: {field.name}}}'",
                )
        self._added = pa.schema(added)
        self._schema = pa.schema(list(schema) + added)

    def outputs(self):
        if self._missing == "drop":
            return [Output(self._schema)]
        return [Output(self._added, extends_input=True)]

    def needs(self):
        return [None if self._missing == "drop" else self._source.key_fields]

    def open(self):
        self._source.open()

    def close(self):
        self._source.close()

    def process(self, batch, input=0):
        keys = list(zip(*[batch.column(name).to_pylist() for name in self._source.key_fields]))
        columns, found, errors = self._source.lookup(keys)
        failures = [Failure(row, error) for row, error in sorted(errors.items())]
        if self._missing == "fail":
            for row, is_there in enumerate(found):
                if not is_there and row not in errors:
                    failures.append(Failure(row, LookupError(f"there is no record of {self._named(keys[row])}")))
            failures.sort(key=lambda failure: failure.row)
        if self._missing == "drop":
            kept = [row for row, is_there in enumerate(found) if is_there and row not in errors]
            taken = pa.array(kept, pa.int64())
            columns = batch.columns + columns
            made = pa.RecordBatch.from_arrays([column.take(taken) for column in columns], schema=self._schema)
            return Result([made], [kept], failures)
        # A row that failed has no values, whatever the records' fields allow.
        schema = self._added
        if failures:
            schema = pa.schema([field.with_nullable(True) for field in schema])
        return Result([pa.RecordBatch.from_arrays(columns, schema=schema)], failures=failures)

    def _named(self, key):
        return ", ".join(f"{name} = {value!r}" for name, value in zip(self._source.key_fields, key))
