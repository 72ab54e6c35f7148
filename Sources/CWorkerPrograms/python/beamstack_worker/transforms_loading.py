"""From a step's configuration to the transform that it names, and what a person sees when its code fails."""

import os
import re

from beamstack_worker.python_code import Code, add_folders, load_callable, load_name
from beamstack_worker.tasks import TaskError
from beamstack_worker.traces import summary, trace_of

CONSTRUCTOR = "__constructor__"
CALLABLE = "__callable__"


def import_beam():
    """Imports Beam and sees to it that it logs warnings only, a line each."""
    import logging

    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.format = lambda record: f"{record.levelname}: {_one_line(record.getMessage())}"
        root.addHandler(handler)
        root.setLevel(logging.WARNING)
    # On import it warns of every extra that is not installed.
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        import apache_beam
    except ModuleNotFoundError as error:
        raise TaskError(
            "missing-package",
            f"'{error.name}' is not installed where the transform runs",
            path=["constructor"],
            hint="the step needs the package 'apache-beam[yaml]'",
        ) from None
    finally:
        logging.disable(disabled)
    return apache_beam


def _one_line(text):
    return " ".join(text.split())


def hidden_folders():
    """Where the frames of a traceback are Beam's own; what it compiled has paths from its root."""
    import apache_beam

    return (os.path.dirname(os.path.abspath(apache_beam.__file__)) + os.sep, "apache_beam" + os.sep)


def load_transform(config, context):
    """The transform that a configuration names; what a person can mend is a `TaskError`."""
    beam = import_beam()
    add_folders(".", context.folder)
    name = config["constructor"]
    args, kwargs = config.get("args") or [], config.get("kwargs") or {}
    if not isinstance(args, list):
        raise TaskError("invalid-transform", "'args' must be a list", path=["args"])
    if not isinstance(kwargs, dict):
        raise TaskError("invalid-transform", "'kwargs' must be a map of arguments by name", path=["kwargs"])
    args, kwargs, place = list(args), dict(kwargs), ["constructor"]
    source = config.get("source")
    if source is None and name in (CONSTRUCTOR, CALLABLE):
        source, place = _source(name, args, kwargs)
    if source is None:
        code = Code(name, place=place)
        made = _by_name(code)
    else:
        code = Code(source, path=config.get("path") or "<pipeline>", line=config.get("line") or 1, place=place)
        made, _ = load_callable(code)
    label = "the code" if source is not None else f"'{name}'"
    if name == CALLABLE:
        _check_callable(made, label, place)
        from apache_beam.transforms.ptransform import ptransform_fn

        made = ptransform_fn(made)
    _check_callable(made, label, place)
    try:
        transform = made(*args, **kwargs)
    except TaskError:
        raise
    except ModuleNotFoundError as error:
        raise code.missing(error) from None
    except Exception as error:
        raise refused(error, f"{label} cannot be constructed", _argument_place(error, kwargs, place)) from None
    if not isinstance(transform, beam.PTransform):
        raise TaskError(
            "invalid-transform",
            f"{label} gives a value of type '{type(transform).__name__}', which is no transform",
            path=place,
            hint="it must return a 'PTransform'"
            + ("; a function that takes a collection is for '__callable__'" if name == CONSTRUCTOR else ""),
        )
    return transform


def _by_name(code):
    try:
        return load_name(code, code.source)
    except TaskError as error:
        if error.code == "invalid-callable":
            error.code = "invalid-transform"
        raise


def _source(name, args, kwargs):
    """The code that `__constructor__` or `__callable__` was given, and where: it is taken out of the arguments."""
    source, place = (args.pop(0), ["args", 0]) if args else (kwargs.pop("source", None), ["kwargs", "source"])
    if not isinstance(source, str):
        raise TaskError(
            "invalid-transform",
            f"'{name}' needs the Python code of the transform",
            path=["constructor"],
            hint="give it as 'source' below 'kwargs', or as the first of 'args'",
        )
    return source, place


def _check_callable(made, label, place):
    if not callable(made):
        raise TaskError(
            "invalid-transform",
            f"{label} is a value of type '{type(made).__name__}', which makes no transform",
            path=place,
            hint="name a 'PTransform' class, or a function that returns a transform",
        )


def _argument_place(error, kwargs, place):
    """The named argument that an error is about, where its text says so."""
    for name in kwargs:
        if isinstance(error, TypeError) and f"argument '{name}'" in str(error):
            return ["kwargs", name]
    return place


def refused(error, message, place):
    """The `TaskError` about an exception of the person's code, or of Beam about it."""
    extra = re.search(r"apache[-_]beam\[\w+\]", str(error)) if isinstance(error, ImportError) else None
    if extra:
        package = extra.group().replace("_", "-")
        return TaskError(
            "missing-package",
            f"{message}: it needs what '{package}' installs",
            path=place,
            hint=f"add '{package}' to the step's 'dependencies'",
        )
    lines = trace_of(error, hidden_folders() + (os.path.dirname(os.__file__) + os.sep,)).splitlines()
    return TaskError("invalid-transform", f"{message}: {_one_line(summary(error))}", path=place, notes=lines[:-1])


_STEP = re.compile(r" \[while running '[^']*'\]$")


def without_beam(error):
    """The exception without Beam's frames in its traceback, and without the name of its step in the message."""
    if error.args and isinstance(error.args[0], str):
        error.args = (_STEP.sub("", error.args[0]), *error.args[1:])
    import types

    hidden = hidden_folders()
    frames = []
    traceback = error.__traceback__
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(hidden):
            frames.append(traceback)
        traceback = traceback.tb_next
    made = None
    for frame in reversed(frames):
        made = types.TracebackType(made, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return error.with_traceback(made)
