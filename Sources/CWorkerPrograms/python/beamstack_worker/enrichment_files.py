"""Files that `enrichment.lookup` loads: CSV, JSON and Parquet as a table with the engine's types."""

import io
import json
import os

import pyarrow as pa

from beamstack_worker import files
from beamstack_worker.columnar_types import Unsupported, convert, engine_field
from beamstack_worker.tasks import TaskError

_FORMATS = {".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "json", ".ndjson": "json", ".parquet": "parquet"}


def read(source, path, format):
    """The table in the file of an `enrichment_sources.File`."""
    place = ["handler_config", "path"]
    format = format or _FORMATS.get(os.path.splitext(path)[1].lower())
    if format not in _FORMATS.values():
        raise source.error(
            f"'{path}' is of no known format" if format is None else f"there is no format '{format}'",
            "path" if format is None else "format",
            hint="choices of 'format': csv, tsv, json, parquet",
        )
    beside = os.path.join(source.context.folder, path)
    if not files.is_remote(path) and not os.path.exists(path) and os.path.exists(beside):
        path = beside
    try:
        found = files.find(path)
        tables = [_table(files.open_reading(file), format) for file in found]
        return pa.concat_tables([_converted(table) for table in tables], promote_options="default")
    except TaskError as error:
        error.path = place
        raise
    except Unsupported as error:
        raise TaskError(
            "unsupported-column-type",
            f"'{path}' has a column of the type {error}, which has no counterpart here",
            path=place,
        ) from None
    except (pa.ArrowException, ValueError, OSError) as error:
        raise TaskError(
            "damaged-file", f"'{path}' cannot be read as {format}: {str(error).splitlines()[0]}", path=place
        ) from None


def _table(file, format):
    with file:
        if format == "parquet":
            import pyarrow.parquet

            return pyarrow.parquet.read_table(file)
        content = file.read()
    # Types are those of all rows, not of the first block.
    size = min(max(len(content) + 1, 1 << 16), (1 << 31) - 1)
    if format == "json":
        return _json(content, size)
    from pyarrow import csv

    texts = csv.ConvertOptions(strings_can_be_null=True, null_values=[""], timestamp_parsers=[_NEVER])
    parsing = csv.ParseOptions(delimiter="\t" if format == "tsv" else ",", newlines_in_values=True)
    return csv.read_csv(io.BytesIO(content), csv.ReadOptions(block_size=size), parsing, texts)


# CSV has no types: what looks like a time stays a text, as where the engine reads it.
_NEVER = "\x01"


def _json(content, size):
    if content.lstrip()[:1] == b"[":
        rows = json.loads(content)
        if not all(isinstance(row, dict) for row in rows):
            raise ValueError("its list holds something else than objects")
        return pa.Table.from_pylist(rows)
    import pyarrow.json

    return pyarrow.json.read_json(io.BytesIO(content), pyarrow.json.ReadOptions(block_size=size))


def _converted(table):
    columns, fields = [], []
    for name, column in zip(table.schema.names, table.columns):
        field = table.schema.field(name)
        if pa.types.is_null(field.type):
            field = pa.field(name, pa.string())
        elif pa.types.is_time(field.type):
            field, column = pa.field(name, pa.string()), column.cast(pa.string())
        else:
            field = engine_field(field)
        fields.append(field)
        columns.append(pa.chunked_array([convert(chunk, field.type) for chunk in column.chunks], field.type))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))
