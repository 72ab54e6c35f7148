"""Runs elementwise transforms: each batch is a bundle that goes through Beam's own invokers of `DoFn`s."""

import inspect

from apache_beam.runners import common
from apache_beam.transforms import core
from apache_beam.transforms.window import GlobalWindows, IntervalWindow, WindowFn
from apache_beam.utils.timestamp import MIN_TIMESTAMP, Timestamp
from apache_beam.utils.windowed_value import PANE_INFO_UNKNOWN, create

from beamstack_worker.tasks import TIMESTAMP, WINDOW_END, WINDOW_START, Failure
from beamstack_worker.traces import trace_of
from beamstack_worker.transforms_loading import hidden_folders, without_beam
from beamstack_worker.transforms_windows import GLOBAL_WINDOW_END, WindowCache, window_function

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

    def __init__(self, step, receivers, assigner):
        transform = step.transform
        signature = common.DoFnSignature(transform.fn)
        process = signature.process_method
        is_lazy = inspect.isgeneratorfunction(process.method_value)
        handler = common._OutputHandler(
            assigner,
            receivers[None],
            receivers,
            None,
            None,
            False,
            False,
            check_user_dofn_output=not isinstance(transform.fn, core.CallableWrapperDoFn) and not is_lazy,
        )
        self._context = common.DoFnContext(step.label)
        self.invoker = common.DoFnInvoker.create_invoker(
            signature, handler, self._context, [], transform.args, transform.kwargs
        )
        self._process = self.invoker.invoke_process
        defaults = list(process.defaults) + list((transform.kwargs or {}).values()) + list(transform.args or ())
        self.wants_time = any(part in _TIMES for part in defaults if isinstance(part, core._DoFnParam))
        self.holds_back = type(transform.fn).finish_bundle is not core.DoFn.finish_bundle

    def receive(self, windowed_value):
        self._process(windowed_value)

    def between_bundles(self, call):
        """Calls a method of the `DoFn` that belongs to no element."""
        self._context.set_element(None)
        try:
            call()
        except Exception as error:
            raise without_beam(error)


_TIMES = (core.DoFn.TimestampParam, core.DoFn.WindowParam)


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
        self._assigner = _Assigner(windowings)
        # The windows of each row of the bundle, where they are looked at.
        self._assigned = None
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
                receivers.setdefault(None, _Fan([]))
                receiver = _Runner(step, receivers, self._assigner)
                self._runners.insert(0, receiver)
            for collection in step.inputs:
                self._consumers.setdefault(id(collection), []).insert(0, receiver)
        self._heads = [self._receiver(collection) for collection in expansion.inputs]
        self._wants_time = self._assigner.is_windowed or any(runner.wants_time for runner in self._runners)
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
        self._assigner.input = input
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
        self._assigned = None
        if not self._wants_time:
            windows = self._windows.windows(_LOWEST, 0)
            self._assigner.window = None
            for collector in self.collectors:
                collector.time, collector.windows = _LOWEST, windows
            for element in elements:
                yield create(element, _LOWEST, windows, PANE_INFO_UNKNOWN)
            return
        times, starts, ends = event_time(batch)
        of_row = WindowCache(self._assigner.function).of_row
        self._assigned = [of_row(*row) for row in zip(times, starts, ends)]
        for element, time, windows in zip(elements, times, self._assigned):
            self._assigner.window = windows[0]
            # A row in several windows is one for each from here on: none of them is simply the row's.
            own = windows if len(windows) == 1 else None
            for collector in self.collectors:
                collector.time, collector.windows = time, own
            yield create(element, time, windows, PANE_INFO_UNKNOWN)

    def times(self, collector, rows, batch):
        """Timestamps and bounds of the windows of an output's elements, where they are not simply their row's."""
        if not collector.times:
            return None
        columns = event_time(batch)
        found = []
        for index, row in enumerate(rows):
            given = collector.times.get(index)
            if self._assigned is None:
                old = columns[0][row], columns[1][row], columns[2][row]
            else:
                old = columns[0][row], *self._windows.bounds(self._assigned[row][0])
            if given is None:
                found.append(old)
            else:
                found.append((given[0], *self._bounds(given, old)))
        return [list(column) for column in zip(*found)]

    def _bounds(self, given, old):
        """The window of an element that was given a time of its own."""
        time, window = given
        if not self._wants_time and old[1] != _LOWEST:
            # Nobody had looked at the row's window when the element got its time.
            (self._assigner.window,) = self._windows.windows(*old[1:])
            window = self._assigner.assign(WindowFn.AssignContext(Timestamp(micros=time)))[0]
        return self._windows.bounds(window)


class _Assigner:
    """Puts elements that are given a time of their own into windows, as the input's windowing has it.

    window: that of the row that is being processed, from which a windowing that is not known follows.
    """

    def __init__(self, windowings):
        self._functions = [windowing and window_function(windowing) for windowing in windowings]
        self.is_windowed = any(function and function != GlobalWindows() for function in self._functions)
        self.input = 0
        self.window = None

    @property
    def function(self):
        """The windowing of the input that is being processed; `None` where it is not known."""
        return self._functions[self.input]

    def assign(self, context):
        """The windows of an element; Beam calls this."""
        function = self.function
        if function is None and isinstance(self.window, IntervalWindow):
            function = window_function(None, (self.window.start.micros, self.window.end.micros))
        return (function or GlobalWindows()).assign(context)


def event_time(batch):
    """Timestamps, starts and ends of windows of a batch's rows, in microseconds."""
    defaults = ((TIMESTAMP, _LOWEST), (WINDOW_START, _LOWEST), (WINDOW_END, GLOBAL_WINDOW_END))
    return [batch.column(name) if name in batch.schema else [default] * batch.count for name, default in defaults]


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
