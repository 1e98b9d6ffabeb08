"""The organisation's own questions."""

from flask import Blueprint

from api.console import guard, library_files, library_questions, paths

blueprint = Blueprint(
    "library_pages", __name__, url_prefix=f"{paths.CONSOLE}/library", template_folder="templates"
)
blueprint.before_request(guard.require_sign_in)
blueprint.register_blueprint(library_questions.blueprint)
blueprint.register_blueprint(library_files.blueprint)
