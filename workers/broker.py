"""kombu's Redis transport, but one whose worker outlives a Redis that is restarted while jobs run.

celeryconfig puts it in the place of kombu's.
"""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as ConnectionLost


class Channel(redis.Channel):
    """A channel that says so when its connection is gone.

    kombu 5.7 lets go of a lost connection, and then acknowledges or puts back on its channels what
    was in work. That met an AttributeError, which ended the worker; a connection's error is expected
    there, and noted. No job is lost with such a message: the sweep sends again what waits.
    """

    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection.client is None:
            raise ConnectionLost("The connection to the broker is gone.")
        return super()._connparams(asynchronous)  # type: ignore[no-untyped-call]


class Transport(redis.Transport):
    """What makes such channels."""

    Channel = Channel
