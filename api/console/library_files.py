"""Taking the library out as a file, and bringing a file in."""

import json

import yaml
from flask import Blueprint, Response, redirect, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound as NoPage
from werkzeug.wrappers import Response as AnyResponse

from api.auth import caller
from api.console import guard
from api.console.pages import page
from api.console.webhooks_forms import filled
from api.generation_v2 import seed_for
from api.services import services
from models import TaskExecution, library
from models.base import Json as Document
from models.errors import NotFound
from models.organizations import GENERATE
from models.task_executions import LIBRARY_IMPORT, NO_SUCH_JOB, OPEN, Submission
from workers.queue import GENERATE as RUN

blueprint = Blueprint("files", __name__, template_folder="templates")

YAML, JSON = "yaml", "json"
MEDIA = {YAML: "application/yaml", JSON: "application/json"}
LONGEST_NAME = 200


@blueprint.get("/export")
def export() -> Response:
    """All questions that are not retired, or a skill's, with their keys, in the form that an import takes."""
    kind, skill = request.args.get("format", YAML), filled(request.args.to_dict()).get("skill")
    if kind not in MEDIA:
        raise NoPage
    with services().database.read() as rows:
        found = library.documents(library.all_kept(rows, caller().organization_id, skill))
    text = _json(found) if kind == JSON else _yaml(found)
    response = Response(text, mimetype=MEDIA[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="library.{kind}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _json(found: list[Document]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _yaml(found: list[Document]) -> str:
    # Written by libyaml, for a large library takes Python's own seconds.
    return yaml.dump_all(
        found, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=100, explicit_start=True
    )


@blueprint.get("/import")
def choose() -> Response:
    """Ask for a file."""
    guard.require(GENERATE)
    return page("console/library_import.html", error=None, takes_flawed=False)


@blueprint.post("/import")
def begin() -> AnyResponse:
    """Have the file checked and stored by a job, and lead to what comes of it."""
    sent, takes_flawed = request.files.get("file"), "takes_flawed" in request.form
    text, error = _text_of(sent.read() if sent is not None else b"")
    if error:
        return page("console/library_import.html", 422, error=error, takes_flawed=takes_flawed)
    me = caller()
    name = (sent.filename or "")[:LONGEST_NAME].replace("\0", "") if sent is not None else ""
    brief = {"file": name, "text": text, "takes_flawed": takes_flawed}
    submission = Submission(
        organization_id=me.organization_id,
        created_by=me.label,
        mode=me.mode,
        type=LIBRARY_IMPORT,
        brief=brief,
        seed=seed_for(None, brief, me.mode),
        quota=me.quota,
    )
    job_id = services().accepting.do(submission)
    services().publisher.publish(RUN, job_id)
    return redirect(url_for("library_pages.files.outcome", job_id=job_id), 303)


def _text_of(data: bytes) -> tuple[str, str | None]:
    """The file's text, and what is wrong with it where it can be no library file."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "", gettext("The file is no text in UTF-8.")
    if not text.strip():
        return "", gettext("Choose a file that is not empty.")
    if "\0" in text:
        return "", gettext("The file holds a NUL character: it is no text.")
    return text, None


@blueprint.get("/imports/<job_id>")
def outcome(job_id: str) -> Response:
    """What has come of an import."""
    with services().database.read() as rows:
        job = TaskExecution.get(rows, caller().organization_id, job_id)
    if job.type != LIBRARY_IMPORT:
        raise NotFound(NO_SUCH_JOB)
    return page("console/library_outcome.html", job=job, is_open=job.status in OPEN, result=job.result or {})
