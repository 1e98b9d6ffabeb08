"""A server that can be stopped and started again at the same address."""

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

import psycopg

from deploy.local_services import Service, free_port


class Server:
    """PostgreSQL or Redis on one port, whatever becomes of its processes."""

    def __init__(self, begin: Callable[[int], Service]) -> None:
        self._begin = begin
        self._port = free_port()
        self._service: Service | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The server's address."""
        assert self._service is not None
        return self._service.url

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._service = self._begin(self._port)

    def stop(self) -> None:
        """End it at once: nobody is waited for."""
        assert self._service is not None
        self._service.stop()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """SIGSTOP it, so that connections stand and nothing answers; SIGCONT at the end."""
        assert self._service is not None
        os.kill(self._service.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._service.pid, signal.SIGCONT)

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """A PostgreSQL database, dropped at the end."""
        name = f"chaos_{secrets.token_hex(6)}"
        with psycopg.connect(self.url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url.rpartition("/")[0] + f"/{name}"
        finally:
            with psycopg.connect(self.url, autocommit=True) as admin:
                admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
