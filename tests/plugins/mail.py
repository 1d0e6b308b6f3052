"""A mail server on loopback that keeps what it is given."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_string
from email.message import Message

CONNECTION = "AIRFLOW_CONN_SMTP_DEFAULT"


@dataclass(frozen=True)
class Letter:
    to: list[str]
    message: Message

    @property
    def text(self) -> str:
        return self.message.get_payload(0).get_payload(decode=True).decode()


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 here")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            verb = line.upper()
            if verb.startswith("RCPT"):
                if self.server.refuses in line:
                    self._say("550 nobody of that name")
                    continue
                to.append(line.split("<")[1].rstrip(">"))
            if verb.startswith("DATA"):
                self._say("354 go on")
                self.server.letters.append(Letter(to, message_from_string("".join(self._lines()))))
            self._say("221 bye" if verb == "QUIT" else "250 ok")

    def _lines(self) -> Iterator[str]:
        while (line := self.rfile.readline().decode()) != ".\r\n":
            yield line

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.letters: list[Letter] = []
        self.refuses = "\n"

    def connection(self, **extra: object) -> str:
        """Airflow's connection to this server, as the environment gives it."""
        plain = {"disable_ssl": True, "disable_tls": True, "from_email": "icandid@example.org", "retry_limit": 0}
        host, port = self.server_address
        return json.dumps({"conn_type": "smtp", "host": host, "port": port, "extra": {**plain, **extra}})


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
