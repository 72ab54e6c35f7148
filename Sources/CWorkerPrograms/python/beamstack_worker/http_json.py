"""JSON over HTTP with retries: what OpenAI-compatible endpoints and Elasticsearch speak."""

import base64
import http.client
import json
import os
import ssl
import threading
import time
import urllib.request
from urllib.parse import urlsplit

from beamstack_worker.tasks import TaskError

# "Later": the server is overloaded, restarting, or wants us to slow down.
_LATER = (408, 409, 429, 500, 502, 503, 504)


class Answer:
    """A server's answer: its status and its JSON."""

    def __init__(self, status, body, retry_after=None):
        self.status = status
        self.retry_after = retry_after
        try:
            self.json = json.loads(body) if body else {}
        except ValueError:
            self.json = {"error": body[:200].decode("utf-8", "replace")}

    @property
    def reason(self):
        """What the server says went wrong."""
        error = self.json.get("error", self.json) if isinstance(self.json, dict) else self.json
        if isinstance(error, dict):
            causes = error.get("root_cause") or [{}]
            error = error.get("message") or causes[0].get("reason") or error.get("reason") or json.dumps(error)
        return f"status {self.status}: {str(error)[:500]}"


class JSONService:
    """A service at a base address; safe to use from several threads.

    path: where the address stands in the configuration; `credentials`: where the key or password does.
    """

    def __init__(
        self,
        url,
        *,
        headers=(),
        timeout=60.0,
        attempts=5,
        verifies=True,
        authorities=None,
        path=("url",),
        credentials=("api_key",),
    ):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise TaskError(
                "invalid-configuration",
                f"'{without_password(url)}' is no address of a service",
                path=path,
                hint="write it in full: https://host:port",
            )
        self.url = without_password(url).rstrip("/")
        self.path, self.credentials = path, credentials
        self.attempts, self.timeout = attempts, timeout
        self._headers = {"Accept": "application/json", **dict(headers)}
        if parts.username:
            self._headers.setdefault("Authorization", basic(parts.username, parts.password or ""))
        self._context = None
        if parts.scheme == "https":
            self._context = ssl.create_default_context(cafile=authorities)
            if not verifies:
                self._context.check_hostname = False
                self._context.verify_mode = ssl.CERT_NONE
        self._parts = parts
        self._local = threading.local()
        self._connections = []

    def request(self, method, path, content=None, kind="application/json", retries=True):
        """The answer, whatever its status but a refused login. Raises `TaskError` where there is none."""
        body = content if isinstance(content, bytes) or content is None else json.dumps(content).encode()
        pause = 0.5
        for attempt in range(self.attempts):
            last = attempt == self.attempts - 1 or not retries
            try:
                answer = self._once(method, path, body, kind)
            except (OSError, http.client.HTTPException) as error:
                self._forget()
                if last or isinstance(error, ssl.SSLCertVerificationError):
                    raise self._unreachable(error) from None
            else:
                if answer.status in (401, 403):
                    raise TaskError(
                        "login-refused",
                        f"{self.url} refused the login ({answer.reason})",
                        path=self.credentials,
                        hint="check the user and the password or key",
                    )
                if answer.status not in _LATER or last:
                    return answer
                if answer.retry_after is not None:
                    pause = answer.retry_after
            time.sleep(min(pause, 60.0))
            pause *= 2
        raise AssertionError("the last attempt returns or raises")

    def close(self):
        """Ends all connections."""
        while self._connections:
            self._connections.pop().close()

    def _once(self, method, path, body, kind):
        connection = self._connection()
        headers = {**self._headers, **({"Content-Type": kind} if body is not None else {})}
        connection.request(method, self._parts.path.rstrip("/") + path, body, headers)
        response = connection.getresponse()
        content = response.read()
        return Answer(response.status, content, _seconds(response.headers.get("Retry-After")))

    def _connection(self):
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connected()
            self._connections.append(connection)
        return connection

    def _connected(self):
        host, port = self._parts.hostname, self._parts.port
        secure = self._context is not None
        proxy = urllib.request.getproxies().get(self._parts.scheme)
        if proxy and not urllib.request.proxy_bypass(host) and secure:
            via = urlsplit(proxy if "//" in proxy else "//" + proxy)
            connection = http.client.HTTPSConnection(
                via.hostname, via.port, timeout=self.timeout, context=self._context
            )
            connection.set_tunnel(host, port or 443)
            return connection
        if secure:
            return http.client.HTTPSConnection(host, port, timeout=self.timeout, context=self._context)
        return http.client.HTTPConnection(host, port, timeout=self.timeout)

    def _forget(self):
        connection, self._local.connection = getattr(self._local, "connection", None), None
        if connection is not None:
            connection.close()

    def _unreachable(self, error):
        hint = "check the address, and that the service is up"
        if isinstance(error, ssl.SSLCertVerificationError):
            hint = (
                "name the authority's certificate in 'ca_certs', or say 'verify_certs: false' if you trust the network"
            )
        return TaskError(
            "unreachable-service",
            f"{self.url} does not answer: {error or type(error).__name__}",
            path=self.path,
            hint=hint,
        )


def basic(user, password):
    """The header of a login by name and password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def secret(config, name, default_variable=None, path=()):
    """A password or key: from `NAME` itself, or from the environment variable that `NAME_variable` names."""
    if config.get(name):
        return str(config[name])
    variable = config.get(name + "_variable")
    value = os.environ.get(variable or default_variable or "")
    if variable and not value:
        raise TaskError(
            "invalid-configuration",
            f"the environment variable '{variable}' is not set",
            path=[*path, name + "_variable"],
            hint=f"export {variable}=…",
        )
    return value


def without_password(url):
    """An address as messages may show it."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=host).geturl()
    except ValueError:
        return "the address"


def _seconds(text):
    try:
        return max(0.0, float(text))
    except (TypeError, ValueError):
        return None
