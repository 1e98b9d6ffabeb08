"""The command `assessgen`: serve, generate, and look after what is stored.

A command loads what it needs when it is called: the service starts without the client's libraries.
Exit codes: 0 done, 1 failed, 2 used wrongly or a service that can't be reached.
"""

import importlib
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from api import cli_server
from api.cli_settings import FAILED, Problem, Unusable, home_option, read_settings
from settings import VERSION, Settings

if TYPE_CHECKING:
    from api.cli_client import Client

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "senior-python-developer.json"
# A second `generate` on one home waits so long for the service that the first has just started.
CLAIM_LIMIT = 20.0

server_options = (
    click.option(
        "--server", metavar="URL", envvar="ASSESSGEN_SERVER", help="A service; else the home's own."
    ),
    click.option(
        "--api-key", metavar="KEY", envvar="ASSESSGEN_API_KEY", help="Its key; else the home's own."
    ),
)


def _with_server(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(server_options):
        command = option(command)
    return command


# Commands that live elsewhere, and where.
ELSEWHERE = {
    "keys": "api.cli_candidates",
    "webhooks": "api.cli_admin",
    "jobs": "api.cli_admin",
    "orgs": "api.cli_money",
    "usage": "api.cli_money",
    "db": "api.cli_admin",
    "doctor": "api.cli_doctor",
    "sign-in": "api.cli_sign_in",
    "library": "workers.cli_library",
}


class Commands(click.Group):
    """A group that loads the commands of other modules when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name."""
        return [*super().list_commands(ctx), *ELSEWHERE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name in ELSEWHERE:
            found: click.Command = getattr(
                importlib.import_module(ELSEWHERE[cmd_name]), cmd_name.replace("-", "_")
            )
            return found
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="assessgen", message="%(prog)s %(version)s")
def main() -> None:
    """From a job description to an assessment."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to serve on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@home_option
@click.option("--until-parent-ends", is_flag=True, hidden=True)
def serve(host: str, port: int, home: str | None, until_parent_ends: bool) -> None:
    """Run the service: API, documentation and, in the embedded default, its worker."""
    settings = read_settings(home)
    cli_server.serve(settings, host, port, until_parent_ends)


@main.command()
@click.option("--role", required=True, help="The title or role.")
@click.option(
    "--description",
    required=True,
    metavar="FILE|-",
    type=click.File(encoding="utf-8"),
    help="The job description; - reads it from the standard input.",
)
@click.option("--cutoff", type=click.IntRange(0, 100), help="Score, in percent, from which one passes.")
@click.option("--questions", type=click.IntRange(5, 100), help="How many; 20 by default.")
@click.option("--notify", metavar="URL", help="A webhook that is told of every step.")
@_with_server
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; progress goes to stderr.")
def generate(
    role: str,
    description: Any,
    cutoff: int | None,
    questions: int | None,
    notify: str | None,
    server: str | None,
    api_key: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Generate an assessment from a role and its description."""
    brief: dict[str, Any] = {
        "job_role": role,
        "job_description": _text(description),
        "cutoff": cutoff,
        "number_of_questions": questions,
        "notification_url": notify,
    }
    brief = {name: value for name, value in brief.items() if value is not None}
    with _client(server, api_key, home) as client:
        _present(client, client.submit(brief), as_json)


@main.command()
@click.argument("job_id")
@_with_server
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; progress goes to stderr.")
def watch(job_id: str, server: str | None, api_key: str | None, home: str | None, as_json: bool) -> None:
    """Follow a job that was submitted before."""
    with _client(server, api_key, home) as client:
        _present(client, job_id, as_json)


def _text(file: Any) -> str:
    try:
        text = str(file.read())
    except UnicodeDecodeError as error:
        raise Unusable(f"{file.name} is no UTF-8 text; convert it first.") from error
    if not text.strip():
        raise Unusable(f"{file.name} is empty; it should hold the job's description.")
    return text


@contextmanager
def _client(server: str | None, api_key: str | None, home: str | None) -> "Iterator[Client]":
    """A client of the service named, else of the home's own, else of one started for this alone."""
    from api.cli_client import Client

    if server:
        if not api_key:
            raise Unusable("--server needs a key: give --api-key or set ASSESSGEN_API_KEY.")
        with closing(Client(server, api_key)) as client:
            yield client
        return
    settings = read_settings(home)
    with ExitStack() as stack:
        from api.cli_admin import home_key

        url = _own_service(settings, stack)
        yield Client(url, api_key or home_key(settings), revive=lambda: _own_service(settings, stack))


def _own_service(settings: Settings, stack: ExitStack) -> str:
    """The URL of the service of this home; started here, and ended with the stack, if there is none."""
    url = cli_server.running_or_starting(settings.home, CLAIM_LIMIT)
    if url is not None:
        return url
    _need_embedded(settings)
    server = stack.enter_context(cli_server.child(settings))
    server.wait_until_ready()
    return server.url


def _need_embedded(settings: Settings) -> None:
    if not settings.is_embedded:
        raise Unusable(
            "CELERY_BROKER_URL names a broker, so workers run apart and no service is started here: "
            "run `make up`, or name a running service with --server."
        )


def _present(client: "Client", job_id: str, as_json: bool) -> None:
    """Follow the job and print what came of it; exits 1 when it failed."""
    from api.cli_client import follow
    from api.cli_output import console, show_assessment

    try:
        status = follow(client, job_id, console(to_stderr=as_json))
    except KeyboardInterrupt:
        click.echo(f"\nThe job is kept. Go on watching it with: assessgen watch {job_id}", err=True)
        sys.exit(FAILED)
    result = status["result"]
    info = client.info(result["assessment_id"]) if result else None
    if as_json:
        click.echo(json.dumps({"task_execution": status, "assessment": info}, ensure_ascii=False, indent=2))
    elif info:
        questions = client.questions(result["assessment_id"])
        show_assessment(console(), result, info, questions, client.url + result["info_url"])
    if status["status"] == "failed":
        raise Problem(f"The job failed with {status['error']['code']}: {status['error']['message']}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@home_option
@click.option("--once", is_flag=True, help="End after the assessment.")
def demo(host: str, port: int, home: str | None, once: bool) -> None:
    """Serve, make one of the examples' assessments through the API, and keep serving."""
    settings = read_settings(home)
    _need_embedded(settings)
    brief = _example()
    cli_server.claim_address(host, port)
    cli_server.check_home(settings.home)
    signal.signal(signal.SIGTERM, _interrupt)
    click.echo("Starting the service ...")
    with cli_server.child(settings, host, port) as server:
        # Loaded while the service starts.
        from api.cli_admin import home_key
        from api.cli_client import Client
        from api.cli_sign_in import home_link

        server.wait_until_ready()
        key = home_key(settings)
        click.echo("\n".join(cli_server.announcement(settings, server.url)))
        click.echo(f"\nPOST {server.url}/api/v2/assessments/generate-ai with {EXAMPLE.name}")
        client = Client(server.url, key)
        _present(client, client.submit(brief), as_json=False)
        click.echo(f"\nstart page  {server.url}/\ndocs        {server.url}/docs\nkey         {key}")
        click.echo(f"console     {home_link(settings, server.url)} (signs in once, within 15 minutes)")
        if not once:
            click.echo("\nServing until Ctrl-C.")
            _keep_serving(server)


def _example() -> dict[str, Any]:
    try:
        brief: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Problem("The examples are not installed; run this in a clone of the repository.") from error
    return brief


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _keep_serving(server: cli_server.ChildServer) -> None:
    try:
        code = server.wait()
    except KeyboardInterrupt:
        click.echo("\nStopping.")
        return
    raise Problem(f"The service has ended by itself with exit code {code}.")


if __name__ == "__main__":
    main()
