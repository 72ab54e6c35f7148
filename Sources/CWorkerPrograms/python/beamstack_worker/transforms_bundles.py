"""Runs elementwise transforms: each batch is a bundle that goes through Beam's own invokers of `DoFn`s."""

from apache_beam.runners import common
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import PANE_INFO_UNKNOWN, create

from beamstack_worker.tasks import TIMESTAMP, WINDOW_END, WINDOW_START, Failure
from beamstack_worker.traces import trace_of
from beamstack_worker.transforms_loading import hidden_folders, without_beam
from beamstack_worker.transforms_windows import WindowCache, window_function

_LOWEST = MIN_TIMESTAMP.micros


class Collector(common.Receiver):
    """Takes the elements of an output, and the times of those that differ from what their input row has.

    time, windows: of the row that is being processed.
    """

    def __init__(self):
        self.values = []
        self.times = {}
        self.time = _LOWEST
        self.windows = None

    def receive(self, windowed_value):
        if windowed_value.timestamp_micros == self.time and windowed_value.windows is self.windows:
            self.values.append(windowed_value.value)
            return
        # An element in several windows is one for each.
        for window in windowed_value.windows:
            self.times[len(self.values)] = (windowed_value.timestamp_micros, window)
            self.values.append(windowed_value.value)

    def cut(self, count):
        """Forgets what came after so many elements."""
        if len(self.values) > count:
            del self.values[count:]
            self.times = {index: time for index, time in self.times.items() if index < count}


class _Fan(common.Receiver):
    """Gives elements to several receivers, which may be none."""

    def __init__(self, receivers):
        self._receive = [receiver.receive for receiver in receivers]

    def receive(self, windowed_value):
        for receive in self._receive:
            receive(windowed_value)


class _Runner(common.Receiver):
    """A `DoFn` at work."""

    def __init__(self, step, receivers, windowing):
        transform = step.transform
        signature = common.DoFnSignature(transform.fn)
        process = signature.process_method
        is_lazy = common.inspect.isgeneratorfunction(process.method_value)
        handler = common._OutputHandler(
            windowing,
            receivers[None],
            receivers,
            None,
            None,
            False,
            False,
            check_user_dofn_output=not isinstance(transform.fn, common.core.CallableWrapperDoFn) and not is_lazy,
        )
        self._context = common.DoFnContext(step.label)
        self.invoker = common.DoFnInvoker.create_invoker(
            signature, handler, self._context, [], transform.args, transform.kwargs
        )
        self._process = self.invoker.invoke_process
        defaults = list(process.defaults) + list((transform.kwargs or {}).values()) + list(transform.args or ())
        self.wants_time = any(part in _TIMES for part in defaults if isinstance(part, common.core._DoFnParam))
        self.holds_back = type(transform.fn).finish_bundle is not common.core.DoFn.finish_bundle

    def receive(self, windowed_value):
        self._process(windowed_value)

    def between_bundles(self, call):
        """Calls a method of the `DoFn` that belongs to no element."""
        self._context.set_element(None)
        try:
            call()
        except Exception as error:
            raise without_beam(error)


_TIMES = (common.core.DoFn.TimestampParam, common.core.DoFn.WindowParam)


class _Receivers(dict):
    """Receivers by tag; what goes to an output that nobody asked for is dropped, as in Beam."""

    def __missing__(self, tag):
        self[tag] = _Fan([])
        return self[tag]


class BundleRunner:
    """An expansion, ready to process batches."""

    def __init__(self, expansion, windowings):
        self.collectors = [Collector() for _ in expansion.outputs]
        self._runners = []
        self._windows = WindowCache()
        self._windowings = windowings
        self._hidden = hidden_folders()
        self._consumers = {}
        for (_, collection), collector in zip(expansion.outputs, self.collectors):
            self._consumers.setdefault(id(collection), []).append(collector)
        # From the end: what a step gives its elements to must be there before it.
        for step in reversed(expansion.steps):
            receivers = _Receivers({tag: self._receiver(made) for tag, made in step.outputs.items()})
            if step.transform is None:
                (receiver,) = receivers.values()
            else:
                receivers[None]
                receiver = _Runner(step, receivers, GlobalWindows())
                self._runners.insert(0, receiver)
            for collection in step.inputs:
                self._consumers.setdefault(id(collection), []).insert(0, receiver)
        self._heads = [self._receiver(collection) for collection in expansion.inputs]
        self._wants_time = any(runner.wants_time for runner in self._runners)
        # What fails may be about earlier elements then, so that no row can be blamed.
        self._holds_back = any(runner.holds_back for runner in self._runners)

    def _receiver(self, collection):
        receivers = self._consumers.get(id(collection), [])
        return receivers[0] if len(receivers) == 1 else _Fan(receivers)

    def setup(self):
        """Sets the `DoFn`s up: once in a process."""
        for runner in self._runners:
            runner.between_bundles(runner.invoker.invoke_setup)

    def teardown(self):
        """Takes them down."""
        for runner in self._runners:
            runner.between_bundles(runner.invoker.invoke_teardown)

    def process(self, elements, input, batch):
        """Runs a bundle. Returns the failures, and for each output the input row that each of its elements is from.

        batch: where event time is, should it be needed.
        """
        for collector in self.collectors:
            collector.values = []
            collector.times = {}
        for runner in self._runners:
            runner.between_bundles(runner.invoker.invoke_start_bundle)
        receive = self._heads[input].receive
        failures = []
        ends = [[] for _ in self.collectors]
        marks = [(collector, end) for collector, end in zip(self.collectors, ends)]
        for index, value in enumerate(self._windowed(elements, batch)):
            try:
                receive(value)
            except Exception as error:
                if self._holds_back:
                    raise without_beam(error)
                failures.append(Failure(index, error, trace_of(error, self._hidden)))
                for collector, end in marks:
                    collector.cut(end[-1] if end else 0)
            for collector, end in marks:
                end.append(len(collector.values))
        for runner in self._runners:
            runner.between_bundles(runner.invoker.invoke_finish_bundle)
        return failures, [_rows(end, len(collector.values)) for collector, end in marks]

    def _windowed(self, elements, batch):
        if not self._wants_time:
            windows = self._windows.windows(_LOWEST, 0)
            for collector in self.collectors:
                collector.time, collector.windows = _LOWEST, windows
            for element in elements:
                yield create(element, _LOWEST, windows, PANE_INFO_UNKNOWN)
            return
        for element, time, start, end in zip(elements, *event_time(batch)):
            windows = self._windows.windows(start, end)
            for collector in self.collectors:
                collector.time, collector.windows = time, windows
            yield create(element, time, windows, PANE_INFO_UNKNOWN)

    def times(self, collector, rows, input, batch):
        """Timestamps and bounds of the windows of an output's elements, where they are not simply their row's."""
        if not collector.times:
            return None
        columns = event_time(batch)
        found = []
        for index, row in enumerate(rows):
            given = collector.times.get(index)
            old = columns[0][row], columns[1][row], columns[2][row]
            if given is None:
                found.append(old)
            elif self._wants_time:
                found.append((given[0], *self._windows.bounds(given[1])))
            else:
                found.append((given[0], *self._assigned(given[0], old, self._windowings[input])))
        return [list(column) for column in zip(*found)]

    def _assigned(self, time, old, windowing):
        """The window of an element that was given a time of its own: as the collection's windowing has it."""
        start, end = old[1:]
        if start == _LOWEST and windowing is None:
            return start, end
        from apache_beam.transforms.window import WindowFn
        from apache_beam.utils.timestamp import Timestamp

        function = window_function(windowing, None if start == _LOWEST else (start, end))
        windows = function.assign(WindowFn.AssignContext(Timestamp(micros=time)))
        return self._windows.bounds(windows[0])


def event_time(batch):
    """Timestamps, starts and ends of windows of a batch's rows, in microseconds."""
    from itertools import repeat

    from beamstack_worker.transforms_windows import GLOBAL_WINDOW_END

    defaults = ((TIMESTAMP, _LOWEST), (WINDOW_START, _LOWEST), (WINDOW_END, GLOBAL_WINDOW_END))
    return [
        batch.column(name) if name in batch.schema else list(repeat(default, batch.count)) for name, default in defaults
    ]


def _rows(ends, count):
    """The input row of each of an output's elements, from how many there were after each row; those that came when the
    bundle ended count as the last row's."""
    rows = []
    start = 0
    for row, end in enumerate(ends):
        if end == start + 1:
            rows.append(row)
        elif end > start:
            rows.extend([row] * (end - start))
        start = end
    if count > len(rows):
        rows.extend([len(ends) - 1] * (count - len(rows)))
    return rows
