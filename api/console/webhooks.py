"""Webhook endpoints and their deliveries."""

from flask import Blueprint

from api.console import guard, paths, webhooks_deliveries, webhooks_endpoints

blueprint = Blueprint(
    "webhooks_pages", __name__, url_prefix=f"{paths.CONSOLE}/webhooks", template_folder="templates"
)
blueprint.before_request(guard.require_sign_in)
blueprint.register_blueprint(webhooks_endpoints.blueprint)
blueprint.register_blueprint(webhooks_deliveries.blueprint)
