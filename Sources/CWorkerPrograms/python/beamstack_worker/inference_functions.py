"""What a person's code does around a model: `preprocess`, `postprocess`, `inference_fn`, and models that are code."""

import os
from collections import namedtuple

from beamstack_worker.python_code import Code, fields_read, load_callable
from beamstack_worker.tasks import TaskError
from beamstack_worker.values import ANY, BOOLEAN, BYTES, DOUBLE, INT64, STRING, Field, list_of, map_of, row_of

# What Beam's model handlers give, by its name and with its fields.
PredictionResult = namedtuple("PredictionResult", ["example", "inference", "model_id"], defaults=[None])


def load_function(spec, name, context, fields=()):
    """The function of a parameter, and those of `fields` that it reads of its argument (`None`: any).

    As in Beam it is `{callable}` or `{path, name}`.
    """
    code = code_of(spec, name, context)
    function, definition = load_callable(code)
    if not callable(function):
        raise code.error("invalid-callable", f"'{name}' is a value of type '{type(function).__name__}'")
    return function, fields_read(definition, fields)


def code_of(spec, name, context):
    """The code of a parameter, where a plain text is a callable too."""
    value = spec.config.get(name)
    place = spec.place(name)
    if isinstance(value, str):
        return Code(value, path=f"<{name}>", place=place)
    if isinstance(value, dict) and set(value) == {"callable"} and isinstance(value["callable"], str):
        return Code(value["callable"], path=f"<{name}>", place=[*place, "callable"])
    if isinstance(value, dict) and set(value) == {"path", "name"}:
        path, text = _file(str(value["path"]), context, [*place, "path"])
        return Code(text, name=str(value["name"]), path=path, place=place)
    raise spec.error(
        f"'{name}' is no function", "config", name, hint="write {callable: CODE}, or {path: FILE, name: FUNCTION}"
    )


def _file(path, context, place):
    for candidate in (path, os.path.join(context.folder, path)):
        try:
            with open(candidate, encoding="utf-8") as file:
                return candidate, file.read()
        except (OSError, UnicodeDecodeError) as error:
            reason = error
    raise TaskError("invalid-callable", f"the code in '{path}' cannot be read: {reason}", path=place)


_SIMPLE = {"string": STRING, "number": DOUBLE, "integer": INT64, "boolean": BOOLEAN, "bytes": BYTES, "any": ANY}


def type_of(declaration, path):
    """The type that a JSON Schema, or the name of its type, declares."""
    if isinstance(declaration, str):
        declaration = {"type": declaration}
    kind = declaration.get("type") if isinstance(declaration, dict) else None
    if kind == "array":
        return list_of(type_of(declaration.get("items", "any"), [*path, "items"]))
    if kind == "object":
        members = declaration.get("properties")
        if members is None:
            return map_of(STRING, type_of(declaration.get("additionalProperties") or "any", path))
        return row_of([Field(name, type_of(part, [*path, "properties", name])) for name, part in members.items()])
    if kind not in _SIMPLE:
        raise TaskError(
            "invalid-configuration",
            f"there is no type {kind!r}",
            path=path,
            hint="choices: " + ", ".join([*_SIMPLE, "array", "object"]),
        )
    return _SIMPLE[kind]
