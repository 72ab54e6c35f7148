"""Values as the JSON of pipelines' outputs and messages, byte for byte as the native writers have it."""

import json
from decimal import Decimal

from beamstack_worker.values import Row

_quoted = json.JSONEncoder(ensure_ascii=False).encode


def json_text(value):
    """A value as compact JSON.

    Rows and maps are objects, timestamps RFC 3339 texts in UTC, datetimes and dates ISO 8601 texts, durations seconds,
    decimals numbers with all their digits. Bytes are text where they are valid UTF-8, else base64. `NaN`, `Infinity`
    and `-Infinity` stand bare.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return _quoted(value)
    if kind is list:
        return "[" + ",".join(map(json_text, value)) + "]"
    if kind is dict:
        return "{" + ",".join(f"{_key(key)}:{json_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Row):
        return "{" + ",".join(f"{_quoted(name)}:{json_text(item)}" for name, item in zip(value._fields, value)) + "}"
    if kind is bytes:
        return _quoted(_text_of_bytes(value))
    if kind is Decimal:
        return format(value, "f")
    if kind.__name__ == "Timestamp":
        return f'"{_moment(value.micros)}Z"'
    if kind.__name__ == "Duration":
        seconds = format(Decimal(value.micros) / 1_000_000, "f")
        return seconds.rstrip("0").rstrip(".") if "." in seconds else seconds
    if kind is tuple:
        return json_text(list(value))
    # Dates and datetimes.
    return f'"{value.isoformat()}"'


def _key(key):
    text = json_text(key)
    return text if text.startswith('"') else _quoted(text)


def _text_of_bytes(value):
    try:
        return value.decode()
    except UnicodeDecodeError:
        import base64

        return base64.b64encode(value).decode()


def _moment(micros):
    import datetime

    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)).isoformat()
