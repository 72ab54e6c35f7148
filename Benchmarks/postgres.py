"""Reads and writes a million rows of PostgreSQL as a worker does, beside the server's own COPY through psql.

    python3 Benchmarks/postgres.py postgresql://user@host:port/database [rows]

needs pyarrow and adbc-driver-postgresql, a `psql` on the PATH, and rights to make tables; it drops what it made.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Sources/CWorkerPrograms/python"
sys.path.insert(0, str(FOLDER))

from beamstack_worker.databases import Read, Write  # noqa: E402
from beamstack_worker.exchange import ArrowExchange  # noqa: E402
from beamstack_worker.tasks import Context  # noqa: E402

ROUNDS = 5
TABLE = """
DROP TABLE IF EXISTS beamstack_sales, beamstack_sales_copy;
CREATE TABLE beamstack_sales AS SELECT
  i::bigint AS id, 'customer-' || (i::bigint * 7919 % 100003) AS customer, md5(i::text) AS note,
  (i % 1000) * 0.25::double precision AS price, sqrt(i::double precision) AS weight,
  ((i % 100000)::numeric / 100)::numeric(12, 2) AS amount,
  timestamptz '2024-01-01 00:00:00+00' + i * interval '37 seconds' AS sold_at, i % 3 = 0 AS paid,
  (i % 2147483)::int AS stock
FROM generate_series(1, {rows}) i;
CREATE TABLE beamstack_sales_copy (LIKE beamstack_sales);
VACUUM ANALYZE beamstack_sales;
"""


def psql(url, sql, **files):
    """Runs statements, each by itself."""
    subprocess.run(["psql", url, "-q", "-v", "ON_ERROR_STOP=1", "-c", sql], check=True, **files)


def timed(action, before=lambda: None):
    """The seconds of each round, ascending."""
    times = []
    for _ in range(ROUNDS):
        before()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return sorted(times)


def main(url, rows=1_000_000):
    """Prints one line a measurement."""
    for statement in filter(str.strip, TABLE.format(rows=rows).split(";")):
        psql(url, statement)
    exchange = ArrowExchange()
    context = Context()
    bodies = []

    def read():
        task = Read({"url": url, "table": "beamstack_sales"}, [], context)
        bodies.clear()
        count = 0
        for part in task.partitions():
            for batch in task.read(part):
                count += batch.num_rows
                bodies.append(exchange.body(batch))
        task.close()
        assert count == rows, count

    def write():
        schema = exchange.schema(bodies[0])
        task = Write({"url": url, "table": "beamstack_sales_copy"}, [schema], context)
        task.open()
        for body in bodies:
            task.write(exchange.batch(body))
        task.prepare()
        task.commit()
        task.close()

    def empty():
        psql(url, "TRUNCATE beamstack_sales_copy")

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sales.txt"

        def copy_out():
            with path.open("wb") as file:
                psql(url, "COPY beamstack_sales TO STDOUT", stdout=file)

        def copy_in():
            with path.open("rb") as file:
                psql(url, "COPY beamstack_sales_copy FROM STDIN", stdin=file)

        results = {
            "COPY TO STDOUT": timed(copy_out), "databases.read": timed(read),
            "COPY FROM STDIN": timed(copy_in, empty), "databases.write": timed(write, empty),
        }
    psql(url, "DROP TABLE beamstack_sales, beamstack_sales_copy")
    for name, times in results.items():
        print(f"{name:16} median {times[len(times) // 2]:.2f} s, best {times[0]:.2f} s")
    for name, base in (("databases.read", "COPY TO STDOUT"), ("databases.write", "COPY FROM STDIN")):
        print(f"{name} / {base}: {results[name][ROUNDS // 2] / results[base][ROUNDS // 2]:.2f}")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
