"""The files of one read of Parquet: their common schema, their row groups, and what need not be read of them."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from beamstack_worker import files
from beamstack_worker.columnar_types import Unsupported, convert, engine_field
from beamstack_worker.parquet_pruning import Statistics
from beamstack_worker.tasks import TaskError

# How many footers are fetched at a time.
CONCURRENT_FOOTERS = 8
NULL_KEY = "__HIVE_DEFAULT_PARTITION__"


class Dataset:
    """Files that have a schema in common."""

    def __init__(self, found, columns=None):
        self.files = [ParquetPart(file) for file in found]
        self._read_footers()
        self._read_keys()
        self.schema = self._common_schema(columns)
        for file in self.files:
            file.schema = self.schema

    def _read_footers(self):
        if len(self.files) == 1:
            self.files[0].read_footer()
            return
        with ThreadPoolExecutor(CONCURRENT_FOOTERS) as pool:
            # In the order of the files: of several that are damaged, it is always the first that is named.
            for _ in pool.map(ParquetPart.read_footer, self.files):
                pass

    def _read_keys(self):
        texts = [_folder_keys(file.path) for file in self.files]
        # A key that some of the files lack says nothing about the rows.
        names = [name for name in texts[0] if all(name in keys for keys in texts)]
        self._keys = {name: _key_type([keys[name] for keys in texts]) for name in names}
        for file, keys in zip(self.files, texts):
            file.keys = {name: None if keys[name] is None else self._keys[name][1](keys[name]) for name in names}

    def _common_schema(self, columns):
        fields, origins = {}, {}
        for file in self.files:
            seen = set()
            for field in file.arrow_schema:
                name = field.name
                if name in seen:
                    raise TaskError("inconsistent-columns", f"'{file.path}' has two columns '{name}'", path=["path"])
                seen.add(name)
                if name in self._keys or columns and name not in columns:
                    continue
                try:
                    field = engine_field(field)
                except Unsupported as error:
                    raise _unsupported(file, name, error.type) from None
                if name not in fields:
                    # A column that earlier files lack is null there.
                    is_new = file is not self.files[0]
                    fields[name] = field.with_nullable(True) if is_new else field
                    origins[name] = file
                else:
                    fields[name] = self._joined(fields[name], field, origins[name], file)
            for name in fields:
                if name not in seen:
                    fields[name] = fields[name].with_nullable(True)
        for name, (type, _) in self._keys.items():
            if not columns or name in columns:
                fields[name] = pa.field(name, type, any(file.keys[name] is None for file in self.files))
        if columns:
            missing = next((name for name in columns if name not in fields), None)
            if missing is not None:
                raise TaskError("invalid-configuration", f"the files have no column '{missing}'", path=["columns"],
                                hint="they have " + ", ".join(self.files[0].arrow_schema.names + list(self._keys)))
            fields = {name: fields[name] for name in columns}
        return pa.schema(list(fields.values()))

    def _joined(self, known, field, origin, file):
        if pa.types.is_null(known.type) or pa.types.is_null(field.type):
            other = field if pa.types.is_null(known.type) else known
            return other.with_nullable(True)
        if not _same_but_for_nulls(known.type, field.type):
            raise TaskError(
                "inconsistent-columns",
                f"the column '{field.name}' is {known.type} in '{origin.path}' and {field.type} in '{file.path}'",
                path=["path"], hint="read files of one kind, or leave the column out with 'columns'")
        return _nullable_join(known, field)

    def selected(self, columns):
        """The fields to read, in the schema's order."""
        if columns is None:
            return list(self.schema)
        wanted = set(columns)
        return [field for field in self.schema if field.name in wanted]

    def close(self):
        """Gives the files back."""
        for file in self.files:
            file.close()


def _same_but_for_nulls(left, right):
    return _nullable(left).equals(_nullable(right))


def _nullable(type):
    if pa.types.is_struct(type):
        return pa.struct([pa.field(field.name, _nullable(field.type)) for field in type])
    if pa.types.is_list(type):
        return pa.list_(_nullable(type.value_type))
    if pa.types.is_map(type):
        return pa.map_(_nullable(type.key_type), _nullable(type.item_type))
    return type


def _nullable_join(left, right):
    """A field that holds the values of both; nested ones become nullable throughout where they differ."""
    type = left.type if left.type.equals(right.type) else _nullable(left.type)
    return pa.field(left.name, type, left.nullable or right.nullable)


def _unsupported(file, name, type):
    return TaskError(
        "unsupported-column-type",
        f"the column '{name}' of '{file.path}' is of the type '{type}', which rows cannot have", path=["path"], hint="name the columns to read with 'columns', without this one")


def _folder_keys(path):
    """The keys of folders such as `year=2026/month=1`, in their order."""
    keys = {}
    for folder in path.split("/")[:-1]:
        name, separator, text = folder.partition("=")
        if separator and name:
            text = unquote(text)
            keys[unquote(name)] = None if text == NULL_KEY else text
    return keys


def _key_type(texts):
    """The type of a folder's key by its values: whole numbers, dates, or text."""
    texts = [text for text in texts if text is not None]
    for type, parse in ((pa.int64(), _whole_number), (pa.date32(), datetime.date.fromisoformat)):
        try:
            for text in texts:
                parse(text)
            if texts:
                return type, parse
        except ValueError:
            continue
    return pa.utf8(), str


def _whole_number(text):
    digits = text[1:] if text.startswith("-") else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise ValueError(text)
    return int(text)


class ParquetPart:
    """A file of a dataset."""

    def __init__(self, file):
        self.path = file.path
        self.keys = {}
        self.schema = None
        self._file = file
        self._metadata = None
        self._reader = None

    def read_footer(self):
        """Reads where everything is in the file."""
        stream = files.open_reading(self._file)
        try:
            with self._problems():
                # A store's object is asked for once or twice, not for each few bytes that describe the file.
                self._metadata = pq.read_metadata(_with_read_ahead(stream, self._file))
                self.arrow_schema = self._metadata.schema.to_arrow_schema()
        finally:
            stream.close()

    def _problems(self):
        return _Problems(self.path)

    def row_group_runs(self, pruning, columns, size_limit):
        """Runs of neighbouring row groups that may have rows that matter: (first, end, bytes, rows)."""
        run = None
        for index in range(self._metadata.num_row_groups):
            group = self._metadata.row_group(index)
            statistics = Statistics(group)
            if group.num_rows == 0 or not pruning.may_have_statistics(statistics):
                if run:
                    yield run
                run = None
                continue
            size = statistics.byte_count(columns)
            if run and run[2] + size <= size_limit:
                run = (run[0], index + 1, run[2] + size, run[3] + group.num_rows)
            else:
                if run:
                    yield run
                run = (index, index + 1, size, group.num_rows)
        if run:
            yield run

    def batches(self, groups, fields, row_limit, byte_limit):
        """The rows of row groups as batches of these fields."""
        own = [field for field in fields if field.name not in self.keys and field.name in self.arrow_schema.names]
        names = [field.name for field in own]
        schema = pa.schema(fields)
        for index in groups:
            group = self._metadata.row_group(index)
            size = max(1, Statistics(group).byte_count(names, uncompressed=True))
            # Encoded values take less room than the bytes of their columns say: dictionaries are resolved.
            rows = max(64, min(row_limit, byte_limit * group.num_rows // size))
            if not own:
                for start in range(0, group.num_rows, rows):
                    yield self._complete(None, schema, min(rows, group.num_rows - start))
                continue
            with self._problems():
                batches = self._opened().iter_batches(
                    batch_size=rows, row_groups=[index], columns=names, use_threads=False)
            while True:
                with self._problems():
                    batch = next(batches, None)
                if batch is None:
                    break
                yield self._complete(batch, schema, batch.num_rows)

    def _complete(self, batch, schema, count):
        columns = []
        for field in schema:
            if field.name in self.keys:
                columns.append(pa.repeat(pa.scalar(self.keys[field.name], field.type), count))
            elif field.name in self.arrow_schema.names:
                try:
                    columns.append(convert(batch.column(field.name), field.type))
                except pa.ArrowInvalid as error:
                    raise TaskError(
                        "unsupported-column-type",
                        f"a value of the column '{field.name}' of '{self.path}' does not fit: {error}", path=["path"],
                        hint="name the columns to read with 'columns', without this one") from None
            else:
                columns.append(pa.nulls(count, field.type))
        if not columns:
            # Rows without columns still count.
            return pa.RecordBatch.from_struct_array(pa.array([{}] * count, pa.struct([])))
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    def _opened(self):
        if self._reader is None:
            is_remote = files.is_remote(self.path)
            source = files.open_reading(self._file) if is_remote else self.path
            # Locally pages are read as they are needed, so that a row group of any size takes little memory; a store is
            # asked for whole column chunks instead, since each question takes its time.
            self._reader = pq.ParquetFile(
                source, metadata=self._metadata, pre_buffer=is_remote, buffer_size=0 if is_remote else 1 << 20,
                coerce_int96_timestamp_unit="us")
        return self._reader

    def close(self):
        """Gives the file back."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _with_read_ahead(stream, file):
    if not files.is_remote(file.path):
        return stream
    return _Tail(stream, file.size)


class _Tail:
    """The end of an object, fetched at once: the footer of most files is in it."""

    LENGTH = 256 << 10
    closed = False

    def __init__(self, stream, size):
        self._stream = stream
        self._start = max(0, size - self.LENGTH)
        stream.seek(self._start)
        self._data = stream.read(self.LENGTH)
        self._size = size
        self._position = 0

    def seek(self, offset, whence=0):
        self._position = offset + (0, self._position, self._size)[whence]
        return self._position

    def tell(self):
        return self._position

    def read(self, count=-1):
        end = self._size if count is None or count < 0 else min(self._size, self._position + count)
        if self._position >= self._start:
            data = self._data[self._position - self._start : end - self._start]
        else:
            self._stream.seek(self._position)
            data = self._stream.read(end - self._position)
        self._position += len(data)
        return data

    def readable(self):
        return True

    def seekable(self):
        return True

    def writable(self):
        return False

    def flush(self):
        """Nothing is written."""

    def close(self):
        self.closed = True


class _Problems:
    """Turns what the reader says about a file into words for people."""

    def __init__(self, path):
        self._path = path

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, pa.ArrowNotImplementedError):
            raise TaskError("unsupported-column-type", f"'{self._path}' cannot be read: {error}", path=["path"],
                            hint="name the columns to read with 'columns'") from None
        if isinstance(error, (pa.ArrowInvalid, pa.ArrowException, OSError, EOFError)):
            raise TaskError("damaged-file", f"'{self._path}' is no readable Parquet file: {error}", path=["path"],
                            hint="make it anew, or name only Parquet files in 'path'") from None
