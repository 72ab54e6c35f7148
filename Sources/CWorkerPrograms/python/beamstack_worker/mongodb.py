"""MongoDB: documents as rows of a declared schema, and rows as documents."""

import datetime
import decimal
import os
import re
import tempfile

from beamstack_worker.tasks import Output, Sink, Source, TaskError, task

DEFAULT_URI = "mongodb://localhost:27017"
# Documents of one batch.
BATCH = 4096


def arrow_type(schema, path):
    """The Arrow type of a JSON Schema."""
    import pyarrow as pa

    kind = schema.get("type") if isinstance(schema, dict) else None
    simple = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
              "bytes": pa.binary()}
    if kind in simple:
        return simple[kind]
    if kind == "array":
        return pa.list_(arrow_type(schema.get("items") or {}, path + ["items"]))
    if kind == "object" and schema.get("properties"):
        return pa.struct(arrow_fields(schema, path))
    raise TaskError("invalid-configuration", f"the schema has no type that is known at '{'.'.join(path)}'", path=path,
                    hint="write string, integer, number, boolean, array with 'items', or object with 'properties'")


def arrow_fields(schema, path):
    """The fields of an object's JSON Schema; those that are not required may be null."""
    import pyarrow as pa

    required = schema.get("required") or []
    return [
        pa.field(name, arrow_type(part, path + ["properties", name]), name not in required)
        for name, part in (schema.get("properties") or {}).items()
    ]


def value_of(value, type):
    """A value of a document as one of an Arrow type; ids, times and exact numbers are texts where a text is wanted."""
    import pyarrow as pa

    if value is None:
        return None
    if pa.types.is_string(type):
        if isinstance(value, datetime.datetime):
            return value.isoformat()
        if not isinstance(value, (str, dict, list, bytes)):
            return str(value)
    if pa.types.is_floating(type) and hasattr(value, "to_decimal"):
        return float(value.to_decimal())
    if pa.types.is_list(type) and isinstance(value, list):
        return [value_of(item, type.value_type) for item in value]
    if pa.types.is_struct(type) and isinstance(value, dict):
        return {field.name: value_of(value.get(field.name), field.type) for field in type}
    return value


def document_of(value):
    """A value of a row as one that BSON has."""
    import bson

    if isinstance(value, dict):
        return {name: document_of(item) for name, item in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(item, tuple) for item in value):
            return {str(name): document_of(item) for name, item in value}
        return [document_of(item) for item in value]
    if isinstance(value, decimal.Decimal):
        return bson.Decimal128(value)
    if isinstance(value, datetime.timedelta):
        return value // datetime.timedelta(microseconds=1)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.datetime(value.year, value.month, value.day)
    return value


class _Server:
    """A client, and its errors in words."""

    def __init__(self, config):
        import pymongo

        uri = config.get("uri") or DEFAULT_URI
        found = re.match(r"[^:]+://[^:/@]*:(.*)@", uri)
        self._secret = found.group(1) if found else None
        # The driver's own half minute is long for a mistyped host.
        options = {} if "serverSelectionTimeoutMS" in uri else {"serverSelectionTimeoutMS": 10_000}
        try:
            self.client = pymongo.MongoClient(uri, appname="beamstack", tz_aware=True, **options)
        except (pymongo.errors.PyMongoError, ValueError) as error:
            raise TaskError("invalid-configuration", f"'uri' is no URI of MongoDB: {self.scrubbed(error)}",
                            path=["uri"], hint="write 'mongodb://user:password@host:27017'") from None
        self.collection = self.client[config["database"]][config["collection"]]

    def scrubbed(self, error):
        """An error's text without the password."""
        text = str(error).split(", Timeout:")[0]
        return text.replace(self._secret, "***") if self._secret else text

    def check(self):
        """Connects, to find out now rather than later."""
        import pymongo

        try:
            self.client.admin.command("ping")
        except pymongo.errors.OperationFailure as error:
            self.client.close()
            raise self.failure(error) from None
        except pymongo.errors.PyMongoError as error:
            self.client.close()
            raise TaskError("unreachable-service", f"MongoDB does not answer: {self.scrubbed(error)}", path=["uri"],
                            hint="check host and port, and that the server is up") from None

    def failure(self, error, code="invalid-configuration", path=("filter",)):
        """What the server refuses, as an error."""
        if getattr(error, "code", None) in (13, 18, 8000):
            return TaskError("login-refused", f"MongoDB refuses the user: {self.scrubbed(error)}", path=["uri"])
        return TaskError(code, f"MongoDB refuses: {self.scrubbed(error)}", path=path)


@task("mongodb.read")
class Read(Source):
    """Documents of a collection that match a filter."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        import pyarrow as pa

        schema = config.get("schema") or {}
        self._schema = pa.schema(arrow_fields(schema, ["schema"]))
        if not self._schema:
            raise TaskError("invalid-configuration", "the schema has no properties", path=["schema"])
        self._server = _Server(config)
        self._server.check()

    def outputs(self):
        return [Output(self._schema)]

    def read(self, partition):
        import pymongo

        fields = [field for field in self._schema if self.columns is None or field.name in self.columns]
        projection = dict({"_id": 0}, **{field.name: 1 for field in fields})
        try:
            # The order of ids is the same in every run.
            cursor = self._server.collection.find(self.config.get("filter") or {}, projection).sort("_id", 1)
            pending = []
            for document in cursor:
                pending.append(document)
                if len(pending) == BATCH:
                    yield self.batch(pending, fields)
                    pending = []
            if pending:
                yield self.batch(pending, fields)
        except pymongo.errors.OperationFailure as error:
            raise self._server.failure(error) from None

    def batch(self, documents, fields):
        """Documents as a record batch."""
        import pyarrow as pa

        arrays = []
        for field in fields:
            values = [value_of(document.get(field.name), field.type) for document in documents]
            try:
                array = pa.array(values, field.type)
                if array.null_count and not field.nullable:
                    raise ValueError("it is missing, and the schema requires it")
                arrays.append(array)
            except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
                raise TaskError("unsupported-column-type", f"a document's '{field.name}' is no {field.type}: {error}",
                                path=["schema", "properties", field.name],
                                hint="give it the type that the documents have, or 'string'") from None
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))

    def close(self):
        self._server.client.close()


@task("mongodb.write")
class Write(Sink):
    """Rows as documents. They wait in a file until `commit`, since a server by itself has no transactions."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        self._server = _Server(config)
        self._server.check()
        self._file = None
        self._path = None

    def open(self):
        handle, self._path = tempfile.mkstemp(prefix="beamstack-", dir=self.context.temporary)
        self._file = os.fdopen(handle, "w+b")

    def write(self, batch):
        import bson

        for row in batch.to_pylist():
            self._file.write(bson.encode(document_of(row)))

    def prepare(self):
        self._file.flush()
        self._server.check()
        return self._file.tell()

    def commit(self):
        import bson
        import pymongo

        size = int(self.config.get("batch_size") or 1024)
        pending = []
        try:
            self._file.seek(0)
            for document in bson.decode_file_iter(self._file):
                has_id = document.get("_id") is not None
                if not has_id:
                    document.pop("_id", None)
                pending.append(pymongo.ReplaceOne({"_id": document["_id"]}, document, upsert=True) if has_id
                               else pymongo.InsertOne(document))
                if len(pending) == size:
                    self._server.collection.bulk_write(pending)
                    pending = []
            if pending:
                self._server.collection.bulk_write(pending)
        except pymongo.errors.OperationFailure as error:
            raise self._server.failure(error, "write-refused", ("collection",)) from None
        finally:
            self._remove()
        return [f"{self.config['database']}.{self.config['collection']}"]

    def abort(self):
        self._remove()

    def _remove(self):
        if self._file is not None:
            self._file.close()
            os.unlink(self._path)
            self._file = None

    def close(self):
        self._remove()
        self._server.client.close()
