"""A server for the tests of HTTP: tells what it was sent, or misbehaves as the path says."""

import json
import socket
import socketserver
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections = 0

    def setup(self):
        Handler.connections += 1
        super().setup()

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.path == "/slow":
            time.sleep(5)
        if self.path == "/cut":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status = int(self.path.rsplit("/", 1)[1]) if self.path.startswith("/status/") else 200
        if self.path.startswith("/bytes/"):
            content = b"x" * int(self.path.rsplit("/", 1)[1])
        else:
            told = {"method": self.command, "path": self.path, "headers": dict(self.headers)}
            told["body"] = body.decode("latin-1")
            told["connections"] = Handler.connections
            content = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Test", "  spaced  ")
        if 300 <= status < 400:
            self.send_header("Location", "https://elsewhere.example/")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    # That of HTTPServer asks for the machine's name, which may take seconds.
    server_bind = socketserver.TCPServer.server_bind


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
