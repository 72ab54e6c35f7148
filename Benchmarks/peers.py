"""The jobs of `jobs/`, written for other tools as their users would: lazily, streaming where the tool can."""
import sys


def polars_job(job, data, out):
    import polars as pl
    sales = lambda: pl.scan_csv(f"{data}/sales.csv")
    amount = (pl.col("price") * pl.col("pieces")).alias("amount")
    if job == "summary":
        frame = (sales().filter(pl.col("price") > 25)
                 .select(pl.col("product").str.to_uppercase(), amount)
                 .group_by("product")
                 .agg(sales=pl.len(), revenue=pl.col("amount").sum(), average=pl.col("amount").mean()))
    elif job == "select":
        frame = sales().filter(pl.col("price") > 50).with_columns(amount)
    elif job == "join":
        frame = (sales().join(pl.scan_csv(f"{data}/clients.csv"), on="client")
                 .group_by("country").agg(sales=pl.len(), pieces=pl.col("pieces").sum()))
    else:
        lines = pl.scan_csv(f"{data}/notes.txt", has_header=False, new_columns=["line"], separator="\x01",
                            quote_char=None)
        frame = (lines.select(word=pl.col("line").str.to_lowercase().str.split(" ")).explode("word")
                 .group_by("word").agg(occurrences=pl.len()))
    frame.sink_csv(f"{out}/result.csv")


def duckdb_job(job, data, out):
    import duckdb
    queries = {
        "summary": f"""SELECT upper(product) AS product, count(*) AS sales, sum(price * pieces) AS revenue,
            avg(price * pieces) AS average FROM '{data}/sales.csv' WHERE price > 25 GROUP BY 1""",
        "select": f"SELECT *, price * pieces AS amount FROM '{data}/sales.csv' WHERE price > 50",
        "join": f"""SELECT country, count(*) AS sales, sum(pieces) AS pieces FROM '{data}/sales.csv'
            JOIN '{data}/clients.csv' USING (client) GROUP BY country""",
        "words": f"""SELECT word, count(*) AS occurrences FROM (SELECT unnest(string_split(lower(line), ' ')) AS word
            FROM read_csv('{data}/notes.txt', header=false, columns={{'line': 'VARCHAR'}}, delim='\x01', quote='',
            escape='')) GROUP BY word""",
    }
    duckdb.sql(f"COPY ({queries[job]}) TO '{out}/result.csv' (HEADER)")


if __name__ == "__main__":
    tool, job, data, out = sys.argv[1:]
    {"polars": polars_job, "duckdb": duckdb_job}[tool](job, data, out)
