"""The demo of the first Beamstack, from web pages to an index, with the configurations that the planner makes of it."""

import tempfile
import unittest
from importlib.util import find_spec

import support  # noqa: F401
from beamstack_worker.tasks import Context
from elasticsearch_server import Elasticsearch

if find_spec("pyarrow") and find_spec("numpy"):
    import pyarrow as pa

    from beamstack_worker import embeddings, vector_stores, web
    from test_embeddings import Endpoint
    from test_web import Site, html


@unittest.skipUnless(find_spec("pyarrow") and find_spec("numpy"), "needs pyarrow and numpy")
class TransformGardenTests(unittest.TestCase):
    def test_from_pages_to_an_index(self):
        body = "<h1>Intro</h1><p>%s</p><h2>More</h2><p>%s</p><nav><a href=/next>n</a></nav>" % ("a" * 45, "b" * 31)
        pages = {"/": html(body, "Start"), "/next": html("<h2>Next</h2>" + "c" * 40, "Second")}
        with (
            Site(pages) as site,
            Endpoint() as endpoint,
            Elasticsearch() as server,
            tempfile.TemporaryDirectory() as folder,
        ):
            context = Context(temporary=folder)
            model = {"type": "OpenAI", "name": "lengths", "api_key": "secret-key", "base_url": endpoint.url}
            store = {
                "type": "Elasticsearch",
                "url": server.url,
                "index": "beamstack",
                "username": "elastic",
                "password": "changed",
                "verify_certs": False,
                "text_field": "documentation",
                "vector_field": "documentation_vector",
            }
            for _ in range(2):
                batch = pa.record_batch({"element": [site.url]})
                scrape = web.ScrapePages(
                    {"rows": "sections", "max_depth": 1, "min_char_size": 30, "requests_per_second": 1000},
                    [batch.schema],
                    context,
                )
                found = scrape.process(batch).batches[0]
                embed = embeddings.CreateEmbeddings(
                    {"model": model, "field": ["text"], "normalize": False}, [found.schema], context
                )
                embed.open()
                vectors = embed.process(found.select(["text"])).batches[0].column(0)
                embed.close()
                batch = found.append_column(embed.schema.field(0), vectors)
                sink = vector_stores.WriteVectors({"store": store}, [batch.schema], context)
                sink.write(batch)
                sink.prepare()
                self.assertEqual(sink.commit(), ["beamstack"])
            documents = sorted(
                server.indexes["beamstack"].documents.values(), key=lambda item: item["metadata"]["heading"]
            )
        self.assertEqual([document["metadata"]["heading"] for document in documents], ["Intro", "More", "Next"])
        self.assertEqual(
            documents[1],
            {
                "documentation": "b" * 31,
                "documentation_vector": [31.0, 1.0],
                "metadata": {"url": site.url + "/", "title": "Start", "heading": "More"},
            },
        )


if __name__ == "__main__":
    unittest.main()
