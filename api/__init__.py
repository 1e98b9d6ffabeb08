"""The HTTP edge: parse, authenticate, call one method of a model, commit, present.

`create_app` is what a WSGI server runs: `granian --interface wsgi --factory api:create_app`.
"""

import gc
import logging
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask
from flask_smorest import Api
from werkzeug.middleware.proxy_fix import ProxyFix

import logs
import traces
from settings import VERSION, Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def create_app(settings: Settings | None = None) -> Flask:
    """The Flask application on these settings, or on the environment's."""
    if settings is None:
        settings = Settings.from_env()
        logs.configure(settings.log, hidden=settings.secrets)
        traces.configure(settings.traces_endpoint, VERSION)
    app = route()
    bind(app, settings)
    _spare_the_collector()
    return app


def route() -> Flask:
    """The application with all its routes, which answers nothing before it is bound to settings."""
    from api import (
        assessments_v1,
        assessments_v2,
        audit_v2,
        bulk_v2,
        candidate_keys_v1,
        candidate_v1,
        console,
        docs,
        errors,
        event_feed_v2,
        generation_v2,
        health,
        metrics,
        oss_issues_v1,
        request_limits,
        reviews_v2,
        rubrics_v1,
        sessions_v1,
        statistics_v1,
        task_executions_v2,
        usage_v2,
        verification_assessment_v1,
        verification_steps_v1,
        verifications_v1,
        webhook_deliveries_v2,
        webhook_endpoints_v2,
    )
    from api.parsing import LARGEST_BODY
    from api.schemas.common import ErrorSchema

    class OurApi(Api):
        ERROR_SCHEMA = ErrorSchema

    app = Flask("api", static_folder=None, template_folder="templates")
    app.config.update(
        # Of what is no JSON; the parser sets each route's own limit.
        MAX_CONTENT_LENGTH=LARGEST_BODY + 1,
        API_TITLE="assessgen",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={"info": {"description": DESCRIPTION}, "security": [{"bearer": []}, {"apiKey": []}]},
    )
    app.url_map.strict_slashes = False
    # An address with a slash too many is an unknown one, not a redirect in HTML.
    app.url_map.merge_slashes = False
    api = OurApi(app)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    api.spec.components.security_scheme("apiKey", {"type": "apiKey", "in": "header", "name": "x-api-key"})
    api.spec.components.security_scheme("candidate", {"type": "apiKey", "in": "header", "name": "x-api-key"})
    api.spec.components.security_scheme("session", {"type": "apiKey", "in": "header", "name": "x-api-key"})
    for module in (
        generation_v2,
        bulk_v2,
        task_executions_v2,
        assessments_v2,
        reviews_v2,
        usage_v2,
        audit_v2,
    ):
        api.register_blueprint(module.blueprint)
    for module in (webhook_endpoints_v2, webhook_deliveries_v2, event_feed_v2):
        api.register_blueprint(module.blueprint)
    for module in (verifications_v1, verification_steps_v1, verification_assessment_v1):
        api.register_blueprint(module.blueprint)
    api.register_blueprint(verifications_v1.names)
    for module in (assessments_v1, candidate_keys_v1, rubrics_v1, oss_issues_v1):
        api.register_blueprint(module.blueprint)
    for module in (sessions_v1, statistics_v1):
        api.register_blueprint(module.blueprint)
    api.register_blueprint(candidate_v1.blueprint)
    app.register_blueprint(docs.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    console.register(app)
    errors.register(app)
    app.after_request(request_limits.tell)
    audit_v2.register(app)
    logging.getLogger("api").setLevel(logging.INFO)
    return app


def bind(app: Flask, settings: Settings) -> None:
    """Give the application its services, and put around it what counts, limits and traces its requests."""
    from api import console, metrics
    from api.edge import Edge
    from api.services import Services
    from api.slow_bodies import SlowBodies
    from api.tracing import Traced

    app.extensions["assessgen"] = Services(settings)
    counted = metrics.metrics_of(settings, app.extensions["assessgen"].database)
    app.extensions[metrics.EXTENSION] = counted
    console.bind(app, settings)
    wsgi: WSGIApplication = partial(Flask.wsgi_app, app)
    if settings.trusted_proxies:
        # So many proxies of ours stand before us, each of which says whom it speaks for.
        wsgi = ProxyFix(wsgi, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)
    # Outside of what reads the proxies' word: it is about the connection itself.
    wsgi = Edge(SlowBodies(wsgi, settings.body_timeout), counted)
    app.wsgi_app = Traced(wsgi) if traces.is_on() else wsgi  # type: ignore[method-assign]


DESCRIPTION = "A brief goes in, a form comes out, people answer it, the result is scored and told."


def _spare_the_collector() -> None:
    """Let the garbage collector pass over what lives as long as the process; once: tests make many of these.

    A look through all of it took up to 0.2 s, in which no request was answered.
    """
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
