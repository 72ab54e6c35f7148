"""Tracebacks for the person whose code failed: their own frames only."""

import os

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep


def trace_of(error, hidden=()):
    """The traceback of an exception, from the first frame of the person's code on.

    hidden: folders whose frames are left out too, such as that of a framework between us and the person's code.
    """
    lines = []
    _append(error, tuple(hidden) + (_OWN_FOLDER, "<frozen "), lines, set())
    return "\n".join(lines)


def _append(error, hidden, lines, seen):
    seen.add(id(error))
    cause = error.__cause__
    context = None if error.__suppress_context__ else error.__context__
    earlier, link = cause, "The above exception was the direct cause of the following exception:"
    if earlier is None:
        earlier, link = context, "During handling of the above exception, another exception occurred:"
    if earlier is not None and id(earlier) not in seen:
        _append(earlier, hidden, lines, seen)
        lines += ["", link, ""]
    frames = list(_frames(error.__traceback__, hidden))
    if frames:
        lines.append("Traceback (most recent call last):")
        lines += _folded(frames)
    lines.append(summary(error))


def _frames(traceback, hidden):
    while traceback is not None:
        code = traceback.tb_frame.f_code
        key = (code, traceback.tb_lineno)
        # Many rows fail at the same line, whose text is a file's.
        text = _KNOWN.get(key)
        if text is None:
            if len(_KNOWN) > 10_000:
                _KNOWN.clear()
            text = _KNOWN[key] = _frame(code, traceback)
        if not code.co_filename.startswith(hidden):
            yield text
        traceback = traceback.tb_next


_KNOWN = {}


def _frame(code, traceback):
    import linecache

    line = linecache.getline(code.co_filename, traceback.tb_lineno, traceback.tb_frame.f_globals).strip()
    text = f'  File "{code.co_filename}", line {traceback.tb_lineno}, in {code.co_name}'
    return f"{text}\n    {line}" if line else text


# As the interpreter's own tracebacks do, frames of a recursion are shown a few times only.
_REPEATED = 3


def _folded(frames):
    shown = []
    repeated = 0
    for index, frame in enumerate(frames):
        repeated = repeated + 1 if index and frame == frames[index - 1] else 0
        if repeated < _REPEATED:
            shown.append(frame)
        elif index + 1 == len(frames) or frames[index + 1] != frame:
            more = repeated - _REPEATED + 1
            shown.append(f"  [Previous line repeated {more} more time{'s' if more > 1 else ''}]")
    return shown


def summary(error):
    """The last line of a traceback: the exception's type and message."""
    name = type(error).__qualname__
    module = type(error).__module__
    if module not in ("builtins", "__main__"):
        name = f"{module}.{name}"
    message = message_of(error)
    return f"{name}: {message}" if message else name


def message_of(error):
    """What an exception says, even where its `__str__` fails."""
    try:
        return str(error)
    except Exception:
        return f"<exception {type(error).__name__} without text>"
