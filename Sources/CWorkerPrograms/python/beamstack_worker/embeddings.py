"""The task `embeddings.create`: texts become vectors, whole or in chunks."""

import numpy as np
import pyarrow as pa

from beamstack_worker.embeddings_chunks import chunks
from beamstack_worker.embeddings_models import model_of
from beamstack_worker.tasks import Failure, Output, Result, TaskError, Transform, task

VECTOR = pa.list_(pa.field("item", pa.float64(), False))


@task("embeddings.create")
class CreateEmbeddings(Transform):
    """Appends the vector of one or several text fields, or gives one row a chunk. Blank texts get null."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        schema = inputs[0]
        self.model = model_of(config.get("model") or {}, context)
        self.names = self._text_fields(schema)
        self.vector = pa.field(config.get("embedding_field") or "embedding", VECTOR, True)
        self.normalizes = config.get("normalize") is not False
        self.chunking = self._checked_chunking(config.get("chunking"))
        added = [self.vector]
        if self.chunking:
            added.insert(0, pa.field("chunk", pa.int64(), False))
        for field in added:
            if field.name in schema.names:
                raise TaskError(
                    "invalid-configuration",
                    f"the input has a field '{field.name}' already",
                    path=["embedding_field" if field is self.vector else "chunking"],
                    hint="name another one in 'embedding_field'" if field is self.vector else "rename that field first",
                )
        if self.chunking:
            # The chunk's text takes the place of the whole text.
            kept = [pa.field(f.name, pa.string(), False) if f.name == self.names[0] else f for f in schema]
            self.schema = pa.schema(kept + added)
        else:
            self.schema = pa.schema(added)

    def outputs(self):
        return [Output(self.schema, extends_input=not self.chunking)]

    def needs(self):
        return [None if self.chunking else self.names]

    def open(self):
        self.model.load()

    def close(self):
        self.model.close()

    def process(self, batch, input=0):
        texts = self._texts(batch)
        if self.chunking:
            return self._chunked(batch, texts)
        column, failures = self._embedded(texts)
        return Result([pa.RecordBatch.from_arrays([column], schema=self.schema)], failures=failures)

    def _chunked(self, batch, texts):
        rows, numbers, parts = [], [], []
        for row, text in enumerate(texts):
            for number, part in enumerate(chunks(text or "", **self.chunking)):
                rows.append(row)
                numbers.append(number)
                parts.append(part)
        if not rows:
            return Result([None], [[]])
        column, failures = self._embedded(parts)
        if failures:
            # A row fails once, and as a whole.
            failed = {rows[failure.row]: failure.error for failure in reversed(failures)}
            kept = [index for index, row in enumerate(rows) if row not in failed]
            rows, numbers, parts = ([values[index] for index in kept] for values in (rows, numbers, parts))
            column = column.take(pa.array(kept, pa.int64()))
            failures = [Failure(row, error) for row, error in sorted(failed.items())]
        taken = pa.array(rows, pa.int32())
        columns = []
        for field in self.inputs[0]:
            whole = field.name != self.names[0]
            columns.append(batch.column(field.name).take(taken) if whole else pa.array(parts, pa.string()))
        columns += [pa.array(numbers, pa.int64()), column]
        return Result([pa.RecordBatch.from_arrays(columns, schema=self.schema)], [rows], failures)

    def _embedded(self, texts):
        """The vectors of texts as a column, and the texts that the model refused."""
        wanted = [index for index, text in enumerate(texts) if text and not text.isspace()]
        vectors, errors = self.model.vectors([texts[index] for index in wanted])
        failures = [Failure(wanted[position], error) for position, error in sorted(errors.items())]
        good = [index for position, index in enumerate(wanted) if position not in errors]
        vectors = np.asarray(vectors, np.float64).reshape(len(good), -1)
        if self.normalizes and vectors.size:
            length = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors = vectors / np.where(length > 0, length, 1)
        lengths = np.zeros(len(texts), np.int32)
        lengths[good] = vectors.shape[1] if good else 0
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        blank = np.ones(len(texts), bool)
        blank[good] = False
        items = pa.array(vectors.reshape(-1), pa.float64())
        column = pa.ListArray.from_arrays(pa.array(offsets), items, type=VECTOR, mask=pa.array(blank))
        return column, failures

    def _texts(self, batch):
        columns = [batch.column(name).to_pylist() for name in self.names]
        if len(columns) == 1:
            return columns[0]
        return ["\n".join(part for part in parts if part) for parts in zip(*columns)]

    def _text_fields(self, schema):
        names = self.config.get("field") or self._only_text(schema)
        names = [names] if isinstance(names, str) else list(names)
        for name in names:
            if name not in schema.names:
                raise TaskError(
                    "invalid-configuration",
                    f"'{name}' is not a field of the input",
                    path=["field"],
                    hint="the input has: " + ", ".join(schema.names),
                )
            kind = schema.field(name).type
            if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
                raise TaskError(
                    "invalid-configuration",
                    f"'{name}' is {kind}, and only texts have embeddings",
                    path=["field"],
                    hint="make a text of it with 'MapToFields'",
                )
        if len(names) > 1 and self.config.get("chunking"):
            raise TaskError(
                "invalid-configuration",
                "'chunking' cuts one field",
                path=["field"],
                hint="put the fields together with 'MapToFields'",
            )
        return names

    def _only_text(self, schema):
        texts = [field.name for field in schema if pa.types.is_string(field.type)]
        if "text" in texts:
            return "text"
        if len(texts) == 1:
            return texts[0]
        raise TaskError(
            "invalid-configuration",
            "which field to embed is not said",
            path=[],
            hint="name it in 'field'; texts of the input: " + (", ".join(texts) or "none"),
        )

    def _checked_chunking(self, chunking):
        if not chunking:
            return None
        size, overlap = chunking.get("size", 1000), chunking.get("overlap", 0)
        unit = chunking.get("unit") or "characters"
        if not isinstance(size, int) or size < 1:
            raise TaskError(
                "invalid-configuration",
                f"chunks of size {size!r} are none",
                path=["chunking", "size"],
                hint="a number of at least 1",
            )
        if not isinstance(overlap, int) or not 0 <= overlap <= size // 2:
            raise TaskError(
                "invalid-configuration",
                f"an overlap of {overlap!r} does not go with chunks of {size}",
                path=["chunking", "overlap"],
                hint=f"at most half of 'size': {size // 2}",
            )
        if unit not in ("characters", "words"):
            raise TaskError(
                "invalid-configuration",
                f"chunks are not counted in '{unit}'",
                path=["chunking", "unit"],
                hint="choices: characters, words",
            )
        return {"size": size, "overlap": overlap, "unit": unit}
