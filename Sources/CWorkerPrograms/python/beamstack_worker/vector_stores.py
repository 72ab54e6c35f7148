"""The tasks `vector_stores.write` and `vector_stores.search`: rows with vectors into a store, and the nearest back."""

import importlib
import json
import os
from collections import namedtuple

import pyarrow as pa

from beamstack_worker.tasks import Output, Result, Sink, TaskError, Transform, task
from beamstack_worker.vector_stores_records import Records, tagged

Match = namedtuple("Match", ["id", "score", "text", "metadata"])

DISTANCES = ("cosine", "dot", "euclidean")
_TYPES = {
    "PgVector": "beamstack_worker.vector_stores_pgvector",
    "Qdrant": "beamstack_worker.vector_stores_qdrant",
    "Elasticsearch": "beamstack_worker.vector_stores_elasticsearch",
}
_ANY = {b"beamstack.type": b"any", b"beamstack.encoding": b"json"}


class Store:
    """A vector store. Constructing it checks what `store` says, without connecting.

    A record is a `vector_stores_records.Record`: id, vector, text, metadata.
    """

    # What `store` may hold, beside `type`.
    parameters = ()
    # Whether what was written appears whole or not at all, at `commit`.
    is_transactional = False
    # Whether several processes may use it at once.
    is_shared = True

    def __init__(self, config, context):
        self.config = config
        self.context = context
        for name in config:
            if name not in ("type", "distance") + tuple(self.parameters):
                raise TaskError(
                    "invalid-configuration",
                    f"a store of type '{config['type']}' takes no '{name}'",
                    path=["store", name],
                    hint="it takes: " + ", ".join((*self.parameters, "distance")),
                )
        self.distance = config.get("distance") or "cosine"
        if self.distance not in DISTANCES:
            raise TaskError(
                "invalid-configuration",
                f"there is no distance '{self.distance}'",
                path=["store", "distance"],
                hint="choices: " + ", ".join(DISTANCES),
            )

    def connect(self):
        """Reaches the service. Raises `TaskError` where it is not there or refuses the login."""

    def begin(self, dimensions, replaces):
        """Makes what is missing for vectors of so many dimensions; `replaces` empties what is there."""
        raise NotImplementedError

    def upsert(self, records):
        """Writes records; those of the same id replace what was there."""
        raise NotImplementedError

    def finish(self):
        """Does all of writing that can still fail."""

    def commit(self):
        """Makes what was written visible. Returns its name."""
        raise NotImplementedError

    def close(self):
        """Ends the connection; what is not committed is undone where the store can."""

    def search(self, vectors, limit, conditions):
        """For each vector the nearest as `Match`es, best first. `conditions`: metadata by name, a list for any of."""
        raise NotImplementedError

    def _required(self, name, hint):
        if not self.config.get(name):
            raise TaskError(
                "invalid-configuration",
                f"a store of type '{self.config['type']}' needs '{name}'",
                path=["store"],
                hint=hint,
            )
        return str(self.config[name])

    def _wrong_dimensions(self, dimensions, there, name):
        return TaskError(
            "invalid-configuration",
            f"the vectors have {dimensions} dimensions, and those of {name} have {there}",
            path=["store"],
            hint="use the model that the store was filled with, or another name",
        )

    def _unknown(self, name):
        return TaskError(
            "unknown-table",
            f"there is no {name}",
            path=["store"],
            hint="fill it with 'WriteToVectorStore' first, or check the name",
        )


def store_of(config, context):
    """The store that a configuration describes."""
    kind = config.get("type")
    if kind not in _TYPES:
        message = f"there is no type of vector store '{kind}'" if kind else "the vector store has no 'type'"
        raise TaskError(
            "invalid-configuration",
            message,
            path=["store", "type"] if kind else ["store"],
            hint="choices: " + ", ".join(_TYPES),
        )
    return importlib.import_module(_TYPES[kind]).Store(config, context)


@task("vector_stores.write")
class WriteVectors(Sink):
    """Upserts rows by id. Stores without transactions get the rows when all of them have been computed."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        self.store = store_of(config.get("store") or {}, context)
        self.records = Records(config, inputs[0])
        self.replaces = _mode(config) == "replace"
        self._dimensions = None
        self._count = self._left_out = 0
        self._spool = self._spool_path = None
        self._has_begun = False

    def needs(self):
        return [self.records.needed]

    def write(self, batch):
        records = [record for record in self.records.of(batch) if record.vector is not None]
        self._left_out += batch.num_rows - len(records)
        for record in records:
            if self._dimensions is None:
                self._dimensions = len(record.vector)
            if len(record.vector) != self._dimensions:
                raise TaskError(
                    "invalid-configuration",
                    f"the vector of '{record.id}' has {len(record.vector)} dimensions, and "
                    f"those before it have {self._dimensions}",
                    path=["embedding_field"],
                    hint="use one model for all rows",
                )
        if not records:
            return
        self._count += len(records)
        if self.store.is_transactional:
            self._begin()
            self.store.upsert(records)
        else:
            self._spooled(batch)

    def prepare(self):
        if self._left_out:
            self.context.log(f"{self._left_out} rows without a vector were left out")
        if self._spool:
            self._spool.close()
            self._begin()
            with pa.OSFile(self._spool_path, "rb") as file, pa.ipc.open_stream(file) as batches:
                for batch in batches:
                    self.store.upsert([record for record in self.records.of(batch) if record.vector is not None])
        elif self.replaces and not self._has_begun:
            self.store.connect()
            self._has_begun = True
            self.store.begin(None, True)
        if self._has_begun:
            self.store.finish()
        return 0

    def commit(self):
        names = [self.store.commit()] if self._has_begun else []
        self._end()
        return names

    def abort(self):
        self._end()

    def close(self):
        self._end()

    def _begin(self):
        if not self._has_begun:
            self.store.connect()
            self._has_begun = True
            self.store.begin(self._dimensions, self.replaces)

    def _spooled(self, batch):
        if self._spool is None:
            # Asked before anything is computed in vain.
            self.store.connect()
            self.store.close()
            self._spool_path = os.path.join(self.context.temporary, f"vectors-{os.getpid()}-{id(self)}.arrow")
            self._file = pa.OSFile(self._spool_path, "wb")
            self._spool = pa.ipc.new_stream(self._file, batch.schema)
        self._spool.write_batch(batch)

    def _end(self):
        self.store.close()
        if self._spool is not None:
            self._spool.close()
            self._file.close()
            os.unlink(self._spool_path)
            self._spool = None


@task("vector_stores.search")
class SearchVectors(Transform):
    """For each row the nearest records of a store, one row each."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        schema = inputs[0]
        self.store = store_of(config.get("store") or {}, context)
        self.vector = vector_field(config, schema)
        self.limit = config.get("limit", 5)
        if isinstance(self.limit, bool) or not isinstance(self.limit, int) or not 1 <= self.limit <= 10_000:
            raise TaskError(
                "invalid-configuration",
                f"'limit' is {self.limit!r}",
                path=["limit"],
                hint="a whole number from 1 to 10000",
            )
        self.least = config.get("min_score")
        self.conditions = config.get("filter") or {}
        self.kept = [field for field in schema if field.name != self.vector]
        added = [
            pa.field("match_rank", pa.int64(), False),
            pa.field("match_id", pa.string(), False),
            pa.field("match_score", pa.float64(), False),
            pa.field("match_text", pa.string(), True),
            pa.field("match_metadata", pa.string(), True, metadata=_ANY),
        ]
        for field in added:
            if field.name in schema.names:
                raise TaskError(
                    "invalid-configuration",
                    f"the input has a field '{field.name}' already",
                    hint="rename it with 'MapToFields' first",
                )
        self.schema = pa.schema(self.kept + added)
        self._is_connected = False

    @property
    def mode(self):
        return "elementwise" if self.store.is_shared else "collection"

    @property
    def mode_reason(self):
        """Why one worker does it all, where it does."""
        return None if self.store.is_shared else "one process at a time can use the store's folder"

    def outputs(self):
        return [Output(self.schema)]

    def close(self):
        self.store.close()

    def process(self, batch, input=0):
        if not self._is_connected:
            self.store.connect()
            self._is_connected = True
        vectors = batch.column(self.vector).to_pylist()
        wanted = [row for row, vector in enumerate(vectors) if vector is not None]
        found = self.store.search([vectors[row] for row in wanted], self.limit, self.conditions) if wanted else []
        rows, matches = [], []
        for row, nearest in zip(wanted, found):
            for rank, match in enumerate(nearest, 1):
                if self.least is None or self._is_near(match.score):
                    rows.append(row)
                    matches.append((rank, match.id, match.score, match.text, json.dumps(tagged(match.metadata))))
        if not rows:
            return Result([None], [[]])
        taken = pa.array(rows, pa.int32())
        columns = [batch.column(field.name).take(taken) for field in self.kept]
        columns += [
            pa.array(values, field.type) for values, field in zip(zip(*matches), list(self.schema)[len(self.kept) :])
        ]
        return Result([pa.RecordBatch.from_arrays(columns, schema=self.schema)], [rows])

    def run(self, inputs, outputs):
        for batch in inputs[0]():
            result = self.process(batch)
            if result.batches[0] is not None:
                outputs[0].write(result.batches[0])

    def _is_near(self, score):
        return score <= self.least if self.store.distance == "euclidean" else score >= self.least


def vector_field(config, schema):
    """The name of the input's field of vectors."""
    name = config.get("embedding_field") or "embedding"
    if name not in schema.names:
        raise TaskError(
            "invalid-configuration",
            f"the input has no field '{name}' with vectors",
            path=["embedding_field"] if config.get("embedding_field") else [],
            hint="make it with 'CreateEmbeddings', or name the field in 'embedding_field'",
        )
    kind = schema.field(name).type
    if not (pa.types.is_list(kind) and (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type))):
        raise TaskError(
            "invalid-configuration",
            f"'{name}' is {kind}, and a vector is a list of numbers",
            path=["embedding_field"],
            hint="make vectors with 'CreateEmbeddings'",
        )
    return name


def _mode(config):
    mode = config.get("mode") or "upsert"
    if mode not in ("upsert", "replace"):
        raise TaskError(
            "invalid-configuration", f"there is no mode '{mode}'", path=["mode"], hint="choices: upsert, replace"
        )
    return mode
