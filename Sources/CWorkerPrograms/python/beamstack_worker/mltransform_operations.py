"""What transforms of MLTransform have in common: columns, parameters, and what they learn from the data."""

import pyarrow as pa

from beamstack_worker.mltransform_columns import element_type, is_list
from beamstack_worker.specs import suggestion

REGISTRY = {}


def operation(name):
    """Registers a class under Beam's name of the transform."""

    def register(cls):
        REGISTRY[name] = cls
        return cls

    return register


class Operation:
    """A transform of some columns. Those that learn see the data in one pass or several before they are applied.

    learnt: by column, what was learnt, as JSON has it; `None` while there is something left to learn.
    """

    parameters = ()
    accepts = "number"
    learns = False

    def __init__(self, spec, schema, context, earlier):
        self.spec = spec
        spec.check_parameters(("columns", "name", *self.parameters))
        self.columns = spec.texts("columns")
        if not self.columns:
            raise spec.error(f"'{spec.type}' needs 'columns', a list of fields")
        for name in self.columns:
            if name not in schema.names:
                raise spec.error(
                    f"'{name}' is not a field of the input",
                    "config",
                    "columns",
                    hint=suggestion(name, schema.names, "there are "),
                )
            kind = schema.field(name).type
            if not _ACCEPTED[self.accepts](element_type(kind)):
                raise spec.error(
                    f"'{spec.type}' takes {self.accepts}s, and '{name}' is {kind}",
                    "config",
                    "columns",
                    hint="convert it with 'MapToFields'",
                )
        if spec.config.get("elementwise") and any(is_list(schema.field(name).type) for name in self.columns):
            raise spec.error(
                "'elementwise' is not possible for lists",
                "config",
                "elementwise",
                hint="without it, one scale holds for all elements",
            )
        self.learnt = None if self.learns else {}

    def schema(self, schema):
        """The schema after the transform."""
        for name in self.columns:
            index = schema.get_field_index(name)
            old = schema.field(index)
            schema = schema.set(index, pa.field(name, self.type_after(old.type), old.nullable))
        return schema

    def type_after(self, type):
        """The type of a column after the transform."""
        raise NotImplementedError

    def open(self):
        """Loads what is expensive."""

    def close(self):
        """Lets go of it."""

    def observe(self, columns):
        """Looks at a batch, given as columns by name."""
        raise NotImplementedError

    def finish_pass(self):
        """Ends a pass over the data; sets `learnt`, unless another pass is needed."""
        raise NotImplementedError

    def apply(self, columns):
        """Replaces the columns of a batch, given by name."""
        for name in self.columns:
            columns[name] = self.applied(columns[name], self.learnt.get(name))

    def applied(self, column, learnt):
        """A column after the transform."""
        raise NotImplementedError


_ACCEPTED = {
    "number": lambda kind: (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_decimal(kind)
    ),
    "text": lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind),
    "text or whole number": lambda kind: (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)
    ),
    "whole number": pa.types.is_integer,
}


def like(type, element):
    """A type of elements, in lists where `type` is one of lists."""
    return pa.list_(pa.field("item", element, type.value_field.nullable)) if is_list(type) else element
