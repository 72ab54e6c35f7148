"""Batches as Beam's elements and back."""

import json

from beamstack_worker.conversion import conform
from beamstack_worker.transforms_types import (
    ELEMENT_KEY,
    hint_of,
    hint_of_schema,
    hint_of_type,
    row_fields,
    schema_of_hint,
)
from beamstack_worker.values import Batch, Field, row_class


class ElementReader:
    """Makes the elements of an input from its batches: rows, or what the single field holds where an earlier transform
    put an element there that is no row.

    Rows are named tuples, as Beam's are wherever it has encoded and decoded them, with Beam's `as_dict` besides.

    bare: for such an element its type, as the field's metadata says it, or `True` where only that it is one is known.
    """

    def __init__(self, schema, bare=None):
        if not bare and len(schema) == 1:
            bare = schema.fields[0].metadata.get(ELEMENT_KEY)
        self._names = schema.names
        self._is_row = not bare
        if self._is_row:
            self.hint = hint_of_schema(schema)
        elif bare is True:
            self.hint = hint_of_type(schema.fields[0])
            # What Beam knew to be a list has the type of one here.
            self._restore = _tuple_of_list if schema.fields[0].type.kind == "any" else None
        else:
            description = json.loads(bare)
            self.hint = hint_of(description)
            self._restore = _restorer(description)

    def elements(self, batch):
        """The elements of a batch, in order."""
        if self._is_row:
            return list(batch.rows(self._names))
        column = batch.column(0)
        return list(map(self._restore, column)) if self._restore else column


def _tuple_of_list(value):
    return tuple(value) if type(value) is list else value


def _restorer(description):
    """A function that makes a described element from what stands for it; `None` where that is the element itself."""
    if isinstance(description, str):
        return None
    ((form, parts),) = description.items()
    if form == "tuple":
        inner = [_restorer(part) or _same for part in parts]
        return lambda items: tuple(restore(item) for restore, item in zip(inner, items))
    if form == "row":
        inner = [_restorer(part) for _, part in parts]
        make = row_class([name for name, _ in parts])._make
        return any(inner) and (lambda row: make([part(item) if part else item for part, item in zip(inner, row)]))
    if form == "map":
        key, inner = (_restorer(part) or _same for part in parts)
        return lambda items: {key(name): inner(item) for name, item in items.items()}
    inner = _restorer(parts)
    if form == "optional":
        return inner and (lambda value: None if value is None else inner(value))
    make = {"tuples": tuple, "set": set}.get(form)
    if make:
        return lambda items: make(map(inner, items) if inner else items)
    return inner and (lambda items: list(map(inner, items)))


def _same(value):
    return value


class ElementWriter:
    """Makes batches of an output from its elements, whose type is Beam's inference."""

    def __init__(self, hint):
        self.schema, self._is_row = schema_of_hint(hint)
        self.bare = None if self._is_row else self.schema.fields[0].metadata[ELEMENT_KEY]
        self._names = self.schema.names

    def batch(self, elements):
        """The elements as a batch, and the errors of those that are not what was inferred, by index."""
        errors = {}
        columns = self._columns(elements, errors) if self._is_row else [elements]
        conformed = []
        for field, column in zip(self.schema, columns):
            values, misfits = self._conform(Field(field.name, field.type, field.nullable or bool(errors)), column)
            conformed.append(values)
            for index, error in misfits.items():
                errors.setdefault(index, self._error(field, error))
        return Batch(self.schema, conformed, len(elements)), errors

    def _error(self, field, error):
        text = f"the element's field '{field.name}': {error}" if self._is_row else f"the element: {error}"
        return type(error)(text) if type(error) in (TypeError, ValueError, OverflowError) else error

    def _conform(self, field, column):
        values, misfits = conform(column, field)
        for index, error in list(misfits.items()):
            if isinstance(error, TypeError):
                again, errors = conform([_named_classes(column[index])], field)
                if not errors:
                    values[index] = again[0]
                    del misfits[index]
        return values, misfits

    def _columns(self, elements, errors):
        from apache_beam.pvalue import Row as BeamRow

        if not self._names:
            return []
        kinds = set(map(type, elements))
        if kinds <= {BeamRow}:
            try:
                members = [element.__dict__ for element in elements]
                return [[row[name] for row in members] for name in self._names]
            except KeyError:
                # Some have other fields: the way below says which.
                pass
        if len(kinds) == 1 and getattr(next(iter(kinds)), "_fields", None) == tuple(self._names):
            return list(map(list, zip(*elements)))
        rows = []
        for index, element in enumerate(elements):
            members = _members(element)
            missing = self._names if members is None else [name for name in self._names if name not in members]
            if members is None or missing:
                errors[index] = self._misfit(element, members, missing)
                members = dict.fromkeys(self._names)
            rows.append(members)
        return [[row[name] for row in rows] for name in self._names]

    def _misfit(self, element, members, missing):
        text = repr(element)
        text = text if len(text) <= 80 else text[:77] + "..."
        if members is None:
            return TypeError(
                f"the element {text} is of type '{type(element).__name__}', not a row with the fields "
                + ", ".join(self._names)
            )
        return TypeError(f"the element {text} has no field '{missing[0]}', which Beam's inference says it has")


def _members(element):
    """Names and values of what Beam takes for a row: its own, a named tuple, a data class."""
    if type(element).__name__ == "Row" and hasattr(element, "as_dict"):
        return element.as_dict()
    if isinstance(element, tuple) and hasattr(element, "_fields"):
        return dict(zip(element._fields, element))
    fields = row_fields(type(element))
    if fields is not None:
        return {name: getattr(element, name) for name, _ in fields}
    return None


def _named_classes(value):
    """The value with classes replaced by their names, which is all that a column can hold of them: Beam's dead letters
    have the class of the exception."""
    if isinstance(value, type):
        return value.__name__
    if type(value) in (tuple, list):
        return type(value)(map(_named_classes, value))
    return value
