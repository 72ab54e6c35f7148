"""Runs transforms that must see whole collections: a pipeline under Beam's local runner, in this process.

Its ends are ours: `DoFn`s that read the batches of an input and write those of an output. Beam pickles them, hence they
hold a key to what they work on.
"""

import itertools
import logging

import apache_beam as beam
from apache_beam.transforms.core import Windowing
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import PANE_INFO_UNKNOWN, create

from beamstack_worker.tasks import TIMESTAMP, WINDOW_END, WINDOW_START
from beamstack_worker.transforms_bundles import event_time
from beamstack_worker.transforms_loading import without_beam
from beamstack_worker.transforms_windows import WindowCache
from beamstack_worker.values import INT64, Batch, Field, Schema

_LOWEST = MIN_TIMESTAMP.micros
_BATCH_SIZE = 8192

# What the pipelines that run just now read and write, by their keys.
_ENDS = {}
_KEYS = itertools.count()


def new_pipeline():
    """An empty pipeline; it takes no options from the command line."""
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.runners.portability.fn_api_runner import FnApiRunner

    return beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions(flags=[]))


class Ends:
    """Registers what a pipeline reads and writes while it runs; `key` leads there from `DoFn`s that were pickled."""

    def __init__(self):
        self.key = next(_KEYS)
        # For each input its reader of elements and a callable that gives the batches.
        self.inputs = []
        # For each output its writer of elements and the host's writer.
        self.outputs = []

    def __enter__(self):
        _ENDS[self.key] = self
        return self

    def __exit__(self, *_):
        del _ENDS[self.key]


def input_collection(pipeline, index, hint, key, function):
    """The collection of an input, in windows of a function."""
    return pipeline | f"input {index}" >> _Input(hint, _Reading(key, index, function), function)


class _Input(beam.PTransform):
    def __init__(self, hint, reading, function):
        super().__init__()
        self._parts = hint, reading, function

    def expand(self, start):
        hint, reading, function = self._parts
        return start | beam.Impulse() | _Read(reading, function).with_output_types(hint)


class _Read(beam.ParDo):
    """Gives elements in the windows that the host has put them into."""

    def __init__(self, fn, function):
        super().__init__(fn)
        self._function = function

    def get_windowing(self, inputs):
        return Windowing(self._function)


class _Reading(beam.DoFn):
    def __init__(self, key, index, function):
        self._key = key
        self._index = index
        self._function = function

    def process(self, _):
        reader, batches = _ENDS[self._key].inputs[self._index]
        windows = WindowCache(self._function).of_row
        for batch in batches():
            elements = reader.elements(batch)
            if TIMESTAMP not in batch.schema:
                yield from elements
                continue
            for element, time, start, end in zip(elements, *event_time(batch)):
                yield create(element, time, windows(time, start, end), PANE_INFO_UNKNOWN)


class Writing(beam.DoFn):
    """Takes the elements of an output to the host, with their times and windows."""

    def __init__(self, key, index):
        self._key = key
        self._index = index

    def start_bundle(self):
        self._elements, self._times, self._windows = [], [], []

    def process(self, element, time=beam.DoFn.TimestampParam, window=beam.DoFn.WindowParam):
        self._elements.append(element)
        self._times.append(time.micros)
        self._windows.append(window)
        if len(self._elements) == _BATCH_SIZE:
            self.finish_bundle()

    def finish_bundle(self):
        if not self._elements:
            return
        writer, target = _ENDS[self._key].outputs[self._index]
        batch, errors = writer.batch(self._elements)
        if errors:
            raise errors[min(errors)]
        schema = timed_schema(batch.schema)
        bounds = map(WindowCache().bounds, self._windows)
        columns = batch.columns + [self._times] + [list(column) for column in zip(*bounds)]
        target.write(Batch(schema, columns, batch.count))
        self.start_bundle()


def timed_schema(schema):
    """The schema with the columns of event time."""
    return Schema(schema.fields + [Field(name, INT64, False) for name in (TIMESTAMP, WINDOW_START, WINDOW_END)])


def run(pipeline):
    """Runs a pipeline to its end; what the person's code raises is raised as it was."""
    failures = _Failures()
    loggers = [logging.getLogger(name) for name in _LOUD]
    for logger in loggers:
        logger.addFilter(failures)
    try:
        pipeline.run().wait_until_finish()
        return
    except Exception as error:
        failure = failures.first or error
    finally:
        for logger in loggers:
            logger.removeFilter(failures)
    raise without_beam(failure)


# These tell the whole story of a failing element, each in its own words.
_LOUD = (
    "apache_beam.runners.common",
    "apache_beam.runners.worker.sdk_worker",
    "apache_beam.runners.worker.data_plane",
    "apache_beam.runners.portability.fn_api_runner.fn_runner",
    "root",
)


class _Failures(logging.Filter):
    """Keeps the exception that a `DoFn` raised, which the runner passes on as text only."""

    def __init__(self):
        super().__init__()
        self.first = None

    def filter(self, record):
        if record.levelno < logging.ERROR:
            return True
        if self.first is None and record.exc_info and record.exc_info[1] is not None:
            self.first = record.exc_info[1]
        return False
