"""What the tests of generation share."""

import pytest

from workers.generation import item_models


@pytest.fixture
def no_item_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave item models out where a test counts what the bank gives."""
    monkeypatch.setattr(item_models, "of_skill", lambda _: ())
