"""The commands `assessgen library …`: look over, count, bring in and take out questions.

They live here and not with the other commands because a web process knows nothing of generation.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import yaml
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models import Organization
from models import library as own
from models.session import Database
from settings import Settings, SettingsError
from workers.generation import item_models
from workers.generation import library as shipped
from workers.generation import lint as rules
from workers.generation.brief import Item
from workers.generation.library.files import BadLibrary, read
from workers.library_import import stored

paths = click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
org = click.option("--org", required=True, metavar="NAME", help="The organisation.")


@click.group("library")
def library() -> None:
    """The questions that come with the product, and an organisation's own."""


@library.command()
@paths
def lint(paths: tuple[Path, ...]) -> None:
    """Look for flaws in the shipped items, or in the files given. Exit code 1 where there are any."""
    items = _items_in(paths) if paths else shipped.load()
    found = [(item, flaw) for item in items for flaw in rules.flaws(item)]
    for item, flaw in found:
        click.echo(f"{item.library_id}: {flaw.code}: {flaw.message}")
    click.echo(f"{len(items)} items, {len({item.library_id for item, _ in found})} with a flaw.")
    if found:
        raise SystemExit(1)


@library.command()
def stats() -> None:
    """Count what is shipped: items by skill, difficulty, level and type, and item models."""
    items = shipped.load()
    skills = Counter(item.skill for item in items)
    models = item_models.load()
    served = {skill for model in models.values() for skill in model.skills}
    click.echo(
        f"{len(items)} items on {len(skills)} skills; {len(models)} item models on {len(served)} skills."
    )
    for name, counts in (
        ("difficulty", Counter(item.difficulty for item in items)),
        ("cognitive level", Counter(item.cognitive_level for item in items)),
        ("type", Counter(item.type for item in items)),
    ):
        click.echo(f"by {name}: " + ", ".join(f"{word} {count}" for word, count in counts.most_common()))
    for skill in sorted(skills.keys() | served):
        families = len(item_models.of_skill(skill))
        click.echo(f"  {skill}: {skills[skill]} items, {families} models")


@library.command("import")
@paths
@org
def import_(paths: tuple[Path, ...], org: str) -> None:
    """Bring questions into an organisation's library, where generation finds them.

    The files have the form of workers/generation/library/FORMAT.md. Everything is checked before
    anything is stored; questions that the organisation has already are passed over.
    """
    items = _items_in(paths)
    if not items:
        raise click.UsageError("Name at least one file.")
    with _database() as database, database.write() as session:
        organization = _organization(session, org)
        looked = [(item, rules.flaws(item)) for item in items]
        done = stored(session.connection(), organization.id, looked)
    click.echo(f"{done.fresh} questions imported, {done.known} were there already.")


@library.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@org
def export(folder: Path, org: str) -> None:
    """Write an organisation's own questions, with their keys, as a file a skill into FOLDER."""
    with _database() as database, database.read() as session:
        organization = _organization(session, org)
        kept = own.all_kept(session, organization.id)
    found = own.documents(kept)
    folder.mkdir(parents=True, exist_ok=True)
    for document in found:
        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
        (folder / f"{document['skill']}.yaml").write_text(text, encoding="utf-8")
    click.echo(f"{len(kept)} questions on {len(found)} skills written to {folder}.")


def _items_in(paths: Iterable[Path]) -> list[Item]:
    items: list[Item] = []
    problems: list[str] = []
    for path in _files(paths):
        try:
            items += read(path)
        except BadLibrary as error:
            problems.append(str(error))
    if problems:
        raise click.ClickException("\n".join(problems))
    return items


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted([*path.glob("*.yaml"), *path.glob("*.yml")])
        else:
            yield path


def _organization(session: Session, name: str) -> Organization:
    found = session.scalar(select(Organization).where(Organization.name == name))
    if found is None:
        raise click.ClickException(
            f"There is no organisation named {name!r}; `assessgen keys create` makes one."
        )
    return found


@contextmanager
def _database() -> Iterator[Database]:
    try:
        database = Database(Settings.from_env().database_url)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    try:
        yield database
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise click.ClickException(f"The database can't be used: {reason}") from error
    finally:
        database.dispose()
