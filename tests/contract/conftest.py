"""The fixtures of the wire tests."""

from tests.contract.fixtures import (  # noqa: F401 - pytest finds fixtures by their names here
    account,
    app,
    begin,
    client,
    database,
    names,
    other_account,
    rival,
    rows,
    settings,
    stranger,
    work,
)
