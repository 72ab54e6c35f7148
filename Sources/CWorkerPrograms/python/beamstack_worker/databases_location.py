"""Where a database is and who asks: JDBC's and other URLs, and the usual places of passwords."""

import configparser
import os
import re
from urllib.parse import parse_qsl, unquote, urlsplit

from beamstack_worker.tasks import TaskError

KINDS = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlserver": "sqlserver",
    "mssql": "sqlserver",
    "oracle": "oracle",
    "sqlite": "sqlite",
}
TITLES = {
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "sqlserver": "SQL Server",
    "oracle": "Oracle",
    "sqlite": "SQLite",
}
PORTS = {"postgres": 5432, "mysql": 3306, "sqlserver": 1433, "oracle": 1521, "sqlite": None}


class Location:
    """A database, its user, and the properties of the connection. Its password is in no message."""

    def __init__(self, kind, host="", port=None, database="", user=None, password=None, properties=None):
        self.kind = kind
        self.host = host
        self.port = port or PORTS[kind]
        self.database = database
        self.user = user
        self.password = password
        self.properties = properties or {}

    @property
    def title(self):
        """The kind as people call it."""
        return TITLES[self.kind]

    @property
    def address(self):
        """What messages name."""
        return self.database if self.kind == "sqlite" else f"{self.host}:{self.port}"

    def scrubbed(self, text):
        """A text without the password, should a driver have put it there."""
        return text.replace(self.password, "***") if self.password else text


def locate(url, user=None, password=None, properties=None, folder="."):
    """The location that a URL and the parameters beside it name."""
    text = url[5:] if url.startswith("jdbc:") else url
    scheme, separator, rest = text.partition(":")
    # SQLAlchemy's way: 'postgresql+psycopg://'.
    kind = KINDS.get(scheme.partition("+")[0].lower())
    if not separator or kind is None:
        raise TaskError(
            "invalid-configuration",
            "the URL names no database that Beamstack knows",
            path=["url"],
            hint="write a URL such as 'jdbc:postgresql://host:5432/database', 'jdbc:mysql://host/database', "
            "'jdbc:sqlserver://host;databaseName=database', 'jdbc:oracle:thin:@host:1521/service' or "
            "'jdbc:sqlite:path'",
        )
    try:
        location = _PARSERS[kind](rest)
    except ValueError:
        # The parser's own message would quote a part of the URL, which may be the password.
        raise TaskError(
            "invalid-configuration",
            f"the URL is no valid URL of {TITLES[kind]}",
            path=["url"],
            hint="characters such as '@', '/' and '#' in a password are written '%40', '%2F', '%23'; better, leave it "
            "to the parameter 'password'",
        ) from None
    location.properties.update(_properties(properties))
    names = [location.properties.pop(name, None) for name in ("user", "username")]
    location.user = user or names[0] or names[1] or location.user
    stated = location.properties.pop("password", None)
    location.password = password or stated or location.password
    if kind == "sqlite" and location.database and not os.path.isabs(location.database):
        beside = os.path.join(folder, location.database)
        if not os.path.exists(location.database) and os.path.exists(beside):
            location.database = beside
    if kind == "mysql":
        _complete_from_option_files(location)
    return location


def _properties(text):
    """JDBC's connection properties as Beam takes them: 'name=value;name=value', or a map."""
    if isinstance(text, dict):
        return {str(key): str(value) for key, value in text.items()}
    pairs = [part.partition("=") for part in re.split(r"[;\n]", text or "") if part.strip()]
    return {key.strip(): value.strip() for key, _, value in pairs}


def _with_authority(kind):
    def parse(rest):
        parts = urlsplit("x:" + rest if rest.startswith("//") else "x://localhost/" + rest)
        if "@" in parts.path:
            raise ValueError("a '/' in the password has cut it")
        return Location(
            kind,
            parts.hostname or "localhost",
            parts.port,
            unquote(parts.path.lstrip("/")),
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            dict(parse_qsl(parts.query)),
        )

    return parse


def _sqlserver(rest):
    """'//host\\instance:port;databaseName=d;user=u', or the general form."""
    head, _, properties = rest.partition(";")
    location = _with_authority("sqlserver")(head.replace("\\", "%5C"))
    location.host = unquote(location.host)
    location.properties.update(_properties(properties))
    for key in list(location.properties):
        if key.lower() in ("databasename", "database"):
            location.database = location.properties.pop(key)
    return location


def _oracle(rest):
    """'thin:@//host:port/service', 'thin:@host:port:sid', 'thin:user/password@host/service', or the general form."""
    if not rest.startswith("thin:"):
        return _with_authority("oracle")(rest)
    credentials, _, address = rest[5:].rpartition("@")
    user, _, password = credentials.partition("/")
    match = re.fullmatch(r"(?://)?([^:/]+)(?::(\d+))?(?:([:/])(.+))?", address)
    if not match:
        raise ValueError("an address of another form")
    host, port, separator, name = match.groups()
    location = Location("oracle", host, int(port) if port else None, name or "", user or None, password or None)
    location.properties["identifier"] = "sid" if separator == ":" else "service_name"
    return location


def _sqlite(rest):
    """'sqlite:path' as JDBC has it, 'sqlite:///relative' and 'sqlite:////absolute' as SQLAlchemy has it."""
    path = rest[3:] if rest.startswith("///") else rest
    return Location("sqlite", database=unquote(path.partition("?")[0]))


_PARSERS = {
    "postgres": _with_authority("postgres"),
    "mysql": _with_authority("mysql"),
    "sqlserver": _sqlserver,
    "oracle": _oracle,
    "sqlite": _sqlite,
}


def _complete_from_option_files(location):
    """User and password from the environment or MySQL's option files, where the pipeline has none.

    PostgreSQL's own library looks into `PGPASSWORD` and `~/.pgpass` by itself.
    """
    options = {}
    for path in ("/etc/my.cnf", "/etc/mysql/my.cnf", os.path.expanduser("~/.my.cnf")):
        parser = configparser.ConfigParser(allow_no_value=True, strict=False, interpolation=None)
        try:
            with open(path, encoding="utf-8") as file:
                # Directives such as '!includedir' are no part of the format that the parser knows.
                parser.read_string("".join(line for line in file if not line.startswith("!")))
        except (OSError, configparser.Error, UnicodeDecodeError):
            continue
        if parser.has_section("client"):
            options.update(parser["client"])
    location.user = location.user or options.get("user", "").strip("'\"") or None
    password = os.environ.get("MYSQL_PWD") or options.get("password") or ""
    location.password = location.password or password.strip("'\"") or None
