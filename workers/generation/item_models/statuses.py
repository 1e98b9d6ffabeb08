"""HTTP statuses: the one that says what happened to a request, after RFC 9110 and 6585."""

import random
from typing import NamedTuple

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.http import API, THINGS


class Situation(NamedTuple):
    """What happens to a request, the status that says so, and statuses that are taken for it."""

    text: str
    status: str
    wrong: tuple[tuple[str, str], ...]


UNAUTHENTICATED = ("401 Unauthorized", "It is taken for a missing login.")
FORBIDDEN = ("403 Forbidden", "It is taken for a missing permission.")
MISSING = ("404 Not Found", "The resource is taken to be missing.")
BAD = ("400 Bad Request", "The request is taken to be malformed.")
FAILED = ("500 Internal Server Error", "A refusal is taken for a fault of the server.")
FINE = ("200 OK", "The general success is taken where a more exact status exists.")
SITUATIONS = (
    Situation(
        "POST /{things} stores {thing} {id} at once and answers with its new address in Location.",
        "201 Created",
        (
            FINE,
            ("202 Accepted", "Work that is done is told as work to come."),
            ("204 No Content", "The answer is taken to have to be empty."),
        ),
    ),
    Situation(
        "POST /{things}/{id}/export is taken into a queue; the export will be made some minutes later.",
        "202 Accepted",
        (
            ("201 Created", "Work to come is told as done."),
            FINE,
            ("102 Processing", "A note in passing is taken for the final answer."),
        ),
    ),
    Situation(
        "DELETE /{things}/{id} has removed the {thing}, and the answer has no body.",
        "204 No Content",
        (
            ("202 Accepted", "Work that is done is told as work to come."),
            ("410 Gone", "The state afterwards is told in place of the success."),
            MISSING,
        ),
    ),
    Situation(
        "GET /{things}/{id} comes without credentials, and the API asks for them.",
        "401 Unauthorized",
        (FORBIDDEN, MISSING, BAD),
    ),
    Situation(
        "GET /{things}/{id} comes with a valid login whose role does not let it read {things}; the API "
        "makes no secret of which {things} exist.",
        "403 Forbidden",
        (UNAUTHENTICATED, BAD, FAILED),
    ),
    Situation(
        "GET /{things}/{id} asks for a {thing} that was never stored.",
        "404 Not Found",
        (
            ("410 Gone", "It is taken to have existed."),
            ("204 No Content", "A missing resource is told as an empty one."),
            FAILED,
        ),
    ),
    Situation(
        "PATCH /{things} reaches a resource that supports GET and POST only.",
        "405 Method Not Allowed",
        (MISSING, FORBIDDEN, ("501 Not Implemented", "The server is taken not to know the method.")),
    ),
    Situation(
        "POST /{things} would store a second {thing} under the unique number {id}, which the API refuses.",
        "409 Conflict",
        (MISSING, FAILED, ("412 Precondition Failed", "The request is taken to have set a condition.")),
    ),
    Situation(
        'PUT /{things}/{id} carries If-Match: "v3", but the {thing} has the entity tag "v4" by now.',
        "412 Precondition Failed",
        (
            MISSING,
            ("428 Precondition Required", "The condition is taken to be missing."),
            ("304 Not Modified", "The answer to a conditional GET is taken."),
        ),
    ),
    Situation(
        "POST /{things} has a body in XML, and the resource accepts JSON only.",
        "415 Unsupported Media Type",
        (
            ("406 Not Acceptable", "The format of the answer is taken to be at fault."),
            ("405 Method Not Allowed", "The method is taken to be at fault."),
            FAILED,
        ),
    ),
    Situation(
        "GET /{things}/{id} says that CSV alone will do, and the API can give JSON only and insists on that.",
        "406 Not Acceptable",
        (
            ("415 Unsupported Media Type", "The format of the request is taken to be at fault."),
            MISSING,
            FAILED,
        ),
    ),
    Situation(
        "A client has sent {id} requests for /{things} in a minute, more than its quota.",
        "429 Too Many Requests",
        (FORBIDDEN, ("503 Service Unavailable", "The server is taken to be overloaded."), BAD),
    ),
    Situation(
        'GET /{things}/{id} carries If-None-Match: "v4", and the {thing} still has the entity tag "v4".',
        "304 Not Modified",
        (
            FINE,
            ("412 Precondition Failed", "A condition for writing is taken."),
            ("204 No Content", "An unchanged body is told as no body."),
        ),
    ),
    Situation(
        "POST /{things} must from now on, with method and body unchanged, go to /v2/{things}; {id} clients "
        "still use the old address.",
        "308 Permanent Redirect",
        (
            ("301 Moved Permanently", "The method is taken to be kept."),
            ("307 Temporary Redirect", "The move is taken to be for a while."),
            ("303 See Other", "A redirect that turns the request into GET is taken."),
        ),
    ),
)


@item_model(
    "http-status",
    skills=(*API, "openapi", "microservices"),
    difficulty="intermediate",
    cognitive_level="understand",
    seconds=60,
)
def http_status(rng: random.Random) -> Draw:
    """The status for what happens to a request."""
    one, things = rng.choice(SITUATIONS), rng.choice(THINGS)
    text = one.text.format(things=things, thing=things[:-1], id=rng.randrange(100, 1000))
    return Draw(
        stem=f"{text} Which status code tells the client so?",
        right=(one.status,),
        wrong=tuple(Wrong(*wrong) for wrong in one.wrong),
        explanation=f"{one.status} is what RFC 9110, or RFC 6585 where that is newer, defines for this case.",
    )
