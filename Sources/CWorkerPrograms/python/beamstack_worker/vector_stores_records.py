"""Rows as what vector stores hold: an id, a vector, a text and metadata in JSON."""

import base64
import datetime
import decimal
import json
import uuid
from collections import namedtuple

import pyarrow as pa

from beamstack_worker.tasks import TaskError

Record = namedtuple("Record", ["id", "vector", "text", "metadata"])

# The namespace of ids that are made of a row's content: a row gets the same one in each run.
NAMESPACE = uuid.UUID("6f0f9a52-52c6-5c06-9c7e-3f1d4b7a2b10")


class Records:
    """Which fields make up a record. Without `id_field` it is `id`, with `chunk` where there is one; without either,
    a UUID of the row's content."""

    def __init__(self, config, schema):
        from beamstack_worker.vector_stores import vector_field

        self.vector = vector_field(config, schema)
        self.text = self._field(config, "text_field", "text", schema)
        ids = config.get("id_field")
        if ids is None:
            ids = [name for name in ("id", "chunk") if name in schema.names] if "id" in schema.names else []
        self.ids = [ids] if isinstance(ids, str) else list(ids)
        metadata = config.get("metadata_fields")
        if metadata is None:
            metadata = [name for name in schema.names if name not in (self.vector, self.text)]
            metadata = [name for name in metadata if [name] != self.ids]
        self.metadata = [metadata] if isinstance(metadata, str) else list(metadata)
        for parameter, names in (("id_field", self.ids), ("metadata_fields", self.metadata)):
            for name in names:
                if name not in schema.names:
                    raise TaskError(
                        "invalid-configuration",
                        f"'{name}' is not a field of the input",
                        path=[parameter],
                        hint="the input has: " + ", ".join(schema.names),
                    )
        self._is_json = {field.name for field in schema if (field.metadata or {}).get(b"beamstack.encoding") == b"json"}
        names = {self.vector, self.text, *self.ids, *self.metadata}
        self.needed = [name for name in schema.names if name in names]

    def of(self, batch):
        """A batch's rows as records; the vector is None where the row has none."""
        columns = {name: self._values(batch, name) for name in self.needed}
        vectors = columns[self.vector]
        texts = columns[self.text] if self.text else [None] * batch.num_rows
        metadata = [{} for _ in vectors]
        for name in self.metadata:
            for row, value in zip(metadata, columns[name]):
                row[name] = value
        return [Record(*parts) for parts in zip(self._ids(columns, texts, metadata), vectors, texts, metadata)]

    def _ids(self, columns, texts, metadata):
        if len(self.ids) == 1:
            ids = columns[self.ids[0]]
            if None in ids:
                raise TaskError(
                    "invalid-configuration",
                    f"a row has no '{self.ids[0]}', which is its id",
                    path=["id_field"],
                    hint="name a field that each row has, or leave such rows out",
                )
            return ids
        if self.ids:
            return [":".join(map(str, parts)) for parts in zip(*(columns[name] for name in self.ids))]
        return [
            str(uuid.uuid5(NAMESPACE, json.dumps([text, data], sort_keys=True, default=str)))
            for text, data in zip(texts, metadata)
        ]

    def _values(self, batch, name):
        values = batch.column(name).to_pylist()
        if name == self.vector:
            return values
        if name in self._is_json:
            return [None if value is None else _untagged(json.loads(value)) for value in values]
        kind = batch.schema.field(name).type
        if pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
            return values
        return [plain(value) for value in values]

    @staticmethod
    def _field(config, parameter, default, schema):
        name = config.get(parameter)
        if name is None:
            return default if default in schema.names else None
        if name not in schema.names:
            raise TaskError(
                "invalid-configuration",
                f"'{name}' is not a field of the input",
                path=[parameter],
                hint="the input has: " + ", ".join(schema.names),
            )
        return name


def plain(value):
    """A value as JSON has it: times in ISO 8601, bytes in base 64, numbers that JSON lacks as null."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def tagged(value):
    """Plain JSON as tagged JSON, in which objects are rows: `metadata.url` is then a field."""
    if isinstance(value, dict):
        return {"$row": {name: tagged(item) for name, item in value.items()}}
    return [tagged(item) for item in value] if isinstance(value, list) else value


def _untagged(value):
    """Tagged JSON as plain JSON: what the tags say of types is of no use to a store."""
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        tag, content = next(iter(value.items()))
        if tag == "$row":
            return {key: _untagged(item) for key, item in content.items()}
        if tag == "$map":
            return {str(_untagged(key)): _untagged(item) for key, item in content}
        if tag.startswith("$"):
            return content
    return {key: _untagged(item) for key, item in value.items()}
