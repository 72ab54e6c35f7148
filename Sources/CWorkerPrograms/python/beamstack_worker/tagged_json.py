"""Values of the dynamic type as JSON: plain where JSON has the kind, else an object with one tag as its key."""

import json

from beamstack_worker.times import duration_class, timestamp_class
from beamstack_worker.values import Row, row_class

# Texts of columns repeat the same few shapes: one encoder and decoder for all.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_json(value):
    """The text of a value."""
    return _encode(_tagged(value))


def from_json(text):
    """The value of a text."""
    return json.loads(text, object_hook=_value)


def _tagged(value):
    kind = type(value)
    if value is None or kind in (str, int, bool):
        return value
    if kind is float:
        return value if value - value == 0 else {"$double": repr(value)}
    if kind is list:
        return [_tagged(item) for item in value]
    if kind is dict:
        return {"$map": [[_tagged(key), _tagged(item)] for key, item in value.items()]}
    if isinstance(value, Row):
        return {"$row": {name: _tagged(item) for name, item in zip(value._fields, value)}}
    if kind is bytes:
        import base64

        return {"$bytes": base64.b64encode(value).decode()}
    if kind.__name__ == "Timestamp":
        return {"$timestamp": value.micros}
    if kind.__name__ == "Duration":
        return {"$duration": value.micros}
    return _tagged_of_module(value)


def _tagged_of_module(value):
    import datetime
    import decimal

    from beamstack_worker.times import datetime_micros, timedelta_micros

    if isinstance(value, datetime.datetime):
        offset = value.utcoffset()
        micros = datetime_micros(value.replace(tzinfo=None))
        return {"$datetime": [micros, None if offset is None else timedelta_micros(offset) // 1_000_000]}
    if isinstance(value, datetime.date):
        return {"$date": value.toordinal() - EPOCH_DAY}
    if isinstance(value, decimal.Decimal):
        return {"$decimal": format(value, "f")}
    raise TypeError(f"a value of type '{type(value).__name__}' has no place in a row")


# `datetime.date(1970, 1, 1).toordinal()`
EPOCH_DAY = 719163


def _value(members):
    if len(members) == 1:
        ((tag, content),) = members.items()
        make = _TAGS.get(tag)
        if make:
            return make(content)
    # The content of "$row", or an object of another's making.
    return _Members(members)


class _Members(dict):
    """An object on its way to a row."""


def _row(members):
    return row_class(members)._make(members.values())


def _map(pairs):
    return {_hashable(key): value for key, value in pairs}


def _hashable(key):
    return tuple(key) if isinstance(key, list) else key


def _bytes(text):
    import base64

    return base64.b64decode(text)


def _date(days):
    import datetime

    return datetime.date.fromordinal(days + EPOCH_DAY)


def _datetime(parts):
    import datetime

    micros, offset = parts
    zone = None if offset is None else datetime.timezone(datetime.timedelta(seconds=offset))
    return datetime.datetime(1970, 1, 1, tzinfo=zone) + datetime.timedelta(microseconds=micros)


def _decimal(text):
    import decimal

    return decimal.Decimal(text)


_TAGS = {
    "$row": _row,
    "$map": _map,
    "$bytes": _bytes,
    "$timestamp": lambda micros: timestamp_class()(micros=micros),
    "$duration": lambda micros: duration_class()(micros=micros),
    "$date": _date,
    "$datetime": _datetime,
    "$decimal": _decimal,
    "$double": float,
}
