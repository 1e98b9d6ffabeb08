"""The fixtures of the wire tests: the contract's."""

from tests.contract.conftest import *  # noqa: F403 - pytest finds fixtures by their names here
