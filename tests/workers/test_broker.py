"""What the worker does with messages whose connection to Redis is gone."""

import logging

import pytest
from kombu import Connection, Queue

from tests.conftest import REDIS
from workers.broker import Transport


@pytest.mark.service
def test_a_message_whose_connection_is_gone_can_be_acknowledged_without_harm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue = Queue("assessgen-test-broker", exclusive=True)
    with Connection(REDIS, transport=Transport) as connection:
        connection.Producer().publish({"n": 1}, routing_key=queue.name, declare=[queue.bind(connection)])
        message = queue.bind(connection).get()
        assert message is not None
        channel = message.channel
        # As kombu does with a connection that was lost.
        channel._disconnect_pools()
        channel._close_clients()
        for kept in ("client", "subclient"):
            channel.__dict__.pop(kept, None)
        channel._pool = channel._async_pool = None
        client, channel.connection.client = channel.connection.client, None
        message.ack_log_error(logging.getLogger("test"), connection.connection_errors)
        assert "Couldn't ack" in caplog.text
        channel.connection.client = client
