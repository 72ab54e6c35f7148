"""Web pages as rows: `web.read` reads those of a list of addresses, `web.scrape` those that a field names."""

import fnmatch
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pyarrow as pa

from beamstack_worker.tasks import Failure, Output, Result, Source, TaskError, Transform, task
from beamstack_worker.web_client import Client, FetchError
from beamstack_worker.web_pages import Page, decoded, normalized
from beamstack_worker.web_robots import Robots

_USER_AGENT = "Beamstack/1.0 (data pipelines; obeys robots.txt)"
_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
_REDIRECTS = 5
_PAGE_FIELDS = [
    pa.field("url", pa.string(), False),
    pa.field("title", pa.string(), False),
    pa.field("text", pa.string(), False),
    pa.field("status", pa.int64(), False),
    pa.field("depth", pa.int64(), False),
    pa.field("links", pa.list_(pa.field("item", pa.string(), False)), False),
]
_SECTION_FIELDS = [
    pa.field("url", pa.string(), False),
    pa.field("title", pa.string(), False),
    pa.field("heading", pa.string(), False),
    pa.field("text", pa.string(), False),
]


class Refused(FetchError):
    """An address that the site's robots.txt excludes."""


class Scraper:
    """What both tasks share: the configuration, and how one start address becomes rows."""

    def __init__(self, config, context):
        self.log = context.log
        self.max_depth = _number(config, "max_depth", 0, 0)
        self.max_pages = _number(config, "max_pages", 1000, 1)
        self.min_characters = _number(config, "min_char_size", 0, 0)
        self.concurrency = _number(config, "concurrency", 8, 1)
        self.by_section = _choice(config, "rows", "pages", ("pages", "sections")) == "sections"
        self.content = _choice(config, "content", "main", ("main", "all"))
        self.hosts = [host.lower() for host in config.get("hosts") or []]
        self.obeys_robots = config.get("robots") is not False
        self.client = Client(
            config.get("user_agent") or _USER_AGENT,
            _number(config, "timeout", 30, 0.001),
            _number(config, "max_bytes", 5_000_000, 1),
            _number(config, "requests_per_second", 2, 0.001),
            context.temporary,
        )
        self.fields = _SECTION_FIELDS if self.by_section else _PAGE_FIELDS
        self._robots = {}

    def rows(self, start):
        """The rows of a start address and of what it links to, breadth first: as tuples of `fields`. A page that is
        reached by a link and cannot be had is logged; for the start address itself, `FetchError` is raised."""
        address = normalized(start)
        if address is None:
            raise FetchError(f"'{start}' is no address that starts with http:// or https://")
        hosts = self.hosts or [urlsplit(address).netloc]
        queue, seen, pages = [(address, 0)], {address}, 0
        for address, depth in queue:
            if pages >= self.max_pages:
                self.log(f"{start}: stopped after {pages} pages, as 'max_pages' says")
                return
            try:
                answer = self._fetch(address, hosts)
            except FetchError as error:
                if depth == 0:
                    raise
                self.log(f"left out: {error}")
                continue
            if answer.url != address and answer.url in seen:
                continue
            seen.add(answer.url)
            pages += 1
            page = self._page(answer)
            yield from self._page_rows(page, answer, depth)
            if depth < self.max_depth and page.is_followed:
                for link in page.links:
                    if link.is_followed and link.url not in seen and _is_named(urlsplit(link.url).netloc, hosts):
                        seen.add(link.url)
                        queue.append((link.url, depth + 1))

    def _page(self, answer):
        html = decoded(answer.body, answer.charset)
        if answer.content_type == "text/plain":
            html = "<pre>" + html.replace("&", "&amp;").replace("<", "&lt;") + "</pre>"
        return Page(html, answer.url, self.content)

    def _page_rows(self, page, answer, depth):
        if self.by_section:
            for section in page.sections():
                if len(section.text) > self.min_characters:
                    yield (answer.url, page.title, section.heading, section.text)
        elif len(page.text) >= self.min_characters:
            links = [link.url for link in page.links]
            yield (answer.url, page.title, page.text, answer.status, depth, links)

    def _fetch(self, address, hosts):
        url = address
        for _ in range(_REDIRECTS + 1):
            host = urlsplit(url).netloc
            if not _is_named(host, hosts):
                raise FetchError(f"{address} leads to {url}, and 'hosts' does not name {host}")
            robots = self._rules(url)
            if not robots.allows(url):
                raise Refused(f"the robots.txt of {host} excludes {url}")
            answer = self.client.get(url, delay=robots.delay)
            if answer.status in (301, 302, 303, 307, 308) and answer.location:
                url = normalized(answer.location, url)
                if url is None:
                    raise FetchError(f"{address} leads to '{answer.location}', which is no web address")
                continue
            if answer.status != 200:
                raise FetchError(f"{url} answered with status {answer.status}", answer.status)
            if answer.content_type not in _TYPES:
                raise FetchError(f"{url} is {answer.content_type}, no page of text", answer.status)
            return answer
        raise FetchError(f"{address} was redirected more than {_REDIRECTS} times")

    def _rules(self, url):
        if not self.obeys_robots:
            return Robots.all()
        site = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        if site not in self._robots:
            self._robots[site] = self._asked_rules(site)
        return self._robots[site]

    def _asked_rules(self, site):
        # As the standard has it: no file means all is allowed, a failing server means nothing is.
        url = site + "/robots.txt"
        for _ in range(_REDIRECTS + 1):
            answer = self.client.get(url, accept="text/plain")
            if 300 <= answer.status < 400 and answer.location:
                url = normalized(answer.location, url)
                if url is None:
                    return Robots.all()
                continue
            if answer.status == 200:
                return Robots(answer.body.decode("utf-8", "replace"), self.client.user_agent)
            return Robots.none() if answer.status >= 500 else Robots.all()
        return Robots.all()


@task("web.read")
class ReadPages(Source):
    """One partition, so that the order of the rows is that of the list and each page is fetched once."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        self.urls = config.get("urls") or []
        if not self.urls:
            raise TaskError(
                "invalid-configuration",
                "'ScrapeWebPages' has no input and no 'urls'",
                hint="list addresses in 'urls', or give the step an input",
            )
        for index, url in enumerate(self.urls):
            if normalized(url) is None:
                raise TaskError(
                    "invalid-configuration",
                    f"'{url}' is no web address",
                    path=["urls", index],
                    hint="write it in full: https://example.org/page",
                )
        self.scraper = Scraper(config, context)
        self.schema = pa.schema(self.scraper.fields)

    def outputs(self):
        return [Output(self.schema)]

    def read(self, partition):
        names = [field.name for field in self.schema if self.columns is None or field.name in self.columns]
        with ThreadPoolExecutor(self.scraper.concurrency) as pool:
            seen = set()
            for index, rows in enumerate(_ahead(pool, self._rows, range(len(self.urls)), 2 * self.scraper.concurrency)):
                # Start addresses may lead to the same pages: a page's rows stay together, the first wins.
                fresh = [row for row in rows if (index, row[0]) in seen or row[0] not in seen]
                seen.update(row[0] for row in rows)
                if fresh:
                    yield _batch(self.schema, fresh).select(names)

    def _rows(self, index):
        try:
            return list(self.scraper.rows(self.urls[index]))
        except FetchError as error:
            raise _as_task_error(error, ["urls", index]) from None


@task("web.scrape")
class ScrapePages(Transform):
    """Each row's address becomes the rows of its pages; the input's other fields stay with them."""

    def __init__(self, config, inputs, context):
        super().__init__(config, inputs, context)
        schema = inputs[0]
        name = config.get("url_field")
        if name is None:
            candidates = [field.name for field in schema] if len(schema) == 1 else ["url"]
            name = candidates[0]
        if name not in schema.names:
            raise TaskError(
                "invalid-configuration",
                f"the input has no field '{name}' with addresses",
                path=["url_field"],
                hint="name the field in 'url_field'; the input has: " + ", ".join(schema.names),
            )
        self.name = name
        self.scraper = Scraper(config, context)
        own = {field.name for field in self.scraper.fields}
        self.kept = [field for field in schema if field.name != name and field.name not in own]
        self.schema = pa.schema(self.kept + self.scraper.fields)

    def outputs(self):
        return [Output(self.schema)]

    def needs(self):
        return [[self.name] + [field.name for field in self.kept]]

    def process(self, batch, input=0):
        urls = batch.column(self.name).to_pylist()
        indexes, rows, failures = [], [], []
        with ThreadPoolExecutor(self.scraper.concurrency) as pool:
            for index, found in enumerate(pool.map(self._rows, urls)):
                if isinstance(found, FetchError):
                    failures.append(Failure(index, found))
                else:
                    indexes += [index] * len(found)
                    rows += found
        if not rows:
            return Result([None], [[]], failures)
        taken = pa.array(indexes, pa.int32())
        columns = [batch.column(field.name).take(taken) for field in self.kept]
        columns += _batch(pa.schema(self.scraper.fields), rows).columns
        return Result([pa.RecordBatch.from_arrays(columns, schema=self.schema)], [indexes], failures)

    def _rows(self, url):
        try:
            return [] if url is None else list(self.scraper.rows(str(url)))
        except FetchError as error:
            return error


def _ahead(pool, function, items, count):
    """The results in order, at most `count` of them worked on or waiting."""
    items, waiting = iter(items), []
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) >= count:
            yield waiting.pop(0).result()
    while waiting:
        yield waiting.pop(0).result()


def _batch(schema, rows):
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for field, column in zip(schema, zip(*rows))], schema=schema
    )


def _as_task_error(error, path):
    if isinstance(error, Refused):
        return TaskError(
            "robots-refused",
            str(error),
            path=path,
            hint="leave the address out, or ask the site's owner; 'robots: false' is for your own sites",
        )
    hint = "check the address in a browser"
    if "'hosts'" in str(error):
        hint = "add the host to 'hosts', or write the address that it leads to"
    return TaskError("unreachable-service", str(error), path=path, hint=hint)


def _is_named(host, patterns):
    return any(fnmatch.fnmatchcase(host, pattern) for pattern in patterns)


def _number(config, name, default, least):
    value = config.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < least:
        raise TaskError(
            "invalid-configuration", f"'{name}' is {value!r}, and must be a number of at least {least}", path=[name]
        )
    return value


def _choice(config, name, default, choices):
    value = config.get(name) or default
    if value not in choices:
        raise TaskError(
            "invalid-configuration", f"'{name}' cannot be '{value}'", path=[name], hint="choices: " + ", ".join(choices)
        )
    return value
