"""Avro files: read in parts of any size, written with the codecs that Avro has."""

import json

from beamstack_worker import files
from beamstack_worker.tasks import Output, Sink, Source, TaskError, task

BATCH_ROWS = 65_536
# How much of a file is one partition, and how many bytes of blocks become one batch.
PARTITION_BYTES = 16 << 20
BATCH_BYTES = 4 << 20
CODECS = ("null", "deflate", "snappy", "zstandard", "bzip2", "xz")


@task("avro.read")
class Read(Source):
    """Reads the files of a path or a pattern; a large file is read in several parts."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        import pyarrow as pa

        self._files = files.find(config["path"], expands_folders=True)
        self._containers = {}
        _, reader = self._opened(0)
        fields = [column.field(name) for name, column in reader.fields]
        wanted = config.get("columns")
        if wanted:
            by_name = {field.name: field for field in fields}
            missing = next((name for name in wanted if name not in by_name), None)
            if missing is not None:
                raise TaskError("invalid-configuration", f"the files have no column '{missing}'", path=["columns"],
                                hint="they have " + ", ".join(by_name))
            fields = [by_name[name] for name in wanted]
        self._schema = pa.schema(fields)
        for index in range(1, len(self._files)):
            self._check(index)

    def _opened(self, index):
        """The header of a file and its schema; files of one schema share its translation."""
        from beamstack_worker.avro_container import Container, damaged
        from beamstack_worker.avro_types import SchemaReader

        if index not in self._containers:
            file = self._files[index]
            stream = files.open_reading(file)
            try:
                container = Container(file.path, stream)
            finally:
                stream.close()
            if container.codec not in CODECS:
                raise TaskError("damaged-file", f"'{file.path}' is compressed with the unknown codec "
                                f"'{container.codec}'", path=["path"])
            first = self._containers.get(0)
            if first and first[0].schema == container.schema:
                reader = first[1]
            else:
                try:
                    reader = SchemaReader(file.path, container.schema)
                except (AttributeError, KeyError, TypeError, ValueError):
                    raise damaged(file.path, "its header has no valid schema") from None
            self._containers[index] = container, reader
        return self._containers[index]

    def _check(self, index):
        first = self._containers[0]
        container, reader = self._opened(index)
        if reader is first[1]:
            return
        found = {name: column.field(name) for name, column in reader.fields}
        for position, field in enumerate(self._schema):
            other = found.get(field.name)
            if other is None:
                raise TaskError(
                    "inconsistent-columns", f"'{container.path}' lacks the column '{field.name}' of "
                    f"'{self._files[0].path}'", path=["path"], hint="read files of one kind")
            if not other.type.equals(field.type) or other.metadata != field.metadata:
                raise TaskError(
                    "inconsistent-columns", f"the column '{field.name}' is {field.type} in '{self._files[0].path}' and "
                    f"{other.type} in '{container.path}'", path=["path"],
                    hint="read files of one kind, or leave the column out with 'columns'")
            if other.nullable and not field.nullable:
                self._schema = self._schema.set(position, field.with_nullable(True))

    def outputs(self):
        return [Output(self._schema)]

    def partitions(self):
        partitions = []
        for index, file in enumerate(self._files):
            for start in range(0, max(1, file.size), PARTITION_BYTES):
                end = min(file.size, start + PARTITION_BYTES)
                partitions.append({"file": index, "start": start, "end": end, "bytes": end - start})
        return partitions

    def read(self, partition):
        container, reader = self._opened(partition["file"])
        names = set(self._schema.names if self.columns is None else self.columns)
        schema = self._schema if self.columns is None else _subset(self._schema, names)
        decoder = _Decoder(container, reader, schema)
        file = self._files[partition["file"]]
        stream = files.open_reading(file)
        try:
            blocks = container.blocks(stream, partition["start"], partition["end"], BATCH_BYTES)
            for data, count in blocks:
                yield from decoder.batches(data, count)
        finally:
            stream.close()


def _subset(schema, names):
    import pyarrow as pa

    return pa.schema([field for field in schema if field.name in names])


class _Decoder:
    """Makes batches of the blocks of a file."""

    def __init__(self, container, reader, schema):
        self._container = container
        self._schema = schema
        self._is_record = reader.is_record
        columns = dict(reader.fields)
        self._converters = [columns[field.name].convert for field in schema]
        self._head = container.header(reader.plain)
        self._reader_schema = None
        if self._is_record and len(schema) < len(columns):
            wanted = set(schema.names)
            fields = [field for field in reader.plain["fields"] if field["name"] in wanted]
            # Types that are defined in a field that is left out would be missing: then all is decoded.
            if _is_self_contained(fields):
                self._reader_schema = dict(reader.plain, fields=fields)

    def batches(self, data, count):
        """The records of raw blocks."""
        import pyarrow as pa

        from beamstack_worker.avro_container import damaged, records

        if not len(self._schema):
            yield pa.RecordBatch.from_struct_array(pa.array([{}] * count, pa.struct([])))
            return
        try:
            rows = list(records(self._head, data, self._reader_schema))
        except ValueError as error:
            if "need to install" in str(error):
                raise TaskError("missing-package", f"'{self._container.path}' cannot be decompressed: {error}",
                                path=["path"]) from None
            raise damaged(self._container.path, str(error)) from None
        except Exception as error:
            # Anything may come out of damaged bytes: `zlib.error`, `IndexError`, `EOFError`, …
            raise damaged(self._container.path, f"{type(error).__name__}: {error}") from None
        for start in range(0, len(rows), BATCH_ROWS):
            yield self._batch(rows[start : start + BATCH_ROWS])

    def _batch(self, rows):
        import pyarrow as pa

        from beamstack_worker.avro_container import damaged

        arrays = []
        for field, convert in zip(self._schema, self._converters):
            name = field.name
            values = [row[name] for row in rows] if self._is_record else rows
            if convert:
                values = [None if value is None else convert(value) for value in values]
            try:
                arrays.append(pa.array(values, field.type))
            except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
                raise damaged(self._container.path, f"a value of the column '{name}' does not fit: {error}") from None
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)


def _is_self_contained(fields):
    """Whether no field refers to a named type by its name alone."""
    defined = set()

    def check(type):
        if isinstance(type, str):
            return type in _PRIMITIVE_NAMES or type in defined
        if isinstance(type, list):
            return all([check(member) for member in type])
        if "name" in type:
            defined.add(type["name"])
        parts = [field["type"] for field in type.get("fields", ())]
        parts += [type[key] for key in ("items", "values") if key in type]
        return all([check(part) for part in parts])

    return all([check(field["type"]) for field in fields])


_PRIMITIVE_NAMES = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}


@task("avro.write")
class Write(Sink):
    """Writes all rows into files that appear together."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        from beamstack_worker.avro_types import avro_schema

        self._codec = str(config.get("codec") or "deflate").lower()
        # Avro's own word for no compression is YAML's for no value.
        self._codec = "null" if self._codec == "none" else self._codec
        if self._codec not in CODECS:
            raise TaskError("invalid-configuration", f"'{self._codec}' is no codec of Avro files", path=["codec"],
                            hint="write one of none, " + ", ".join(CODECS[1:]))
        self._names = inputs[0].names
        self._is_own = config.get("schema") is not None
        if self._is_own:
            self._schema = self._plain = self._given_schema(config["schema"])
        else:
            self._schema, self._plain = avro_schema(inputs[0])
        self._shards = None

    def _given_schema(self, schema):
        import fastavro

        if isinstance(schema, str):
            try:
                schema = json.loads(schema)
            except ValueError as error:
                raise TaskError("invalid-configuration", f"'schema' is no JSON: {error}", path=["schema"]) from None
        try:
            fastavro.parse_schema(schema)
        except Exception as error:
            raise TaskError("invalid-configuration", f"'schema' is no schema of Avro: {error}",
                            path=["schema"]) from None
        if not isinstance(schema, dict) or schema.get("type") != "record":
            raise TaskError("invalid-configuration", "'schema' must be a record, since rows are written",
                            path=["schema"])
        fields = {field["name"] for field in schema["fields"]}
        missing = next((name for name in self._names if name not in fields), None)
        if missing is not None:
            raise TaskError("invalid-configuration", f"'schema' has no field '{missing}', which the rows have",
                            path=["schema"], hint="add it, or leave it out of the rows with 'MapToFields'")
        for field in schema["fields"]:
            if field["name"] not in self._names and "default" not in field:
                raise TaskError("invalid-configuration", f"the rows have no field '{field['name']}' of 'schema'",
                                path=["schema"], hint="give it a default, or take it out")
        return schema

    def open(self):
        self._shards = files.Shards(self.config["path"], files.shard_count(self.config), self._writer)

    def _writer(self, output):
        return ContainerWriter(output, self._schema, self._plain, self._codec)

    def write(self, batch):
        self._shards.write(_Rows(batch, self._names, self._is_own))

    def prepare(self):
        return self._shards.finish()

    def commit(self):
        return self._shards.commit()

    def abort(self):
        if self._shards is not None:
            self._shards.abort()


class _Rows:
    """A batch as records, made once for all shards."""

    def __init__(self, batch, names, is_own, rows=None):
        self.num_rows = batch.num_rows if rows is None else len(rows)
        if rows is None:
            from beamstack_worker.avro_types import plain_lists

            columns = [column.to_pylist() for column in batch.columns] if is_own else plain_lists(batch)
            rows = [dict(zip(names, row)) for row in zip(*columns)]
        self.rows = rows

    def slice(self, start, count):
        return _Rows(None, None, False, self.rows[start : start + count])


class ContainerWriter:
    """Writes records into a container file."""

    def __init__(self, output, schema, plain, codec):
        import hashlib
        import io

        from beamstack_worker.avro_container import header

        self._output = output
        # Markers need not be secret, but unlikely to occur in the data, and the same for the same run.
        self._sync = hashlib.md5(json.dumps(schema).encode(), usedforsecurity=False).digest()
        self._buffer = io.BytesIO()
        from fastavro.write import Writer

        self._writer = Writer(self._buffer, plain, codec=codec, sync_marker=self._sync)
        self._buffer.seek(0)
        self._buffer.truncate()
        output.write(header(schema, codec, self._sync))

    def write(self, rows):
        for row in rows.rows:
            try:
                self._writer.write(row)
            except (ValueError, TypeError, AttributeError, OverflowError) as error:
                raise TaskError("write-refused", f"a row does not fit the schema: {error}", path=["schema"]) from None
        self._send()

    def _send(self):
        data = self._buffer.getvalue()
        if data:
            self._output.write(data)
            self._buffer.seek(0)
            self._buffer.truncate()

    def close(self):
        self._writer.flush()
        self._send()
