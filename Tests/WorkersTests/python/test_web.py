"""`web.read` and `web.scrape` against real servers on loopback, and what they are made of."""

import gzip
import sys
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec

import support
from beamstack_worker.tasks import Context, TaskError
from beamstack_worker.web_pages import Page, decoded, normalized
from beamstack_worker.web_robots import Robots

if find_spec("pyarrow"):
    import pyarrow as pa

    from beamstack_worker import web

HOME = b"""<html><head><title>The
 Home</title><style>p { color: red }</style></head><body>
<nav><a href="/about">About</a></nav>
<main><h1>Welcome</h1><p>One &amp; <b>two</b>.</p><h2>More</h2><ul><li>first<li>second</ul>
<a href="guide.html#top">guide</a> <a href="/private/x">private</a> <a href="http://elsewhere.invalid/">out</a>
<a rel="nofollow" href="/unfollowed">no</a> <a href="mailto:a@b.c">mail</a> <a href="/missing">gone</a></main>
<footer>imprint</footer><script>var x = "<p>no</p>";</script></body></html>"""


class Site(ThreadingHTTPServer):
    """A site of pages by path; each is (status, headers, body) or a list of those for one request after the other."""

    daemon_threads = True

    def __init__(self, pages):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages = pages
        self.requests = []
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}"

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append((time.monotonic(), self.path, dict(self.headers)))
        page = self.server.pages.get(self.path, (404, {}, b"not here"))
        if isinstance(page, list):
            page = page.pop(0) if len(page) > 1 else page[0]
        status, headers, body = page
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def html(body, title="t"):
    return (200, {}, f"<title>{title}</title><body>{body}".encode())


class PageTests(unittest.TestCase):
    def test_title_text_and_links(self):
        page = Page(HOME.decode(), "http://example.org/docs/")
        self.assertEqual(page.title, "The Home")
        self.assertEqual(page.text, "Welcome\nOne & two.\nMore\nfirst\nsecond\nguide private out no mail gone")
        self.assertEqual(
            [link.url for link in page.links],
            [
                "http://example.org/about",
                "http://example.org/docs/guide.html",
                "http://example.org/private/x",
                "http://elsewhere.invalid/",
                "http://example.org/unfollowed",
                "http://example.org/missing",
            ],
        )
        self.assertEqual([link.is_followed for link in page.links], [True, True, True, True, False, True])

    def test_all_content_has_navigation_too(self):
        text = Page(HOME.decode(), "http://example.org/", content="all").text
        self.assertTrue(text.startswith("About\nWelcome"))
        self.assertTrue(text.endswith("imprint"))
        self.assertNotIn("color", text)

    def test_sections(self):
        sections = Page(
            "<title>T</title><p>before<h2>A</h2><p>a1<p>a2<h3>B</h3>b<h2>Empty</h2>", "http://e.org"
        ).sections()
        self.assertEqual([tuple(section) for section in sections], [("T", "before"), ("A", "a1\na2"), ("B", "b")])

    def test_broken_markup(self):
        for text, expected in [
            ("<nav><p>all in an unclosed nav", "all in an unclosed nav"),
            ("<p>a<p>b</div></p>c", "a\nb\nc"),
            ("<svg><title>icon</title><text>x</text></svg>y", "y"),
            ("<pre>a\n  b</pre>", "a\n  b"),
            ("<td>1</td><td>2</td>", "1 2"),
            ("a &lt; b &nbsp;c", "a < b c"),
            ("", ""),
        ]:
            self.assertEqual(Page(text, "http://e.org").text, expected, text)

    def test_meta_robots_and_base(self):
        page = Page('<base href="/b/"><meta name=ROBOTS content="noindex, nofollow"><a href=x>', "http://e.org/a")
        self.assertFalse(page.is_followed)
        self.assertEqual([link.url for link in page.links], ["http://e.org/b/x"])

    def test_addresses_have_one_spelling(self):
        for reference, expected in [
            ("HTTP://Example.ORG:80/a b#c", "http://example.org/a%20b"),
            ("https://e.org", "https://e.org/"),
            ("http://e.org:8080/?q=ä", "http://e.org:8080/?q=%C3%A4"),
            ("http://e.org/%41", "http://e.org/%41"),
            ("ftp://e.org/", None),
            ("javascript:alert(1)", None),
            ("http://", None),
            ("http://[::1", None),
            ("http://bücher.example/", "http://xn--bcher-kva.example/"),
            ("file:///etc/passwd", None),
        ]:
            self.assertEqual(normalized(reference), expected, reference)
        self.assertEqual(normalized("../x?y=1", "http://e.org/a/b/c"), "http://e.org/a/x?y=1")

    def test_encodings(self):
        self.assertEqual(decoded("ä".encode("utf-8")), "ä")
        self.assertEqual(decoded("ä".encode("cp1252"), "ISO-8859-1"), "ä")
        self.assertTrue(decoded('<meta charset="iso-8859-2">ł'.encode("iso-8859-2")).endswith("ł"))
        self.assertEqual(decoded("ä".encode("utf-16")), "\ufeffä".lstrip("\ufeff"))
        self.assertEqual(decoded("ä".encode(), "no-such-charset"), "ä")


class RobotsTests(unittest.TestCase):
    def test_longest_rule_wins(self):
        robots = Robots(
            "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /*.pdf$\nCrawl-delay: 3 # slow", "Beamstack/1"
        )
        allowed = {"/": True, "/a": False, "/a/c": False, "/a/b/c": True, "/x.pdf": False, "/x.pdf?y": True}
        for path, expected in allowed.items():
            self.assertEqual(robots.allows("http://e.org" + path), expected, path)
        self.assertEqual(robots.delay, 3)

    def test_own_group_wins(self):
        text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: BeamStack\nDisallow: /no\n"
        robots = Robots(text, "Beamstack/1.0 (x)")
        self.assertTrue(robots.allows("http://e.org/yes"))
        self.assertFalse(robots.allows("http://e.org/no/way"))
        self.assertFalse(Robots(text, "Unnamed").allows("http://e.org/yes"))

    def test_empty_rules_allow(self):
        self.assertTrue(Robots("User-agent: *\nDisallow:\n", "b").allows("http://e.org/"))
        self.assertTrue(Robots("<html>no robots", "b").allows("http://e.org/"))


@unittest.skipUnless(find_spec("pyarrow"), "needs pyarrow")
class ScrapeTests(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.log = []

    def read(self, config):
        context = Context(temporary=self.temporary.name, log=self.log.append)
        source = web.ReadPages({"requests_per_second": 1000, **config}, [], context)
        return [row for batch in source.read({}) for row in batch.to_pylist()]

    def scrape(self, config, **columns):
        batch = pa.record_batch(columns)
        context = Context(temporary=self.temporary.name, log=self.log.append)
        transform = web.ScrapePages({"requests_per_second": 1000, **config}, [batch.schema], context)
        return transform.process(batch)

    def test_crawl_follows_links_of_the_named_host(self):
        pages = {
            "/": (200, {}, HOME),
            "/about": html("about"),
            "/guide.html": html("guide <a href=/deeper>d</a> <a href=/>h</a>"),
            "/deeper": html("deep"),
            "/private/x": html("secret"),
            "/unfollowed": html("no"),
            "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private"),
        }
        with Site(pages) as site:
            rows = self.read({"urls": [site.url], "max_depth": 1})
            self.assertEqual(
                [(row["url"], row["depth"]) for row in rows],
                [(site.url + "/", 0), (site.url + "/about", 1), (site.url + "/guide.html", 1)],
            )
            self.assertEqual(rows[0]["title"], "The Home")
            self.assertEqual(rows[0]["status"], 200)
            self.assertNotIn("/private/x", [path for _, path, _ in site.requests])
            self.assertEqual(len(self.log), 2, self.log)
            self.assertIn("excludes", "".join(self.log))
            self.assertIn("status 404", "".join(self.log))
            agents = {headers["User-Agent"] for _, _, headers in site.requests}
            self.assertEqual(len(agents), 1)
            self.assertEqual(len(self.read({"urls": [site.url], "max_depth": 2})), 4)
            self.assertEqual(len(self.read({"urls": [site.url]})), 1)
            self.assertEqual(len(self.read({"urls": [site.url], "max_depth": 2, "max_pages": 2})), 2)

    def test_sections_as_in_the_original(self):
        with Site({"/": html("<h1>A</h1>short<h2>B</h2><p>long enough to be kept by the filter</p>", "Title")}) as site:
            rows = self.read({"urls": [site.url + "/"], "rows": "sections", "min_char_size": 30})
        self.assertEqual(
            rows,
            [{"url": site.url + "/", "title": "Title", "heading": "B", "text": "long enough to be kept by the filter"}],
        )

    def test_rows_keep_their_fields_and_fail_alone(self):
        with Site({"/a": html("A"), "/b": (500, {}, b""), "/c": html("C")}) as site:
            result = self.scrape(
                {},
                url=[site.url + "/a", site.url + "/b", None, site.url + "/c"],
                name=["first", "second", "third", "fourth"],
            )
        rows = result.batches[0].to_pylist()
        self.assertEqual([(row["name"], row["text"]) for row in rows], [("first", "A"), ("fourth", "C")])
        self.assertEqual(result.rows, [[0, 3]])
        self.assertEqual([failure.row for failure in result.failures], [1])
        self.assertIn("status 500", str(result.failures[0].error))

    def test_one_field_is_the_address(self):
        with Site({"/a": html("A")}) as site:
            batch = self.scrape({}, element=[site.url + "/a"]).batches[0]
        self.assertEqual(batch.schema.names, ["url", "title", "text", "status", "depth", "links"])

    def test_robots_refusal_names_the_address(self):
        with Site({"/": html("x"), "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /")}) as site:
            with self.assertRaises(TaskError) as raised:
                self.read({"urls": ["http://127.0.0.1:1/", site.url][1:]})
            self.assertEqual((raised.exception.code, raised.exception.path), ("robots-refused", ["urls", "0"]))
            self.assertEqual([path for _, path, _ in site.requests], ["/robots.txt"])
            self.assertEqual(len(self.read({"urls": [site.url], "robots": False})), 1)

    def test_failing_robots_forbids_and_a_missing_one_allows(self):
        with Site({"/": html("x"), "/robots.txt": (500, {}, b"")}) as site:
            with self.assertRaises(TaskError) as raised:
                self.read({"urls": [site.url]})
        self.assertEqual(raised.exception.code, "robots-refused")

    def test_redirects_stay_with_the_named_hosts(self):
        with Site({"/": html("there")}) as other:
            pages = {
                "/in": (302, {"Location": "/end"}, b""),
                "/end": html("end"),
                "/out": (301, {"Location": other.url + "/"}, b""),
                "/loop": (302, {"Location": "/loop"}, b""),
                "/file": (302, {"Location": "file:///etc/passwd"}, b""),
            }
            with Site(pages) as site:
                self.assertEqual(self.read({"urls": [site.url + "/in"]})[0]["url"], site.url + "/end")
                for path, message in [("/out", "does not name"), ("/loop", "more than"), ("/file", "no web address")]:
                    with self.assertRaises(TaskError) as raised:
                        self.read({"urls": [site.url + path]})
                    self.assertIn(message, raised.exception.message)
                self.assertFalse(other.requests)
                rows = self.read({"urls": [site.url + "/out"], "hosts": ["127.0.0.1:*"]})
                self.assertEqual(rows[0]["text"], "there")

    def test_limits(self):
        pages = {
            "/big": html("x" * 5000),
            "/pdf": (200, {"Content-Type": "application/pdf"}, b"%PDF"),
            "/bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 1_000_000)),
            "/zipped": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"<p>small")),
            "/text": (200, {"Content-Type": "text/plain"}, b"a < b\n  c"),
        }
        with Site(pages) as site:
            for path, message in [
                ("/big", "larger than 2000"),
                ("/bomb", "larger than 2000"),
                ("/pdf", "application/pdf"),
            ]:
                with self.assertRaises(TaskError) as raised:
                    self.read({"urls": [site.url + path], "max_bytes": 2000})
                self.assertIn(message, raised.exception.message)
            self.assertEqual(self.read({"urls": [site.url + "/zipped"]})[0]["text"], "small")
            self.assertEqual(self.read({"urls": [site.url + "/text"]})[0]["text"], "a < b\n  c")

    def test_a_busy_server_is_asked_again(self):
        with Site({"/": [(429, {"Retry-After": "0"}, b""), (503, {"Retry-After": "0"}, b""), html("now")]}) as site:
            self.assertEqual(self.read({"urls": [site.url]})[0]["text"], "now")

    def test_nobody_there(self):
        with self.assertRaises(TaskError) as raised:
            self.read({"urls": ["http://127.0.0.1:9/"], "timeout": 2})
        self.assertEqual((raised.exception.code, raised.exception.path), ("unreachable-service", ["urls", "0"]))

    def test_pace_per_host(self):
        pages = {f"/{i}": html(str(i)) for i in range(4)}
        with Site(pages) as site:
            rows = self.read({"urls": [f"{site.url}/{i}" for i in range(4)], "requests_per_second": 20})
            times = sorted(at for at, _, _ in site.requests)
        self.assertEqual([row["text"] for row in rows], ["0", "1", "2", "3"])
        self.assertGreater(min(b - a for a, b in zip(times, times[1:])), 0.03)

    def test_through_a_worker(self):
        with Site({"/": html("<a href=/a>a</a>"), "/a": html("A")}) as site, support.Host(sys.executable) as host:
            config = {"urls": [site.url], "max_depth": 1, "requests_per_second": 1000}
            self.assertTrue(host.open("web.read", config, [])["ok"])
            host.call({"op": "prune", "task": 1, "columns": ["text", "depth"], "comparisons": []})
            header, bodies = host.call({"op": "read", "task": 1, "partition": {}})
            self.assertTrue(header["more"], header)
            batch = support.arrow.decode(bodies[0])[1][0]
            self.assertEqual([tuple(row) for row in batch.rows()], [("a", 0), ("A", 1)])
            self.assertFalse(host.channel.read()[0]["more"])

    def test_configuration_is_checked(self):
        for config, path in [
            ({"urls": []}, []),
            ({"urls": ["example.org"]}, ["urls", "0"]),
            ({"urls": ["http://e.org"], "max_depth": -1}, ["max_depth"]),
            ({"urls": ["http://e.org"], "rows": "words"}, ["rows"]),
        ]:
            with self.assertRaises(TaskError) as raised:
                self.read(config)
            self.assertEqual((raised.exception.code, raised.exception.path), ("invalid-configuration", path))


if __name__ == "__main__":
    unittest.main()
