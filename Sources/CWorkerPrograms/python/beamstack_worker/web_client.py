"""Fetching pages: politely, with limits on time and size, and redirects left to the caller."""

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
import zlib
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

# Statuses that say "later": a server that is overloaded, or that we ask too often.
_LATER = (429, 502, 503, 504)
_ATTEMPTS = 3


class FetchError(Exception):
    """A page that could not be had. `status` is the server's answer, None where there was none."""

    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


class TooLarge(FetchError):
    """A page beyond the limit: asking again would not help."""


class Answer:
    """What a server answered."""

    def __init__(self, url, status, headers, body):
        self.url = url
        self.status = status
        self.location = headers.get("Location")
        self.content_type = headers.get_content_type()
        self.charset = headers.get_content_charset()
        self.retry_after = _retry_after(headers.get("Retry-After"))
        self.body = body


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


class Client:
    """Gets addresses one after the other per host, however many processes and threads of a run do so."""

    def __init__(self, user_agent, timeout, max_bytes, requests_per_second, temporary):
        self.user_agent = user_agent
        self.timeout = timeout
        self.max_bytes = max_bytes
        self.interval = 1.0 / requests_per_second
        self.temporary = temporary
        # Only these two schemes: a redirect to `file:` must lead nowhere.
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            _NoRedirects(),
            urllib.request.HTTPErrorProcessor(),
        ):
            self._opener.add_handler(handler)

    def get(self, url, accept="text/html, application/xhtml+xml, text/plain;q=0.5", delay=0.0):
        """The answer to a GET, an error status too. Raises `FetchError` where there is none."""
        for attempt in range(_ATTEMPTS):
            self._wait_turn(url, max(self.interval, delay))
            try:
                answer = self._request(url, accept)
            except TooLarge:
                raise
            except FetchError:
                if attempt == _ATTEMPTS - 1:
                    raise
                pause = 0.5 * 2**attempt
            else:
                if answer.status not in _LATER or attempt == _ATTEMPTS - 1:
                    return answer
                pause = answer.retry_after if answer.retry_after is not None else 0.5 * 2**attempt
            time.sleep(min(pause, 30.0))
        raise AssertionError("unreachable")

    def _request(self, url, accept):
        headers = {"User-Agent": self.user_agent, "Accept": accept, "Accept-Encoding": "gzip"}
        deadline = time.monotonic() + self.timeout
        try:
            try:
                response = self._opener.open(urllib.request.Request(url, headers=headers), timeout=self.timeout)
            except urllib.error.HTTPError as error:
                response = error
            with response:
                body = self._body(response, url, deadline)
                return Answer(url, response.status, response.headers, body)
        except urllib.error.URLError as error:
            raise FetchError(f"no answer from {url}: {error.reason}") from None
        except (OSError, EOFError, zlib.error, ValueError) as error:
            raise FetchError(f"no answer from {url}: {error or type(error).__name__}") from None
        except http.client.HTTPException as error:
            raise FetchError(f"{url} did not answer in HTTP: {type(error).__name__}") from None

    def _body(self, response, url, deadline):
        encoding = response.headers.get("Content-Encoding", "identity").lower()
        # 32: gzip or zlib, told apart by the header.
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in ("gzip", "x-gzip", "deflate") else None
        body = bytearray()
        while True:
            chunk = response.read1(65536) if hasattr(response, "read1") else response.read(65536)
            if not chunk:
                return bytes(body)
            body += inflate.decompress(chunk, self.max_bytes + 1) if inflate else chunk
            if len(body) > self.max_bytes:
                raise TooLarge(f"{url} is larger than {self.max_bytes} bytes", response.status)
            if time.monotonic() > deadline:
                raise FetchError(f"{url} took longer than {self.timeout:g} seconds", response.status)

    def _wait_turn(self, url, interval):
        """Waits until this host may be asked again. A file says when, so that all workers of a run keep the pace."""
        host = urlsplit(url).netloc
        name = "pace-" + hashlib.sha256(host.encode()).hexdigest()[:16]
        with open(os.path.join(self.temporary, name), "a+", encoding="ascii") as file:
            _lock(file)
            file.seek(0)
            try:
                next_turn = float(file.read())
            except ValueError:
                next_turn = 0.0
            now = time.time()
            turn = min(max(now, next_turn), now + 600)
            file.seek(0)
            file.truncate()
            file.write(repr(turn + interval))
        if turn > now:
            time.sleep(turn - now)


def _lock(file):
    try:
        import fcntl
    except ImportError:
        # Without locks, each process keeps the pace for itself.
        return
    fcntl.flock(file, fcntl.LOCK_EX)


def _retry_after(text):
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
