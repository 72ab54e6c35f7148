"""Parts of a configuration that are `{type, config}`, as Beam has them for detectors, model handlers, transforms."""

import difflib

from beamstack_worker.tasks import TaskError


class Spec:
    """A `{type, config}` and where it stands.

    family: what its type is one of, for messages.
    """

    def __init__(self, value, path, family):
        self.path = list(path)
        if not isinstance(value, dict) or not isinstance(value.get("type"), str):
            raise self.error(f"the {family} is no map with 'type' and 'config'", hint="write {type: …, config: {…}}")
        self.type = value["type"]
        self.config = value.get("config") or {}
        if not isinstance(self.config, dict):
            raise self.error("'config' is no map", "config")
        for key in value:
            if key not in ("type", "config"):
                raise self.error(f"a {family} has no part '{key}'", key, hint="its parts are 'type' and 'config'")
        self.family = family

    def error(self, message, *where, hint=None):
        """A `TaskError` at a part of the spec."""
        return TaskError("invalid-configuration", message, path=[*self.path, *where], hint=hint)

    def place(self, parameter):
        """Where a parameter stands."""
        return [*self.path, "config", parameter]

    def choose(self, table):
        """The entry of the spec's type."""
        if self.type in table:
            return table[self.type]
        raise self.error(
            f"there is no {self.family} '{self.type}'", "type", hint=suggestion(self.type, table, "the choices are ")
        )

    def check_parameters(self, known):
        """Sees to it that the configuration has no other parameters."""
        for name in self.config:
            if name not in known:
                raise self.error(
                    f"'{self.type}' has no parameter '{name}'",
                    "config",
                    name,
                    hint=suggestion(name, known, "its parameters are ") if known else "it takes none",
                )

    def text(self, name, default=None, required=False):
        """A parameter that is a text."""
        value = self.config.get(name)
        if value is None and not required:
            return default
        if not isinstance(value, str) or not value:
            if value is None:
                raise self.error(f"'{self.type}' needs the parameter '{name}'")
            raise self.error(f"'{name}' is {value!r}, and must be a text", "config", name)
        return value

    def texts(self, name):
        """A parameter that is a text or a list of texts; `None` where it is missing."""
        value = self.config.get(name)
        if value is None:
            return None
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not value or not all(isinstance(part, str) for part in value):
            raise self.error(f"'{name}' must be a list of texts", "config", name)
        return value

    def mapping(self, name):
        """A parameter that is a map, and empty where it is missing."""
        value = self.config.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.error(f"'{name}' must be a map", "config", name)
        return value

    def choice(self, name, choices, default):
        """A parameter that is one of some texts."""
        value = self.config.get(name)
        if value is None:
            return default
        if value not in choices:
            raise self.error(
                f"'{name}' cannot be {value!r}",
                "config",
                name,
                hint=suggestion(str(value), choices, "the choices are "),
            )
        return value

    def number(self, name, default=None, low=None, high=None, whole=False, optional=False):
        """A parameter that is a number; `optional` allows for none."""
        value = self.config.get(name)
        value = default if value is None else value
        if value is None and optional:
            return None
        kinds = (int,) if whole else (int, float)
        fits = isinstance(value, kinds) and not isinstance(value, bool)
        if not fits or (low is not None and value < low) or (high is not None and value > high):
            bounds = f" from {low}" * (low is not None) + f" to {high}" * (high is not None)
            raise self.error(
                f"'{name}' is {value!r}, and must be a {'whole ' if whole else ''}number{bounds}", "config", name
            )
        return value

    def flag(self, name):
        """A parameter that is true or false, and false where it is missing."""
        value = self.config.get(name) or False
        if not isinstance(value, bool):
            raise self.error(f"'{name}' is {value!r}, and must be true or false", "config", name)
        return value

    def nested(self, name, family):
        """A parameter that is a spec itself, or `None`."""
        value = self.config.get(name)
        return None if value is None else Spec(value, self.place(name), family)


def suggestion(name, choices, introduction):
    """A hint for a misspelt name."""
    close = difflib.get_close_matches(name, list(choices), 1)
    return f"did you mean '{close[0]}'?" if close else introduction + ", ".join(f"'{choice}'" for choice in choices)
