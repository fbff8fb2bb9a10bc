"""A real HTTP server on this machine that answers each request as a test has written."""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """How to answer one request.

    Attributes:
        body: the whole file.
        status: other than 200, the body is sent whole with this status.
        headers: replace or add to those of a well-behaved server; None leaves one out.
        ranges: whether Range requests are understood.
        cut: send only so many bytes of what was announced, then close the connection.
        reset: close it by a reset instead of an end.
        chunked: chunked transfer encoding, without a length.
        hold: after `cut` bytes, wait for this event before closing.
    """

    body: bytes = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    ranges: bool = True
    cut: int | None = None
    reset: bool = False
    chunked: bool = False
    hold: threading.Event | None = None


class ScriptedServer(ThreadingHTTPServer):
    """Answers by a script: one answer a request, the last one again and again."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = []
        self.requests = []
        self.sent = 0

    def answers(self, *script):
        self.script = list(script)

    def url(self, name):
        return f"http://127.0.0.1:{self.server_port}/files/{name}"

    @property
    def ranges(self):
        """The Range header of each request so far, None where it had none."""
        return [headers.get("Range") for headers in self.requests]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        script = self.server.script
        answer = script.pop(0) if len(script) > 1 else script[0]
        self.server.requests.append(dict(self.headers))
        self.close_connection = True
        status, start = self.place(answer)
        body = b"" if status == 416 else answer.body[start:]
        self.send_response(status)
        for key, value in self.describe(answer, status, start, body).items():
            if value is not None:
                self.send_header(key, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # a client may go before all is sent
            self.send(answer, body)

    def place(self, answer):
        """Status and first byte of the answer to this request."""
        wanted = self.headers.get("Range")
        if answer.status != 200 or not answer.ranges or wanted is None:
            return answer.status, 0
        validators = (answer.headers.get("ETag", '"v1"'), answer.headers.get("Last-Modified"))
        if self.headers.get("If-Range", validators[0]) not in validators:
            return 200, 0
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        return (206, start) if start < len(answer.body) else (416, 0)

    def describe(self, answer, status, start, body):
        total = len(answer.body)
        headers = {"Content-Type": "application/octet-stream", "ETag": '"v1"'}
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
        if status == 416:
            headers["Content-Range"] = f"bytes */{total}"
        if answer.chunked:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(len(body))
        return headers | answer.headers

    def send(self, answer, body):
        data = body if answer.cut is None else body[: answer.cut]
        if answer.chunked:
            pieces = [data[i : i + 4096] for i in range(0, len(data), 4096)]
            # a cut ends the stream without the chunk of length zero that says that all was sent
            pieces += [b""] if answer.cut is None else []
            data = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        self.wfile.write(data)
        self.server.sent += len(data)
        if answer.hold:
            answer.hold.wait(60)
        if answer.reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def log_message(self, format, *arguments):  # noqa: A002
        pass
