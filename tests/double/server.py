"""A publisher that stands in for the real ones: an HTTP server on this machine that can fail.

What it answers is told by `Double.route`; how it fails, at the socket, by `Double.fault`.
"""

from __future__ import annotations

import contextlib
import http.server
import socket
import ssl
import struct
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from double.faults import Fault


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    """Names in small letters."""
    time: float
    target: str = ""
    """Path and query as they stood in the request."""

    def first(self, name: str, default: str = "") -> str:
        """Return the first value of a parameter of the query."""
        return self.query.get(name, [default])[0]


@dataclass
class Reply:
    """One answer; Content-Length is added unless `chunked`."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    chunked: bool = False


@dataclass
class _Planned:
    match: str
    fault: Fault
    times: int | None


class Double:
    """A server for all publishers, each under its prefix.

    Parameters
    ----------
    tls
        Serve https with a certificate of a made-up authority; `authority` is its file for
        clients that trust it.
    """

    def __init__(self, tls: bool = False) -> None:
        self.requests: list[Seen] = []
        self.errors: list[Exception] = []
        self.stopped = threading.Event()
        self.most_at_once = 0
        self.connections = 0
        self.lock = threading.Lock()
        self._now = 0
        self._routes: dict[str, Callable[[Seen], Reply]] = {}
        self._faults: list[_Planned] = []
        self._open: set[socket.socket] = set()
        self.authority = ""
        self._files = contextlib.ExitStack()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.double = self
        if tls:
            self._wrap()
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_address[1]}"

    def _wrap(self) -> None:
        import trustme

        made_up = trustme.CA(organization_name="synthetic authority of the tests")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made_up.issue_cert("127.0.0.1").configure_cert(context)
        self._server.context = context
        self.authority = self._files.enter_context(made_up.cert_pem.tempfile())

    def __enter__(self) -> Double:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse connections from now on and end every answer under way."""
        if self.stopped.is_set():
            return
        self.stopped.set()
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()
        with self.lock:
            still = list(self._open)
        for connection in still:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._files.close()

    def route(self, prefix: str, respond: Callable[[Seen], Reply]) -> None:
        """Answer what begins with `prefix` by `respond`; the longest prefix wins."""
        self._routes[prefix] = respond

    def fault(self, match: str, fault: Fault, times: int | None = None) -> None:
        """Fail where path and query contain `match`; times None: always."""
        with self.lock:
            self._faults.append(_Planned(match, fault, times))

    def mend(self) -> None:
        """Drop all faults."""
        with self.lock:
            self._faults.clear()

    def asked(self, match: str = "") -> list[Seen]:
        """Return the requests whose path and query contain `match`."""
        return [seen for seen in self.requests if match in seen.target]

    def planned(self, target: str) -> Fault | None:
        """Take the first fault for a request, if there is one."""
        with self.lock:
            for one in self._faults:
                if one.match in target and one.times != 0:
                    if one.times is not None:
                        one.times -= 1
                    return one.fault
        return None

    def answer(self, seen: Seen) -> Reply:
        """Return the answer of the longest prefix that fits."""
        fitting = [prefix for prefix in self._routes if seen.path.startswith(prefix)]
        if not fitting:
            return Reply(404, b"nothing here", {"Content-Type": "text/plain"})
        try:
            return self._routes[max(fitting, key=len)](seen)
        except Exception as error:
            # A fault of the test itself, which would look like one of a publisher.
            self.errors.append(error)
            return Reply(500, traceback.format_exc().encode(), {"Content-Type": "text/plain"})

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Count the requests that are answered at the same time."""
        with self.lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            yield
        finally:
            with self.lock:
                self._now -= 1

    def opened(self, connection: socket.socket) -> None:
        """Note a connection, to close it at the end."""
        with self.lock:
            self._open.add(connection)
            self.connections += 1

    def closed(self, connection: socket.socket) -> None:
        """Note that a connection is closed."""
        with self.lock:
            self._open.discard(connection)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    double: Double
    context: ssl.SSLContext | None = None

    def handle_error(self, *_: Any) -> None:
        """Say nothing: clients of a failing server go away."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        self.request.settimeout(30)
        if self.server.context:
            # Here, in the thread of the connection, a slow handshake holds nobody up.
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.server.double.opened(self.request)
        super().setup()

    def finish(self) -> None:
        self.server.double.closed(self.request)
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_HEAD = do_GET  # noqa: N815

    def _serve(self) -> None:
        double = self.server.double
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(parts.query, keep_blank_values=True)
        seen = Seen(self.command, parts.path, query, headers, time.monotonic(), self.path)
        with double.counted():
            with double.lock:
                double.requests.append(seen)
            fault = double.planned(self.path)
            with contextlib.suppress(OSError):
                self._fail(fault, seen)
                return
        self.close_connection = True

    def _fail(self, fault: Fault | None, seen: Seen) -> None:
        double = self.server.double
        kind = fault.kind if fault else ""
        if fault is None:
            return self._send(double.answer(seen))
        if kind == "close":
            # Closed with a reset, as a crashed service does.
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return None
        if kind == "hang_before":
            if double.stopped.wait(fault.seconds):
                self.close_connection = True
                return None
            return self._send(double.answer(seen))
        if kind == "status":
            headers = {"Content-Type": "text/plain"}
            if fault.retry_after is not None:
                headers["Retry-After"] = fault.retry_after
            return self._send(Reply(fault.code, fault.body or b"", headers))
        if kind == "redirect":
            return self._send(Reply(fault.code, b"", {"Location": fault.url}))
        reply = double.answer(seen)
        if kind == "replace":
            body = reply.body if fault.body is None else fault.body
            reply = Reply(reply.status, body, {**reply.headers, **fault.headers}, reply.chunked)
        if kind == "rewrite" and fault.change:
            reply = Reply(reply.status, fault.change(reply.body), reply.headers, reply.chunked)
        return self._send(reply, fault)

    def _send(self, reply: Reply, fault: Fault | None = None) -> None:
        kind = fault.kind if fault else ""
        body = b"" if self.command == "HEAD" or reply.status in (204, 304) else reply.body
        length = len(body)
        if fault and kind == "cut":
            body = body[: fault.after_bytes]
            length = len(body) if fault.honest_length else length
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if fault and kind == "hang_during":
            self._write(body[: fault.after_bytes], reply.chunked)
            if self.server.double.stopped.wait(fault.seconds):
                self.close_connection = True
                return
            self._write(body[fault.after_bytes :], reply.chunked)
        elif fault and kind == "drip":
            for start in range(0, len(body), fault.step):
                self._write(body[start : start + fault.step], reply.chunked)
                if self.server.double.stopped.wait(fault.seconds):
                    self.close_connection = True
                    return
        else:
            self._write(body, reply.chunked)
        dishonest = fault is not None and kind == "cut" and not fault.honest_length
        if reply.chunked and not dishonest:
            self.wfile.write(b"0\r\n\r\n")
        if dishonest:
            self.close_connection = True

    def _write(self, body: bytes, chunked: bool) -> None:
        if body:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(body), body) if chunked else body)
            self.wfile.flush()
