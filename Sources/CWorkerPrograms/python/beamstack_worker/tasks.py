"""What a task is: the Python side of one step of a pipeline.

The host opens a task with its configuration and the schemas of its inputs, asks what comes out, and then feeds it.
Everything a person can mend is raised as `TaskError`; any other exception counts as a defect of the task or, where the
task runs a person's code, as that code's failure.
"""

REGISTRY = {}


def task(name):
    """Registers a class as the task of that name; `TASK_MODULES` says which module to import for a name's prefix."""

    def register(cls):
        cls.name = name
        REGISTRY[name] = cls
        return cls

    return register


class TaskError(Exception):
    """A problem that the person who wrote the pipeline can mend.

    code: a diagnostic code of Beamstack, such as 'model-not-found'.
    path: keys from the configuration's root to the part at fault; the host turns it into line and column.
    """

    def __init__(self, code, message, *, path=(), hint=None, notes=()):
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = [str(part) for part in path]
        self.hint = hint
        self.notes = list(notes)


class Output:
    """One output of a transform or a source.

    schema: a `pyarrow.Schema` for arrow tasks, a `values.Schema` for row tasks.
    extends_input: the host keeps the input's columns and appends the columns of this schema; rows stay one to one.
    """

    def __init__(self, schema, name="output", extends_input=False):
        self.schema = schema
        self.name = name
        self.extends_input = extends_input


class Failure:
    """A row that failed: its index in the batch, and what happened."""

    def __init__(self, row, error, trace=""):
        self.row = row
        self.error = error
        self.trace = trace


class Result:
    """What a batch became: one batch for each output, in their order (`None` where it got no rows).

    rows: for each output, the index of the input row that each of its rows came from, ascending; `None` where rows are
    one to one with the input. Event time follows from it.
    failures: at most one a row; a row that failed must be missing from the outputs, except where rows are one to one:
    there its values are ignored.
    """

    def __init__(self, batches, rows=None, failures=()):
        self.batches = batches
        self.rows = rows
        self.failures = list(failures)


class Context:
    """What a task may use of its surroundings."""

    def __init__(self, folder=".", temporary="/tmp", log=lambda message: None):
        # The folder of the pipeline's file: relative paths are tried from the working directory, then from here.
        self.folder = folder
        self.temporary = temporary
        # Takes a line for the run's log.
        self.log = log


class Task:
    """A task; subclasses override what they need. Constructing it checks the configuration, without loading models.

    exchange: 'arrow' for `pyarrow.RecordBatch`es, 'rows' for `values.Batch`es, which need no package.
    """

    exchange = "arrow"

    def __init__(self, config, inputs, context):
        self.config = config
        self.inputs = inputs
        self.context = context

    def outputs(self):
        """The outputs, a list of `Output`; a sink has none."""
        return []

    def needs(self):
        """For each input the names of the fields that the task reads, or None for all of them."""
        return [None for _ in self.inputs]

    def open(self):
        """Loads what is expensive: called once per process before the first batch."""

    def close(self):
        """Called once when the run ends."""


class Transform(Task):
    """mode: 'elementwise' if each batch stands by itself (`process`), 'collection' if the task must see all rows
    (`run`), which one worker does for the whole step. A property where it depends on the configuration."""

    mode = "elementwise"
    # Whether batches carry event time in the columns TIMESTAMP, WINDOW_START, WINDOW_END (microseconds).
    wants_time = False

    def process(self, batch, input=0):
        """One batch of one input to a `Result`."""
        raise NotImplementedError

    def run(self, inputs, outputs):
        """All rows at once. `inputs`: for each input a callable that gives a new iterator of its batches, in order.
        `outputs`: for each output a writer with `write(batch)`."""
        raise NotImplementedError


class Source(Task):
    def prune(self, columns, comparisons):
        """Called before `partitions` and `read`: only these columns are needed (None: all), and only rows for which
        all `comparisons` [name, operator, value] hold; the host filters again, so they are just a chance to skip."""
        self.columns = columns
        self.comparisons = comparisons

    columns = None
    comparisons = ()

    def partitions(self):
        """What can be read independently, in the order of the rows: a list of JSON objects. `bytes` and `rows` in one
        are estimates for progress. The list must not depend on the machine."""
        return [{}]

    def read(self, partition):
        """Yields the partition's batches, each with the pruned columns in the schema's order."""
        raise NotImplementedError


class Sink(Task):
    """One process writes all rows of a step, in order. Nothing is visible outside before `commit`."""

    wants_time = False

    def write(self, batch):
        raise NotImplementedError

    def prepare(self):
        """Completes everything that can still fail. Returns the number of bytes written, where known."""
        return 0

    def commit(self):
        """Makes it visible. Returns names of what was written, such as paths or tables."""
        return []

    def abort(self):
        """Leaves the world as it was."""


# Reserved columns of event time, microseconds since the epoch.
TIMESTAMP = "__beamstack_timestamp"
WINDOW_START = "__beamstack_window_start"
WINDOW_END = "__beamstack_window_end"
