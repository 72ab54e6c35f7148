"""SQL Server and Oracle, through drivers that need no library of the vendor's: python-tds and oracledb."""

import socket

from beamstack_worker.databases_connection import Column, Database, first_line
from beamstack_worker.databases_writing import TargetColumn, json_texts, with_placeholders


class Rows(Database):
    """What any driver of Python's database interface can do: rows come and go in bulk, as values."""

    creates_in_transaction = False

    _connection = None
    # The placeholder of a statement's value.
    _mark = staticmethod(lambda index: "%s")

    def _driver(self):
        """The module of the driver."""
        raise NotImplementedError

    def _open(self, driver):
        """A connection that commits only when it is told to."""
        raise NotImplementedError

    def _is_refusal(self, text):
        """Whether an error of connecting is about the user."""
        raise NotImplementedError

    def connect(self):
        driver = self._driver()
        try:
            self._connection = self._open(driver)
        except (driver.Error, OSError) as error:
            raise (self.refused if self._is_refusal(str(error)) else self.unreachable)(error) from None
        for index, statement in enumerate(self.settings.initial_statements):
            try:
                self.execute(statement)
            except driver.Error as error:
                raise self.failure("invalid-configuration", first_line(error),
                                   ["connection_init_sql", str(index)]) from None

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def execute(self, sql):
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql)
        finally:
            cursor.close()

    def scalar_row(self, sql):
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql)
            return cursor.fetchone()
        finally:
            cursor.close()

    def columns(self, table, query):
        driver = self._driver()
        source = self.table_name(table) if table else f"({query}) {self.alias}"
        cursor = self._connection.cursor()
        try:
            cursor.execute(f"SELECT * FROM {source} WHERE 1 = 0")
            return [self._column(entry) for entry in cursor.description]
        except driver.Error as error:
            if table and self._is_unknown_table(error):
                raise self.unknown_table(table) from None
            raise self.bad_sql(first_line(error)) from None
        finally:
            cursor.close()

    def _column(self, entry):
        type = self._type(entry)
        if type is None:
            raise self.unsupported(entry[0], str(entry[1]), f"cast it in 'query', or leave '{entry[0]}' out")
        return Column(entry[0], type, bool(entry[6]) if self.settings.table and entry[6] is not None else True)

    def batches(self, sql, columns):
        import pyarrow as pa

        driver = self._driver()
        schema = pa.schema([pa.field(column.name, column.type, column.nullable) for column in columns])
        cursor = self._connection.cursor()
        cursor.arraysize = self.settings.fetch_size
        try:
            cursor.execute(sql)
            while True:
                rows = cursor.fetchmany(self.settings.fetch_size)
                if not rows:
                    return
                if not columns:
                    yield pa.RecordBatch.from_struct_array(pa.array([{}] * len(rows), pa.struct([])))
                    continue
                arrays = [self._array(values, column) for values, column in zip(zip(*rows), columns)]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        except driver.Error as error:
            raise self.bad_sql(first_line(error)) from None
        finally:
            cursor.close()

    def _array(self, values, column):
        import pyarrow as pa

        if pa.types.is_string(column.type):
            values = [None if value is None else str(value) for value in values]
        try:
            return pa.array(values, column.type)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise self.failure("unsupported-column-type",
                               f"column '{column.name}' has a value that is no {column.type}: {first_line(error)}",
                               self.path_of_source(), "cast it in 'query'") from None

    def table_columns(self, table):
        driver = self._driver()
        cursor = self._connection.cursor()
        try:
            cursor.execute(f"SELECT * FROM {self.table_name(table)} WHERE 1 = 0")
            # Neither driver tells of defaults: the server itself refuses what is missing.
            return [TargetColumn(entry[0], str(entry[1])) for entry in cursor.description]
        except driver.Error as error:
            if self._is_unknown_table(error):
                return None
            raise self.bad_sql(first_line(error)) from None
        finally:
            cursor.close()

    def begin(self):
        """Nothing to do: a transaction is always open."""

    def commit(self):
        self._connection.commit()

    def rollback(self):
        if self._connection is not None:
            self._connection.rollback()

    def check_writing(self, target):
        if target.mode == "upsert":
            raise self.failure("invalid-configuration", f"'mode: upsert' is not available for {self.location.title}",
                               ["mode"], "write a MERGE statement as 'query', with a '?' for each field")

    def column_type(self, type, is_key=False):
        import pyarrow as pa

        if pa.types.is_decimal(type):
            return f"{self._names['decimal']}(38, {type.scale})"
        name = self._names.get(str(type), self._names["text"])
        return self._names["key"] if is_key and name == self._names["text"] else name

    def writer(self, target):
        statement = target.statement
        if not statement:
            names = ", ".join(self.quoted(column.name) for column in target.columns)
            statement = f"INSERT INTO {target.table} ({names}) VALUES ({', '.join('?' * len(target.columns))})"
        return _RowWriter(self, with_placeholders(statement, self._mark))


class _RowWriter:
    def __init__(self, database, statement):
        self._database = database
        self._statement = statement
        self._bytes = 0

    def write(self, batch):
        import pyarrow as pa

        columns = [
            (json_texts(column) if pa.types.is_nested(column.type) else column).to_pylist() for column in batch.columns]
        cursor = self._database._connection.cursor()
        try:
            cursor.executemany(self._statement, list(zip(*columns)))
        except self._database._driver().Error as error:
            raise self._database.write_refused(first_line(error)) from None
        finally:
            cursor.close()
        self._bytes += batch.nbytes

    def finish(self):
        return self._bytes


class SQLServer(Rows):
    """A connection to Microsoft SQL Server."""

    quote = "["
    alias = "AS beamstack_query"
    # ORDER BY is an error in a subquery.
    nests_queries = False
    creates_in_transaction = True
    _names = {"bool": "bit", "int64": "bigint", "double": "float", "binary": "varbinary(max)", "date32[day]": "date",
              "timestamp[us]": "datetime2(6)", "timestamp[us, tz=UTC]": "datetimeoffset(6)", "duration[us]": "bigint",
              "decimal": "decimal", "text": "nvarchar(max)", "key": "nvarchar(255)"}

    def _driver(self):
        import pytds

        return pytds

    def _open(self, driver):
        location = self.location
        # The driver itself tries a host that refuses again and again until its time is over.
        socket.create_connection((location.host, location.port), 10).close()
        return driver.connect(
            dsn=location.host, port=location.port, database=location.database or None, user=location.user,
            password=location.password, autocommit=False, login_timeout=30, appname="beamstack",
            use_tz=_utc(), cafile=location.properties.get("cafile"))

    def _is_refusal(self, text):
        return "Login failed" in text

    def _is_unknown_table(self, error):
        return "Invalid object name" in str(error)

    def _type(self, entry):
        import pyarrow as pa

        driver = self._driver()
        code, scale = entry[1], entry[5]
        if code == driver.DECIMAL:
            return pa.decimal128(38, scale or 0)
        for kinds, type in ((driver.INTEGER, pa.int64()), (driver.REAL, pa.float64()), (driver.DATE, pa.date32())):
            if code == kinds:
                return type
        if code == driver.DATETIME:
            return pa.timestamp("us")
        if code == driver.BINARY:
            return pa.binary()
        return pa.string() if code in (driver.STRING, driver.TIME) else None

    def literal(self, value):
        return ("1" if value else "0") if isinstance(value, bool) else super().literal(value)


class Oracle(Rows):
    """A connection to Oracle Database, in the driver's thin mode."""

    alias = "beamstack_query"
    _mark = staticmethod(lambda index: f":{index + 1}")
    _names = {"bool": "number(1)", "int64": "number(19)", "double": "binary_double", "binary": "blob",
              "date32[day]": "date", "timestamp[us]": "timestamp(6)", "timestamp[us, tz=UTC]":
              "timestamp(6) with time zone", "duration[us]": "number(19)", "decimal": "number", "text": "clob",
              "key": "varchar2(255)"}

    def _driver(self):
        import oracledb

        return oracledb

    def _open(self, driver):
        location = self.location
        # Exact numbers: the driver's own choice would be floating-point ones. Large texts come as texts.
        driver.defaults.fetch_decimals = True
        driver.defaults.fetch_lobs = False
        identifier = location.properties.get("identifier", "service_name")
        return driver.connect(user=location.user, password=location.password, host=location.host, port=location.port,
                              **{identifier: location.database})

    def _is_refusal(self, text):
        return any(code in text for code in ("ORA-01017", "ORA-28000", "ORA-01045"))

    def _is_unknown_table(self, error):
        return "ORA-00942" in str(error)

    def table_name(self, table):
        # A name that is not quoted is folded to capitals by the server, as in its own tools.
        return table

    def _type(self, entry):
        import pyarrow as pa

        driver = self._driver()
        code, precision, scale = entry[1], entry[4], entry[5]
        if code == driver.DB_TYPE_NUMBER:
            if scale == 0 and precision and precision <= 18:
                return pa.int64()
            return pa.decimal128(38, scale if precision and scale and scale > 0 else 0 if scale == 0 else 18)
        if code in (driver.DB_TYPE_BINARY_DOUBLE, driver.DB_TYPE_BINARY_FLOAT):
            return pa.float64()
        if code in (driver.DB_TYPE_DATE, driver.DB_TYPE_TIMESTAMP):
            return pa.timestamp("us")
        if code in (driver.DB_TYPE_TIMESTAMP_TZ, driver.DB_TYPE_TIMESTAMP_LTZ):
            return pa.timestamp("us", "UTC")
        if code in (driver.DB_TYPE_RAW, driver.DB_TYPE_BLOB, driver.DB_TYPE_LONG_RAW):
            return pa.binary()
        texts = (driver.DB_TYPE_VARCHAR, driver.DB_TYPE_NVARCHAR, driver.DB_TYPE_CHAR, driver.DB_TYPE_NCHAR,
                 driver.DB_TYPE_CLOB, driver.DB_TYPE_NCLOB, driver.DB_TYPE_LONG, driver.DB_TYPE_ROWID)
        return pa.string() if code in texts else None


def _utc():
    import datetime

    return datetime.timezone.utc
