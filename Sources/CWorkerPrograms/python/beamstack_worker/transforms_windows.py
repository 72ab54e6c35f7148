"""Windows: how the host describes them, and Beam's window functions."""


def window_function(description, windows=None):
    """Beam's function for a windowing of the host's; where that is unknown, for windows that were seen.

    description: `{"type": "fixed", "size": µs, "offset": µs}`, `sliding` with a `period` besides, `sessions` with `gap`
    only, `global`.
    windows: start and end of a window in microseconds, or `None` for the global window.
    """
    from apache_beam.transforms import window
    from apache_beam.utils.timestamp import Duration, Timestamp

    if description is None:
        if windows is None:
            return window.GlobalWindows()
        # Whatever made such windows: grouping by them needs no more than that they are intervals.
        start, end = windows
        return window.FixedWindows(Duration(micros=end - start), Timestamp(micros=start % (end - start)))
    kind = description["type"]
    if kind == "sessions":
        return window.Sessions(Duration(micros=description["gap"]))
    if kind == "global":
        return window.GlobalWindows()
    size, offset = Duration(micros=description["size"]), Timestamp(micros=description.get("offset") or 0)
    if kind == "sliding":
        return window.SlidingWindows(size, Duration(micros=description["period"]), offset)
    return window.FixedWindows(size, offset)


class WindowCache:
    """Beam's windows by start and end: rows side by side mostly share theirs.

    function: the input's windowing, where it is known. The host puts rows into windows only where it groups them, so
    that a row in the global window has none yet if the windowing is another.
    """

    def __init__(self, function=None):
        from apache_beam.transforms.window import GlobalWindow, GlobalWindows
        from apache_beam.utils.timestamp import MIN_TIMESTAMP

        self._lowest = MIN_TIMESTAMP.micros
        self._global = (GlobalWindow(),)
        self._known = {}
        self._function = None if function is None or function == GlobalWindows() else function

    def of_row(self, time, start, end):
        """The windows of a row: those that it came with, or what the windowing gives for its time."""
        if start != self._lowest or self._function is None:
            return self.windows(start, end)
        from apache_beam.transforms.window import WindowFn
        from apache_beam.utils.timestamp import Timestamp

        return tuple(self._function.assign(WindowFn.AssignContext(Timestamp(micros=time))))

    def windows(self, start, end):
        """The windows of an element, as Beam wants them: a tuple of one."""
        if start == self._lowest:
            return self._global
        found = self._known.get((start, end))
        if found is None:
            from apache_beam.transforms.window import IntervalWindow
            from apache_beam.utils.timestamp import Timestamp

            if len(self._known) > 100_000:
                self._known.clear()
            found = (IntervalWindow(Timestamp(micros=start), Timestamp(micros=end)),)
            self._known[start, end] = found
        return found

    def bounds(self, window):
        """Start and end of a window in microseconds, as the host counts them."""
        start = getattr(window, "start", None)
        if window == self._global[0] or start is None:
            return self._lowest, GLOBAL_WINDOW_END
        return start.micros, window.end.micros


# The end of the global window, which the host has in common with Beam.
GLOBAL_WINDOW_END = 9_223_371_950_454_775_000
