"""Asking for an assessment, with a form."""

import hashlib
import json
import time
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.console import generate_form, generate_guess, guard, paths
from api.console.generate_files import ENDINGS, Unreadable, text_of
from api.console.generate_form import Form
from api.console.pages import page
from api.generation_v2 import submission_of, submitted_once
from api.idempotency import REPLAYED
from api.parsing import LARGEST_BODY
from models.errors import Conflict
from models.quotas import OverQuota

blueprint = Blueprint(
    "generate_pages", __name__, url_prefix=f"{paths.CONSOLE}/generate", template_folder="templates"
)
blueprint.before_request(guard.require_sign_in)

# In seconds: the first of two clicks stores its job in some hundredths of one.
FIRST_CLICK = 5.0
LOOK_AGAIN = 0.05
# In bytes: the rest of the body is the form's.
LARGEST_FILE = LARGEST_BODY - 16 * 1024


@blueprint.get("")
def show() -> Response:
    """An empty form."""
    return _drawn(Form.blank(), 200)


@blueprint.post("")
def submit() -> AnyResponse:
    """Store the job that the form asks for, and lead to its page."""
    form = Form.sent(request.form)
    _read_file(form)
    data = form.request() if not form.problems else None
    if data is None:
        return _drawn(form, 422)
    try:
        job_id, replayed = _job_of(form.token, data)
    except OverQuota as error:
        response = _drawn(form, 429, str(error))
        response.headers["Retry-After"] = str(error.seconds)
        return response
    answer = redirect(url_for("jobs_pages.show", job_id=job_id), 303)
    if replayed:
        answer.headers[REPLAYED] = "true"
    return answer


@blueprint.post("/text")
def text() -> tuple[Response, int]:
    """The text of a file, for the form: `{"text": …}`, or `{"problem": …}` with 422."""
    file = request.files.get("file")
    try:
        return jsonify(text=text_of(file.filename or "", file.read()) if file else ""), 200
    except Unreadable as error:
        return jsonify(problem=str(error)), 422


def _read_file(form: Form) -> None:
    """Put the text of the file, where one was sent, after what was typed."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return
    try:
        read = text_of(file.filename, file.read())
    except Unreadable as error:
        form.problems["file"] = str(error)
        return
    typed = form.values["job_description"]
    form.values["job_description"] = f"{typed}\n\n{read}" if typed else read


def _job_of(token: str, data: dict[str, Any]) -> tuple[str, bool]:
    """The id of the job, and whether this very form has made it before: of two clicks there is one job.

    The same page with something else in it, as by going back, asks for another one.
    """
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
    deadline = time.monotonic() + FIRST_CLICK
    while True:
        try:
            answer, replayed = submitted_once(submission_of(data), f"console {token} {digest}", digest)
        except Conflict:
            # The first click's request is still running.
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK_AGAIN)
        else:
            return json.loads(answer.body)["job_id"], replayed


def _drawn(form: Form, status: int, refusal: str | None = None) -> Response:
    return page(
        "console/generate.html",
        status,
        form=form,
        refusal=refusal,
        labels=generate_form.labels(),
        choices=generate_form.choices(),
        endings=",".join(ENDINGS),
        largest=LARGEST_FILE,
        options=generate_guess.OPTIONS,
    )
