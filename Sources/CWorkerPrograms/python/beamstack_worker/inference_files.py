"""Where models are: files and folders of this machine, and those that Python packages bring along."""

import importlib.util
import os

from beamstack_worker.tasks import TaskError

_SHOWN = 12


def locate(text, context, path, kind="file"):
    """The path of a model's file or folder: as it is, from the pipeline's folder, or `package:NAME/path` for one in an
    installed package.
    """
    if text.startswith("package:"):
        return _packaged(text, path)
    if text.startswith("file://"):
        text = text[len("file://") :]
    if "://" in text:
        raise TaskError(
            "invalid-configuration",
            f"'{text}' is on another machine",
            path=path,
            hint="download the model, and give the path of the copy",
        )
    text = os.path.expanduser(text)
    for candidate in (text, os.path.join(context.folder, text)):
        if (os.path.isdir if kind == "folder" else os.path.isfile)(candidate):
            return candidate
    raise _missing(f"there is no {kind} '{text}'", os.path.join(context.folder, text), path)


def _missing(message, place, path):
    """The error that names what there is instead."""
    folder = os.path.dirname(place)
    while folder and not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    folder = folder or "."
    found = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    names = ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
    return TaskError(
        "model-not-found",
        message,
        path=path,
        hint="paths are tried from the working directory, then from the pipeline's folder",
        notes=[f"'{folder}' holds: {names}" if found else f"'{folder}' is empty"],
    )


def _packaged(text, path):
    package, _, rest = text[len("package:") :].partition("/")
    spec = importlib.util.find_spec(package.replace("-", "_")) if package else None
    if spec is None or not spec.submodule_search_locations:
        raise TaskError(
            "missing-package",
            f"there is no package '{package}' to take the model from",
            path=path,
            hint=f"add '{package}' to 'dependencies'",
        )
    root = next(iter(spec.submodule_search_locations))
    place = os.path.join(root, rest) if rest else root
    if not os.path.exists(place):
        raise _missing(f"the package '{package}' has no '{rest}'", place, path)
    return place
