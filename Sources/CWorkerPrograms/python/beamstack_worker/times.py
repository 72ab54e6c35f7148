"""Timestamps and durations of microseconds, with the interface that Beam's have."""

_MILLION = 1_000_000


def timestamp_class():
    """Beam's `Timestamp` where the person's code has loaded Beam, else ours."""
    return _beam("Timestamp") or Timestamp


def duration_class():
    """Beam's `Duration` where the person's code has loaded Beam, else ours."""
    return _beam("Duration") or Duration


def _beam(name):
    import sys

    module = sys.modules.get("apache_beam.utils.timestamp")
    return getattr(module, name, None)


class _Micros:
    """A count of microseconds, of which `int` and `float` make seconds."""

    __slots__ = ("micros",)

    def __init__(self, seconds=0, micros=0):
        if not isinstance(seconds, (int, float)):
            raise TypeError(f"Cannot interpret {seconds} {type(seconds)} as seconds.")
        self.micros = int(seconds * _MILLION) + int(micros)

    def __int__(self):
        return self.micros // _MILLION

    def __float__(self):
        return self.micros / _MILLION

    def __hash__(self):
        return hash(self.micros)

    def __repr__(self):
        sign = "-" if self.micros < 0 else ""
        seconds, micros = divmod(abs(self.micros), _MILLION)
        fraction = f".{micros:06d}" if micros else ""
        return f"{type(self).__name__}({sign}{seconds}{fraction})"

    def __eq__(self, other):
        if type(other) is type(self):
            return self.micros == other.micros
        try:
            return self.micros == type(self).of(other).micros
        except TypeError:
            return NotImplemented

    def __lt__(self, other):
        return self.micros < type(self).of(other).micros

    def __le__(self, other):
        return self.micros <= type(self).of(other).micros

    def __gt__(self, other):
        return self.micros > type(self).of(other).micros

    def __ge__(self, other):
        return self.micros >= type(self).of(other).micros


class Timestamp(_Micros):
    """An instant: microseconds since 1970 in UTC."""

    __slots__ = ()

    @staticmethod
    def of(seconds):
        """A timestamp as it is, a number as seconds since 1970, a `datetime` with a zone."""
        if isinstance(seconds, Timestamp):
            return seconds
        if isinstance(seconds, Duration):
            raise TypeError(f"Cannot interpret {seconds} as Timestamp.")
        if isinstance(seconds, (int, float)):
            return Timestamp(seconds)
        if hasattr(seconds, "utcoffset"):
            return Timestamp.from_utc_datetime(seconds)
        raise TypeError(f"Cannot interpret {seconds} {type(seconds)} as Timestamp.")

    @staticmethod
    def now():
        """The present instant."""
        import time

        return Timestamp(micros=time.time_ns() // 1000)

    @staticmethod
    def from_utc_datetime(moment):
        """The instant that a `datetime` with the zone UTC names."""
        import datetime

        if moment.tzinfo is None or moment.utcoffset():
            raise ValueError(
                "dt has no timezone info (https://docs.python.org/3/library/datetime.html)"
                if moment.tzinfo is None
                else "dt not in UTC"
            )
        return Timestamp(micros=datetime_micros(moment.astimezone(datetime.timezone.utc)))

    @staticmethod
    def from_rfc3339(text):
        """The instant that a text such as `2026-01-02T03:04:05Z` names."""
        import datetime

        try:
            moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
        except ValueError as error:
            raise ValueError(f"Could not parse RFC 3339 string '{text}': {error}") from None
        return Timestamp(micros=datetime_micros(moment))

    def seconds(self):
        """Whole seconds since 1970."""
        return self.micros // _MILLION

    def predecessor(self):
        """The instant before."""
        return Timestamp(micros=self.micros - 1)

    def successor(self):
        """The instant after."""
        return Timestamp(micros=self.micros + 1)

    def to_utc_datetime(self, has_tz=False):
        """As a `datetime`, by default without a zone, as Beam does."""
        import datetime

        zone = datetime.timezone.utc if has_tz else None
        return datetime.datetime(1970, 1, 1, tzinfo=zone) + datetime.timedelta(microseconds=self.micros)

    def to_rfc3339(self):
        """As a text such as `2026-01-02T03:04:05Z`."""
        return self.to_utc_datetime().isoformat() + "Z"

    def __add__(self, other):
        return Timestamp(micros=self.micros + Duration.of(other).micros)

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, Timestamp):
            return Duration(micros=self.micros - other.micros)
        return Timestamp(micros=self.micros - Duration.of(other).micros)

    def __mod__(self, other):
        return Duration(micros=self.micros % Duration.of(other).micros)

    __hash__ = _Micros.__hash__


class Duration(_Micros):
    """A length of time in microseconds."""

    __slots__ = ()

    @staticmethod
    def of(seconds):
        """A duration as it is, a number as seconds, a `timedelta`."""
        if isinstance(seconds, Duration):
            return seconds
        if isinstance(seconds, Timestamp):
            raise TypeError(f"Cannot interpret {seconds} as Duration.")
        if hasattr(seconds, "total_seconds"):
            return Duration(micros=timedelta_micros(seconds))
        if isinstance(getattr(seconds, "micros", None), int):
            return Duration(micros=seconds.micros)
        return Duration(seconds)

    def __neg__(self):
        return Duration(micros=-self.micros)

    def __add__(self, other):
        if isinstance(other, Timestamp):
            return other + self
        return Duration(micros=self.micros + Duration.of(other).micros)

    __radd__ = __add__

    def __sub__(self, other):
        return Duration(micros=self.micros - Duration.of(other).micros)

    def __rsub__(self, other):
        return -(self - other)

    def __mul__(self, factor):
        return Duration(micros=self.micros * factor)

    __rmul__ = __mul__

    def __mod__(self, other):
        return Duration(micros=self.micros % Duration.of(other).micros)

    __hash__ = _Micros.__hash__


def timedelta_micros(delta):
    """A `timedelta` in microseconds, exactly."""
    return (delta.days * 86400 + delta.seconds) * _MILLION + delta.microseconds


def datetime_micros(moment):
    """Microseconds since 1970 of a `datetime`; one without a zone counts as UTC."""
    import datetime

    return timedelta_micros(moment - datetime.datetime(1970, 1, 1, tzinfo=moment.tzinfo and datetime.timezone.utc))
