"""The part of JSON Schema that `ValidateWithSchema` knows, with the messages of the native check.

A schema arrives as the planner has understood it: a list of rules, each a keyword and its content.
"""

import re
from decimal import Decimal

from beamstack_worker.json_text import json_text
from beamstack_worker.values import Row

_NUMBERS = (int, float, Decimal)


class ValidationError(Exception):
    """A value that breaks the schema."""


def violation(rules, value, path="", depth=0):
    """Why a value breaks the rules, or `None`. Null fields count as absent, as in Beam."""
    if depth >= 100:
        return None
    for keyword, content in rules:
        problem = _CHECKS[keyword](content, value, path, depth + 1)
        if problem is not None:
            return problem
    return None


def _label(path):
    return f"'{path}': " if path else ""


def _type(types, value, path, depth):
    if any(_is_of(value, name) for name in types):
        return None
    names = ", ".join(f"'{name}'" for name in types)
    return f"{_label(path)}{json_text(value)} is not of type {names}"


def _is_of(value, name):
    kind = type(value)
    if name == "null":
        return value is None
    if name in _KINDS:
        return kind is _KINDS[name]
    if name == "integer":
        # As in JSON Schema, 1.0 is an integer.
        return kind is int or kind is float and value.is_integer()
    if name == "number":
        return kind in _NUMBERS
    return name == "object" and (kind is dict or isinstance(value, Row))


_KINDS = {"boolean": bool, "string": str, "bytes": bytes, "array": list}


def _members(value):
    """The properties of an object without those that are null; `None` for what is no object."""
    if isinstance(value, Row):
        return {name: item for name, item in zip(value._fields, value) if item is not None}
    if type(value) is dict:
        return {key: item for key, item in value.items() if type(key) is str and item is not None}
    return None


def _inner(path, name):
    return f"{path}.{name}" if path else name


def _properties(content, value, path, depth):
    members = _members(value)
    if members is None:
        return None
    for name, rules in content["schemas"]:
        if name in members:
            problem = violation(rules, members[name], _inner(path, name), depth)
            if problem is not None:
                return problem
    if content["allowsOthers"]:
        return None
    named = {name for name, _ in content["schemas"]}
    other = next((name for name in members if name not in named), None)
    return None if other is None else f"{_label(path)}additional property '{other}' is not allowed"


def _other_properties(content, value, path, depth):
    for name, item in (_members(value) or {}).items():
        if name not in content["except"]:
            problem = violation(content["schema"], item, _inner(path, name), depth)
            if problem is not None:
                return problem
    return None


def _required(names, value, path, depth):
    members = _members(value)
    if members is None:
        return None
    missing = next((name for name in names if name not in members), None)
    return None if missing is None else f"{_label(path)}'{missing}' is a required property"


def _items(rules, value, path, depth):
    if type(value) is list:
        for index, element in enumerate(value):
            problem = violation(rules, element, f"{path}[{index}]", depth)
            if problem is not None:
                return problem
    return None


def _says(test, words, *kinds):
    """A check of values of some kinds, and what is said of those for which the test holds."""

    def check(content, value, path, depth):
        if type(value) in kinds and test(value, content):
            return f"{_label(path)}{json_text(value)} {words.format(_number(content))}"
        return None

    return check


def _number(content):
    if type(content) is float and content.is_integer() and abs(content) < 2**63:
        return str(int(content))
    return repr(content)


def _is_no_multiple(value, divisor):
    return divisor != 0 and not (float(value) / divisor).is_integer()


def _allowed(values, value, path, depth):
    allowed = any(value == other for other in values)
    return None if allowed else f"{_label(path)}{json_text(value)} is not one of the allowed values"


def _constant(expected, value, path, depth):
    return None if expected == value else f"{_label(path)}{json_text(expected)} was expected"


def _pattern(pattern, value, path, depth):
    if type(value) is not str or re.search(pattern, value):
        return None
    return f"{_label(path)}{json_text(value)} does not match '{pattern}'"


def _fitting(schemas, value, path, depth):
    return sum(violation(rules, value, path, depth) is None for rules in schemas)


def _any_of(schemas, value, path, depth):
    if _fitting(schemas, value, path, depth):
        return None
    return f"{_label(path)}{json_text(value)} is not valid under any of the given schemas"


def _one_of(schemas, value, path, depth):
    count = _fitting(schemas, value, path, depth)
    if count == 1:
        return None
    number = "more than one" if count else "none"
    return f"{_label(path)}{json_text(value)} is valid under {number} of the given schemas"


def _all_of(schemas, value, path, depth):
    for rules in schemas:
        problem = violation(rules, value, path, depth)
        if problem is not None:
            return problem
    return None


def _not(rules, value, path, depth):
    if violation(rules, value, path, depth) is not None:
        return None
    return f"{_label(path)}{json_text(value)} should not be valid under the given schema"


_CHECKS = {
    "type": _type,
    "properties": _properties,
    "otherProperties": _other_properties,
    "required": _required,
    "items": _items,
    "minItems": _says(lambda value, count: len(value) < count, "is too short", list),
    "maxItems": _says(lambda value, count: len(value) > count, "is too long", list),
    "enum": _allowed,
    "const": _constant,
    "minimum": _says(lambda value, bound: value < bound, "is less than the minimum of {}", *_NUMBERS),
    "exclusiveMinimum": _says(
        lambda value, bound: value <= bound, "is less than or equal to the minimum of {}", *_NUMBERS
    ),
    "maximum": _says(lambda value, bound: value > bound, "is greater than the maximum of {}", *_NUMBERS),
    "exclusiveMaximum": _says(
        lambda value, bound: value >= bound, "is greater than or equal to the maximum of {}", *_NUMBERS
    ),
    "multipleOf": _says(_is_no_multiple, "is not a multiple of {}", *_NUMBERS),
    "minLength": _says(lambda value, length: len(value) < length, "is too short", str),
    "maxLength": _says(lambda value, length: len(value) > length, "is too long", str),
    "pattern": _pattern,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "allOf": _all_of,
    "not": _not,
}
