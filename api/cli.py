"""The `dondoc` command.

Rule: exit 0 on success, 2 on a usage error, 1 with one clear line on failure; heavy imports happen in the commands.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.settings import read_settings
from engine.errors import DefinitionError, EngineError, InvalidDataError

if TYPE_CHECKING:
    from engine.runtime import Engine


_DAY = click.DateTime(["%Y-%m-%d"])


def main() -> None:
    """Run the command line; every deliberate error becomes one line on standard error."""
    os.umask(0o077)  # the database and all that stands beside it are for their owner alone
    try:
        sys.exit(cli(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)
    except EngineError as error:
        click.echo(f"dondoc: {_told(error)}", err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Đôn Đốc: carry a government plan out among the agencies it binds."""


def with_engine(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the engine of the settings, with the schema brought up to date, and close it after."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        from api.installation import opened

        with opened(read_settings()) as engine:
            command(engine, *args, **kwargs)

    return wrapped


@cli.command()
@click.option("--demo", is_flag=True, help="Load plan 179, its agencies and demo people.")
def init(*, demo: bool) -> None:
    """Create the home folder and the database, and deploy the diagrams that come with the product."""
    from api import installation

    for line in installation.initialise(read_settings(), demo=demo):
        click.echo(line)


@cli.command()
def serve() -> None:
    """Serve HTTP, with the worker in the process."""
    from api import installation
    from api.listening import require_free
    from api.serve import replace_this_process

    settings = read_settings()
    require_free(settings.host, settings.port)
    for line in installation.greeting(settings):
        click.echo(line)
    sys.stdout.flush()
    replace_this_process(settings)


@cli.command()
@with_engine
def worker(engine: Engine) -> None:
    """Fire due timers and carry out messages until stopped, without serving HTTP."""
    from api.served import run_worker

    run_worker(engine, read_settings())


@cli.command()
def migrate() -> None:
    """Bring the database schema up to date."""
    from api.installation import opened

    with opened(read_settings()):
        click.echo("Lược đồ cơ sở dữ liệu đã cập nhật.")


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_engine
def deploy(engine: Engine, files: tuple[Path, ...]) -> None:
    """Deploy diagrams and decision tables together."""
    from engine.access import SYSTEM
    from engine.commands import definitions

    contents = {path.name: path.read_bytes() for path in files}
    for done in engine.run(SYSTEM, definitions.deploy, contents, publish=True):
        state = "mới" if done.created else "không đổi"
        click.echo(f"{done.definition.key} phiên bản {done.definition.version} ({state})")


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check diagrams and decision tables without deploying them: a line for each finding."""
    from api.checking import check_files

    passed = True
    for checked in check_files(files):
        passed = passed and checked.passed
        for line in checked.lines():
            click.echo(line)
    if not passed:
        raise click.exceptions.Exit(1)


@cli.group()
def plan() -> None:
    """Plans."""


@plan.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_engine
def import_plan(engine: Engine, file: Path) -> None:
    """Import a plan document (YAML or JSON): all or nothing."""
    from engine.access import SYSTEM
    from engine.commands import plans
    from engine.plan_document import parse_plan

    report = engine.run(SYSTEM, plans.import_plan, parse_plan(file.read_bytes()))
    click.echo(
        f"{report.plan_id}: {report.agencies} cơ quan, {report.communes} xã/phường, "
        f"{report.obligations} nội dung giao, "
        f"{report.tags} nhãn; {report.created} mới, {report.updated} đổi, {report.unchanged} giữ nguyên"
    )


@cli.group()
def person() -> None:
    """People and their accounts."""


@person.command("add")
@click.option("--username", required=True, help="User name of the account.")
@click.option("--name", "full_name", default="", help="Full name of a new person.")
@click.option("--of", "person_id", default="", help="Id of an existing person, to add a further account.")
@click.option("--role", default="", help="Role code, such as agency_officer.")
@click.option("--agency", default="", help="Agency code, such as c-thach-that.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
@with_engine
def add_person(
    engine: Engine, username: str, full_name: str, person_id: str, role: str, agency: str, **secret: str
) -> None:
    """Add a person with an account, or a further account of a person."""
    from api.installation import add_somebody

    added = add_somebody(engine, username, full_name, person_id, (role, agency), secret["password"])
    click.echo(added)


@cli.group()
def token() -> None:
    """Tokens of programs."""


@token.command("create")
@click.option("--username", required=True, help="User name of the account the token is for.")
@click.option("--name", required=True, help="What the token is called.")
@with_engine
def create_token(engine: Engine, username: str, name: str) -> None:
    """Create a token; its secret is printed once."""
    from api.installation import create_token_for

    click.echo(create_token_for(engine, username, name))


@cli.group()
def timers() -> None:
    """Timers."""


@timers.command("run")
@with_engine
def run_timers(engine: Engine) -> None:
    """Fire everything that is due now: timers, starts by time, and messages on their way."""
    from engine.commands import deliveries, timed_starts, timers

    total = 0
    while done := timers.fire_due(engine) + timed_starts.fire_due(engine) + deliveries.deliver_due(engine):
        total += done
    click.echo(f"{total} hẹn giờ và thông điệp đã xử lý")


@cli.group()
def audit() -> None:
    """The history."""


@audit.command("verify")
@click.option("--instance", "instance_id", default=None, help="Only the chain of this instance.")
def verify(instance_id: str | None) -> None:
    """Recompute every hash chain; name the first bad event of each broken one."""
    from api.installation import verify_history

    click.echo(verify_history(read_settings(reads_only=True), instance_id))


@cli.command()
@click.option("--from", "first", type=_DAY, required=True, help="The first simulated day, such as 2025-07-08.")
@click.option("--to", "last", type=_DAY, required=True, help="The last simulated day.")
@click.option(
    "--seed", type=int, default=179, show_default=True, help="The seed of chance: the same seed, the same year."
)
@click.option("--database", default="", help="A URL or a SQLite file, empty or not there; else simulation.db at home.")
@click.option("--communes", type=click.IntRange(1), default=None, help="Only so many of the 126 communes take part.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON document.")
def simulate(*, as_json: bool, **wanted: Any) -> None:
    """Run plan 179 through a time in minutes, on a database of its own, with people who act by chance."""
    if wanted["first"] >= wanted["last"]:
        raise click.UsageError("--from must lie before --to.")
    from api.simulation.command import carry_out

    for line in carry_out(wanted, as_json=as_json):
        click.echo(line)


def _told(error: EngineError) -> str:
    """The error in one line, with what it names."""
    if isinstance(error, InvalidDataError):
        return "; ".join(f"{p.field}: {p.message_vi}" for p in error.problems)
    if isinstance(error, DefinitionError):
        return f"{error.file}: " + "; ".join(f"{f.element} [{f.rule}] {f.message_vi}" for f in error.findings)
    return error.message_vi


if __name__ == "__main__":
    main()
