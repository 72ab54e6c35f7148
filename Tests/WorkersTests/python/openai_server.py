"""An HTTP server that speaks OpenAI's protocol: it says what it hears, louder."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Endpoint(ThreadingHTTPServer):
    """Knows the model 'parrot'. script: statuses to answer with first, 'hang up', or 'sleep' for half a second."""

    daemon_threads = True

    def __init__(self, script=(), key="secret-key"):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.key, self.requests = list(script), key, []
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request, client_address):
        """A client that gave up is what some tests want."""

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            server.requests.append(request)
            first = server.script.pop(0) if server.script else None
        if first == "hang up":
            self.close_connection = True
            return
        if first == "sleep":
            time.sleep(0.5)
        elif first is not None:
            self.answer(first, {"error": {"message": "later"}})
            return
        if self.headers.get("Authorization") != f"Bearer {server.key}":
            self.answer(401, {"error": {"message": "Incorrect API key provided"}})
        elif request["model"] != "parrot":
            self.answer(404, {"error": {"message": "no such model", "code": "model_not_found"}})
        else:
            self.answer(*self.result(request))

    def result(self, request):
        """The status and content for a request that is in order."""
        if self.path == "/v1/embeddings":
            return 200, {"data": [{"index": 0, "embedding": [float(len(request["input"])), 1.0]}]}
        if self.path == "/v1/completions":
            return 200, {"choices": [{"text": request["prompt"] + "!"}]}
        text = request["messages"][-1]["content"]
        if len(text) > 50:
            return 400, {"error": {"message": "the text is too long"}}
        usage = {"prompt_tokens": len(text), "completion_tokens": 1}
        return 200, {"choices": [{"message": {"role": "assistant", "content": text.upper()}}], "usage": usage}

    def answer(self, status, content):
        """Sends an answer."""
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "0.01")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Tests print nothing."""
