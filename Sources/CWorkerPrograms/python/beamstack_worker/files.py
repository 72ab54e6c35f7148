"""Files of tasks, on this machine or in an object store: finding, reading, and writing so that they appear whole."""

import os
import secrets

from beamstack_worker import file_patterns
from beamstack_worker.tasks import TaskError


class File:
    """A file that was found."""

    def __init__(self, path, size, modified=0):
        self.path = path
        self.size = size
        # Seconds since the epoch.
        self.modified = modified


def is_remote(path):
    """Whether a path names an object of S3."""
    return path.startswith("s3://")


def local_path(path, parameter="path"):
    """A path of this machine: `file://` is taken off, other schemes are an error."""
    scheme, separator, rest = path.partition("://")
    if not separator or not scheme.isalnum():
        return path
    if scheme.lower() == "file":
        return rest
    raise TaskError(
        "unsupported-file-system", f"'{path}' is in a store that Beamstack does not know", path=[parameter],
        hint="local paths and 's3://bucket/key' are read and written; other stores need a copy, or a Beam runner")


def find(pattern, parameter="path", expands_folders=False):
    """The files that a path, a pattern or (where they are expanded) a folder stands for, sorted by path."""
    if is_remote(pattern):
        from beamstack_worker import s3

        files = s3.find(pattern, parameter, expands_folders)
        if files:
            return files
        raise TaskError("no-file-matches", f"no object matches '{pattern}'", path=[parameter],
                        notes=s3.nearby(pattern, parameter), hint="the key and its case must match exactly")
    path = local_path(pattern, parameter)
    if expands_folders and os.path.isdir(path):
        paths = file_patterns.files_below(path)
        if not paths:
            raise TaskError("no-file-matches", f"the folder '{pattern}' has no files", path=[parameter],
                            notes=["names that begin with '.' or '_' do not count"])
    else:
        paths = file_patterns.local_files(path) if path else []
    if not paths:
        raise _nothing_matches(pattern, path, parameter)
    return [File(path, os.path.getsize(path)) for path in paths]


def _nothing_matches(pattern, path, parameter):
    import difflib

    folder = os.path.dirname(path) or os.getcwd()
    notes, hint = [], None
    if os.path.isdir(path):
        hint = f"it is a directory; write '{os.path.join(path, '*')}' for the files in it"
    elif file_patterns.is_pattern(folder):
        notes.append(f"looked in '{os.getcwd()}'")
    elif os.path.isdir(folder):
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
        close = difflib.get_close_matches(os.path.basename(path), names, 1)
        if close:
            hint = f"did you mean '{close[0]}'?"
        elif names:
            hint = "the directory has " + ", ".join(f"'{name}'" for name in names[:8]) + (
                " and others" if len(names) > 8 else "")
        notes.append(f"looked in '{folder}'")
    else:
        notes.append(f"the directory '{folder}' does not exist")
    if not path.startswith("/") and os.path.dirname(path):
        notes.append(f"the current directory is '{os.getcwd()}'")
    return TaskError("no-file-matches", f"no file matches '{pattern}'", path=[parameter], notes=notes, hint=hint)


def open_reading(file, parameter="path"):
    """A file object with `read`, `seek`, `tell` and `close`; reads from stores fetch no more than is asked for."""
    if is_remote(file.path):
        from beamstack_worker import s3

        return s3.ObjectReader(file.path, file.size, parameter)
    try:
        return open(file.path, "rb")
    except OSError as error:
        raise TaskError("damaged-file", f"cannot read '{file.path}': {error.strerror}", path=[parameter]) from None


def shard_paths(path, count):
    """The names of a write's files, as Beam gives them: `prefix-00000-of-00001`."""
    # A folder alone gives no name: files would begin with a dash.
    prefix = path + "part" if path.endswith("/") else path
    return [f"{prefix}-{shard:05d}-of-{count:05d}" for shard in range(count)]


def create(path, parameter="path"):
    """A file that is written now and appears under its name when it is committed."""
    if is_remote(path):
        from beamstack_worker import s3

        return s3.Upload(path, parameter)
    return LocalOutput(local_path(path, parameter), parameter)


class LocalOutput:
    """A local file in the making, under a hidden name beside its own."""

    def __init__(self, path, parameter="path"):
        self.path = path
        self.size = 0
        self._parameter = parameter
        folder, name = os.path.split(path)
        # Long names would pass the file system's limit of 255 bytes.
        short = os.fsencode(name)[:180].decode("utf-8", "ignore")
        self._temporary = os.path.join(folder, f".{short}.{secrets.token_hex(6)}.partial")
        try:
            if folder:
                os.makedirs(folder, exist_ok=True)
            self._file = open(self._temporary, "xb")
        except OSError as error:
            raise self._refused(error) from None

    def write(self, data):
        """Appends bytes."""
        try:
            self._file.write(data)
        except OSError as error:
            raise self._refused(error) from None
        count = memoryview(data).nbytes
        self.size += count
        return count

    def finish(self):
        """Completes everything that can still fail."""
        try:
            self._file.close()
        except OSError as error:
            raise self._refused(error) from None

    def commit(self):
        """Gives the file its name."""
        try:
            os.replace(self._temporary, self.path)
        except OSError as error:
            raise self._refused(error) from None
        return self.path

    def abort(self):
        """Removes what was written."""
        try:
            self._file.close()
        except OSError:
            # A full disk fails here once more: the file goes all the same.
            pass
        try:
            os.unlink(self._temporary)
        except FileNotFoundError:
            pass

    def _refused(self, error):
        return TaskError("unwritable-file", f"cannot write '{self.path}': {error.strerror}", path=[self._parameter])


class Shards:
    """The files of one write; rows of each batch are spread evenly over them, as the native writers do.

    make: takes an output and gives an object with `write(batch)` and `close()`.
    """

    def __init__(self, path, count, make, parameter="path"):
        self._outputs = []
        self._writers = []
        try:
            for name in shard_paths(path, count):
                self._outputs.append(create(name, parameter))
                self._writers.append(make(self._outputs[-1]))
        except BaseException:
            self.abort()
            raise

    def write(self, batch):
        """Writes a batch of `pyarrow`."""
        count = len(self._writers)
        for index, writer in enumerate(self._writers):
            start, end = batch.num_rows * index // count, batch.num_rows * (index + 1) // count
            if end > start:
                writer.write(batch if count == 1 else batch.slice(start, end - start))

    def finish(self):
        """Completes the files; returns their bytes."""
        for writer, output in zip(self._writers, self._outputs):
            writer.close()
            output.finish()
        return sum(output.size for output in self._outputs)

    def commit(self):
        """Makes the files visible; returns their paths."""
        return [output.commit() for output in self._outputs]

    def abort(self):
        """Leaves nothing behind."""
        outputs, self._outputs, self._writers = self._outputs, [], []
        abort_all(outputs)


def abort_all(outputs):
    """Takes all of the outputs back, also where one of them cannot be: its problem is raised afterwards."""
    problem = None
    for output in outputs:
        try:
            output.abort()
        except TaskError as error:
            problem = problem or error
    if problem:
        raise problem


def shard_count(config):
    """What `num_shards` says: at least one."""
    return max(1, int(config.get("num_shards") or 1))
