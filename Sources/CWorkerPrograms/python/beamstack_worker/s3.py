"""Objects of S3 and of servers that speak its protocol.

`botocore` looks for credentials, regions and endpoints where Amazon's own tools do. Uploads are of several parts, since
only such an upload can be taken back before anybody has seen it; `pyarrow`'s own file system cannot do that.
"""

import os
import re

from beamstack_worker import file_patterns
from beamstack_worker.files import File
from beamstack_worker.tasks import TaskError

# The least that S3 allows, but for the last part, is 5 MiB.
PART_SIZE = 8 << 20
READ_AHEAD = 1 << 20

_client = None


def client():
    """The process's client; it may be used by several threads."""
    global _client
    if _client is None:
        try:
            import botocore.session
            from botocore import UNSIGNED
            from botocore.config import Config
        except ImportError as error:
            raise TaskError("missing-package", f"paths of S3 need a package that is not installed: {error.name}",
                            path=["path"], hint="add 'botocore' to the step's packages") from None
        session = botocore.session.get_session()
        settings = {
            "connect_timeout": 10,
            "read_timeout": 60,
            "retries": {"mode": "standard", "max_attempts": 4},
            # Checksums that other servers than Amazon's often do not know are sent only where the operation needs them.
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
            "user_agent_extra": "beamstack",
        }
        if session.get_credentials() is None:
            # Public buckets are read without any.
            settings["signature_version"] = UNSIGNED
        region = session.get_config_variable("region") or os.environ.get("AWS_REGION") or "us-east-1"
        _client = session.create_client("s3", region_name=region, config=Config(**settings))
    return _client


def split(url, parameter="path"):
    """Bucket and key of a URL."""
    bucket, _, key = url[len("s3://") :].partition("/")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}", bucket):
        raise TaskError("invalid-configuration", f"'{url}' names no bucket", path=[parameter],
                        hint="write 's3://bucket/key'; the bucket itself has no wildcards")
    return bucket, key


def find(pattern, parameter="path", expands_folders=False):
    """The objects that a path, a pattern or a folder stands for, sorted by key; empty if there are none."""
    bucket, key = split(pattern, parameter)
    found = {}
    if key and not key.endswith("/"):
        # A key with brackets or braces in it is itself.
        found = {entry["Key"]: entry for entry in _listed(bucket, key, parameter, limit=1)
                 if entry["Key"] == key}
    if not found and file_patterns.is_pattern(key):
        for alternative in file_patterns.alternatives(key):
            prefix = file_patterns.fixed_prefix(alternative)
            matches = file_patterns.expression(alternative).fullmatch
            # Without wildcards for folders nothing below the folder need be listed.
            is_flat = "/" not in alternative[len(prefix) :] and "**" not in alternative
            for entry in _listed(bucket, prefix, parameter, delimiter="/" if is_flat else None):
                if matches(entry["Key"]):
                    found[entry["Key"]] = entry
    elif not found and expands_folders:
        folder = key if not key or key.endswith("/") else key + "/"
        for entry in _listed(bucket, folder, parameter):
            names = entry["Key"][len(folder) :].split("/")
            if names[-1] and not any(name.startswith((".", "_")) for name in names):
                found[entry["Key"]] = entry
    return [File(f"s3://{bucket}/{key}", found[key]["Size"], int(found[key]["LastModified"].timestamp()))
            for key in sorted(found, key=str.encode)]


def _listed(bucket, prefix, parameter, delimiter=None, limit=None):
    arguments = {"Bucket": bucket, "Prefix": prefix}
    if delimiter:
        arguments["Delimiter"] = delimiter
    if limit:
        arguments["MaxKeys"] = limit
    try:
        for page in client().get_paginator("list_objects_v2").paginate(**arguments):
            yield from page.get("Contents", ())
            if limit:
                return
    except Exception as error:
        raise problem(error, "list", f"s3://{bucket}/{prefix}", parameter) from None


def nearby(pattern, parameter="path"):
    """What there is where a pattern found nothing, as notes."""
    bucket, key = split(pattern, parameter)
    folder = file_patterns.fixed_prefix(key).rpartition("/")[0]
    prefix = folder + "/" if folder else ""
    keys = [entry["Key"] for entry in _listed(bucket, prefix, parameter, limit=6)]
    if not keys:
        return [f"there is nothing below 's3://{bucket}/{prefix}'"]
    return [f"below 's3://{bucket}/{prefix}' there is '{key}'" for key in keys[:3]]


class ObjectReader:
    """An object as a file for random access. What is read is fetched then, a range at a time."""

    def __init__(self, url, size, parameter="path", read_ahead=0):
        self.url = url
        self.size = size
        self.closed = False
        # Bytes that were fetched so far.
        self.fetched = 0
        self._bucket, self._key = split(url, parameter)
        self._parameter = parameter
        self._position = 0
        self._read_ahead = read_ahead
        self._buffer = b""
        self._buffer_start = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def writable(self):
        return False

    def tell(self):
        return self._position

    def seek(self, offset, whence=0):
        self._position = offset + (0, self._position, self.size)[whence]
        return self._position

    def read(self, count=-1):
        """Up to so many bytes from the current position, fewer only at the end."""
        end = self.size if count is None or count < 0 else min(self.size, self._position + count)
        start = self._position
        if end <= start:
            return b""
        self._position = end
        offset = start - self._buffer_start
        if 0 <= offset and end - self._buffer_start <= len(self._buffer):
            return self._buffer[offset : offset + end - start]
        data = self._fetch(start, min(self.size, max(end, start + self._read_ahead)))
        if self._read_ahead:
            self._buffer, self._buffer_start = data, start
            return data[: end - start]
        return data

    def _fetch(self, start, end):
        # A connection that breaks within the answer is no case of the client's own retries.
        attempts = 3
        while True:
            attempts -= 1
            try:
                reply = client().get_object(Bucket=self._bucket, Key=self._key, Range=f"bytes={start}-{end - 1}")
                data = reply["Body"].read()
                break
            except Exception as error:
                if attempts and type(error).__name__ in ("IncompleteReadError", "ResponseStreamingError",
                                                         "ReadTimeoutError"):
                    continue
                raise problem(error, "read", self.url, self._parameter) from None
        self.fetched += len(data)
        if len(data) != end - start:
            raise TaskError("damaged-file", f"'{self.url}' has changed while it was read", path=[self._parameter])
        return data

    def flush(self):
        """Nothing is written."""

    def close(self):
        self.closed = True
        self._buffer = b""


class Upload:
    """An object that is uploaded now, part by part, and appears when it is committed."""

    def __init__(self, url, parameter="path"):
        self.path = url
        self.size = 0
        self._bucket, self._key = split(url, parameter)
        self._parameter = parameter
        self._pending = bytearray()
        self._upload = None
        self._parts = []
        self._part_size = PART_SIZE
        if not self._key:
            raise TaskError("invalid-configuration", f"'{url}' has no key", path=[parameter],
                            hint="write 's3://bucket/prefix'")
        # Now, not after an hour of work, is the time to learn that the bucket is missing or nobody may write there.
        self._upload = self._ask("create_multipart_upload")["UploadId"]

    def _ask(self, operation, **arguments):
        try:
            return getattr(client(), operation)(Bucket=self._bucket, Key=self._key, **arguments)
        except Exception as error:
            raise problem(error, "write", self.path, self._parameter) from None

    def write(self, data):
        """Appends bytes."""
        count = memoryview(data).nbytes
        self._pending += data
        self.size += count
        while len(self._pending) >= self._part_size:
            self._send(self._part_size)
        return count

    def _send(self, count):
        number = len(self._parts) + 1
        with memoryview(self._pending) as pending:
            body = bytes(pending[:count])
        del self._pending[:count]
        reply = self._ask("upload_part", UploadId=self._upload, PartNumber=number, Body=body)
        self._parts.append({"ETag": reply["ETag"], "PartNumber": number})
        if number % 1000 == 0:
            # Large objects have larger parts, so that the number of parts suffices for the 5 TiB that one may have.
            self._part_size *= 2

    def finish(self):
        """Sends the last part."""
        if self._pending or not self._parts:
            self._send(len(self._pending))

    def commit(self):
        """Makes the object of its parts."""
        self._ask("complete_multipart_upload", UploadId=self._upload, MultipartUpload={"Parts": self._parts})
        self._upload = None
        return self.path

    def abort(self):
        """Has the store forget the parts."""
        if self._upload is not None:
            upload, self._upload = self._upload, None
            try:
                self._ask("abort_multipart_upload", UploadId=upload)
            except TaskError as error:
                # The store may have dropped the upload by itself.
                if error.code != "unknown-object":
                    raise


def problem(error, verb, url, parameter="path"):
    """What is wrong, in words; nothing of the credentials is in it."""
    if isinstance(error, TaskError):
        return error
    kind = type(error).__name__
    reply = getattr(error, "response", None) or {}
    code = str(reply.get("Error", {}).get("Code", ""))
    status = reply.get("ResponseMetadata", {}).get("HTTPStatusCode")
    bucket = split(url)[0]
    if code == "NoSuchBucket":
        return TaskError("unknown-object", f"there is no bucket '{bucket}'", path=[parameter],
                         hint="check its name, and the endpoint or region that the environment names")
    if code in ("NoSuchKey", "404", "NoSuchUpload") or status == 404:
        return TaskError("unknown-object", f"there is no object '{url}'", path=[parameter])
    if code in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired",
                "InvalidClientTokenId", "AuthorizationHeaderMalformed"):
        return TaskError("login-refused", f"the store does not accept the credentials for '{url}' ({code})",
                         path=[parameter], hint="check AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_REGION and '~/.aws'")
    if code in ("AccessDenied", "403", "AllAccessDisabled") or status in (401, 403):
        return TaskError("login-refused", f"the credentials do not allow to {verb} '{url}'", path=[parameter],
                         hint="check the bucket's policy, and AWS_PROFILE or AWS_ACCESS_KEY_ID")
    if "Credential" in kind or kind in ("ProfileNotFound", "SSOTokenLoadError", "UnauthorizedSSOTokenError",
                                        "TokenRetrievalError"):
        return TaskError("login-refused", f"there are no usable credentials for '{url}' ({kind})", path=[parameter],
                         hint="set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in again")
    if "Connect" in kind or "Timeout" in kind or kind in ("EndpointConnectionError", "SSLError", "ProxyConnectionError",
                                                          "InvalidEndpointDiscoveryConfigurationError"):
        return TaskError("unreachable-service", f"the object store does not answer for '{url}'", path=[parameter],
                         notes=_endpoint_note(), hint="check AWS_ENDPOINT_URL and the network")
    if code:
        return TaskError("unreachable-service", f"the object store refuses to {verb} '{url}': {code}",
                         path=[parameter], notes=_endpoint_note())
    return error


def _endpoint_note():
    from urllib.parse import urlsplit

    # A URL may have a user and a password in it.
    parts = urlsplit(client().meta.endpoint_url) if _client is not None else None
    return [f"asked {parts.scheme}://{parts.hostname}{':' + str(parts.port) if parts.port else ''}"] if parts else []
