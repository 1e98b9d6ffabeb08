"""Somebody who has signed in and whose browser is Flask's test client: for rules that need no real one."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from models import sign_in_links
from models.organizations import authenticate
from models.session import Database
from tests.conftest import SECRET, Account


class Member:
    """Calls pages, and sends forms with the token that a page of theirs has."""

    def __init__(self, app: Flask, database: Database, account: Account) -> None:
        self.client = app.test_client()
        with database.write() as session:
            caller = authenticate(session, account.key, SECRET.encode())
            assert caller is not None
            text = sign_in_links.create(session, caller.key_id)
        assert self.client.get(f"/console/link/{text}").status_code == 302
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.client.get("/console/jobs").text)
        assert found is not None
        self.token = found[1]

    def get(self, path: str, **query: Any) -> TestResponse:
        """A page."""
        return self.client.get(path, query_string=query or None)

    def post(self, path: str, **form: Any) -> TestResponse:
        """Send a form."""
        return self.client.post(
            path, data={"csrf_token": self.token, **form}, content_type="multipart/form-data"
        )
