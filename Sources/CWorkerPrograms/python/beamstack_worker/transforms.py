"""The task that runs a transform of Beam's Python SDK.

A transform whose every part looks at one element at a time goes batch by batch, in as many workers as there are; any
other one is run by Beam's local runner over whole collections, in one.
"""

from beamstack_worker.tasks import Failure, Output, Result, TaskError, Transform, task
from beamstack_worker.traces import trace_of


@task("transforms.beam")
class BeamTransform(Transform):
    """A transform by its qualified name, or one that Python code in the pipeline's file defines.

    The configuration:
    - `constructor`, `args`, `kwargs`: as in Beam YAML, `__constructor__` and `__callable__` included;
    - `source`: the code that a provider gives, which makes the transform from `args` and `kwargs`;
    - `path`, `line`: where the first line of the code is;
    - `inputNames`: the names of the inputs, where there are several;
    - `bareInputs`: for each input, if an earlier transform gave elements that are no rows, what that output said as
      `bare`, or true;
    - `windowing`: for each input what `transforms_windows.window_function` takes, or null where it is not known.
    """

    exchange = "rows"
    wants_time = True

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        from beamstack_worker.transforms_loading import import_beam

        import_beam()
        from beamstack_worker.transforms_elements import ElementReader, ElementWriter

        bare, self._windowings = (self._by_input(key) for key in ("bareInputs", "windowing"))
        self._readers = [ElementReader(*part) for part in zip(inputs, bare)]
        self._expand([None] * len(inputs))
        self.mode = self._expansion.mode
        self.mode_reason = self._expansion.reason
        self._writers = [ElementWriter(made.element_type) for _, made in self._expansion.outputs]
        self._check_outputs()
        self._bundles = None

    def _by_input(self, key):
        given = list(self.config.get(key) or [])
        return given + [None] * (len(self.inputs) - len(given))

    def _expand(self, seen):
        """Makes the transform, and applies it in a pipeline of its own: Beam lets it be applied in one only.

        seen: for each input a window of its rows, as start and end, should its windowing not be known.
        """
        from beamstack_worker.transforms_graph import expand
        from beamstack_worker.transforms_loading import load_transform
        from beamstack_worker.transforms_runner import Ends, input_collection, new_pipeline
        from beamstack_worker.transforms_windows import window_function

        transform = load_transform(self.config, self.context)
        pipeline = new_pipeline()
        self._ends = Ends()
        functions = map(window_function, self._windowings, seen)
        inputs = [
            input_collection(pipeline, index, reader.hint, self._ends.key, function)
            for index, (reader, function) in enumerate(zip(self._readers, functions))
        ]
        names = self.config.get("inputNames") or [f"input{index}" for index in range(len(inputs))]
        self._expansion = expand(transform, pipeline, inputs, names)

    def _check_outputs(self):
        """The host takes windows on from the first input, and knows no others."""
        from apache_beam.transforms.window import GlobalWindows

        expansion = self._expansion
        expected = expansion.inputs[0].windowing.windowfn if expansion.inputs else GlobalWindows()
        for name, collection in expansion.outputs:
            found = collection.windowing.windowfn
            if found != expected:
                raise TaskError(
                    "invalid-transform",
                    f"the output '{name}' has windows of its own ({type(found).__name__})",
                    path=["constructor"],
                    hint="leave windows out of the transform and put the step 'WindowInto' behind it",
                )

    def outputs(self):
        from beamstack_worker.transforms_runner import timed_schema

        outputs = []
        for writer, (name, _) in zip(self._writers, self._expansion.outputs):
            output = Output(timed_schema(writer.schema) if self._is_running else writer.schema, name)
            # Says of elements that are no rows what they are, for the 'bareInputs' of transforms that read them.
            output.bare = writer.bare
            outputs.append(output)
        return outputs

    # Whether what goes out is a file of `run`, which has event time as columns of its own.
    _is_running = False

    def open(self):
        if self.mode == "collection":
            self._is_running = True
            return
        from beamstack_worker.transforms_bundles import BundleRunner

        self._bundles = BundleRunner(self._expansion, self._windowings)
        self._bundles.setup()

    def close(self):
        if self._bundles:
            self._bundles.teardown()

    def process(self, batch, input=0):
        bundles = self._bundles
        if not batch.count:
            return Result([None for _ in self._writers])
        failures, rows = bundles.process(self._readers[input].elements(batch), input, batch)
        made = []
        misfits = {}
        for writer, collector, origin in zip(self._writers, bundles.collectors, rows):
            result, errors = writer.batch(collector.values)
            for index, error in errors.items():
                misfits.setdefault(origin[index], error)
            made.append((result, bundles.times(collector, origin, batch)))
        failures += [Failure(row, error, trace_of(error)) for row, error in misfits.items()]
        batches = []
        for index, (result, times) in enumerate(made):
            result, rows[index] = _finished(result, times, rows[index], misfits, batch.count)
            batches.append(result)
        return Result(batches, rows, sorted(failures, key=lambda failure: failure.row))

    def run(self, inputs, outputs):
        import apache_beam as beam

        from beamstack_worker.transforms_runner import Writing, run

        seen = [self._window(*part) for part in zip(self._windowings, inputs)]
        if any(seen):
            self._expand(seen)
        with self._ends as ends:
            ends.inputs = list(zip(self._readers, inputs))
            ends.outputs = list(zip(self._writers, outputs))
            for index, (_, collection) in enumerate(self._expansion.outputs):
                collection | f"output {index}" >> beam.ParDo(Writing(ends.key, index))
            run(self._expansion.pipeline)

    def _window(self, windowing, batches):
        """A window of an input whose windowing the host did not say."""
        from beamstack_worker.tasks import WINDOW_END, WINDOW_START
        from beamstack_worker.transforms_windows import GLOBAL_WINDOW_END

        first = next(iter(batches()), None) if windowing is None else None
        if first is None or not first.count or WINDOW_END not in first.schema:
            return None
        start, end = first.column(WINDOW_START)[0], first.column(WINDOW_END)[0]
        return None if end == GLOBAL_WINDOW_END else (start, end)


def _finished(batch, times, rows, misfits, count):
    """A batch as the host takes it: without what failed, with times of its own where it has some."""
    from beamstack_worker.tasks import TIMESTAMP, WINDOW_END, WINDOW_START
    from beamstack_worker.values import INT64, Batch, Field, Schema

    if not batch.count:
        return None, None
    if times is not None:
        fields = [Field(name, INT64, False) for name in (TIMESTAMP, WINDOW_START, WINDOW_END)]
        batch = Batch(Schema(batch.schema.fields + fields), batch.columns + times, batch.count)
    if misfits:
        kept = [index for index, row in enumerate(rows) if row not in misfits]
        columns = [[column[index] for index in kept] for column in batch.columns]
        batch, rows = Batch(batch.schema, columns, len(kept)), [rows[index] for index in kept]
        return (batch, rows) if kept else (None, None)
    if len(rows) == count and rows[0] == 0 and rows[-1] == count - 1 and rows == list(range(count)):
        return batch, None
    return batch, rows
