"""The command line behind the Makefile: `python -m operations <verb>`."""

from typing import Annotated

import typer

from operations import (
    check,
    found,
    import_env,
    lifecycle,
    lock_images,
    logs,
    move_data,
    official,
    rebuild,
    report,
    restart,
    review,
    shell,
    smoke,
    stack_file,
    status,
)

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_show_locals=False)

Service = Annotated[str, typer.Option(help="Service name, as status shows it.")]
Stack = Annotated[str, typer.Option(help="Pulumi stack: the middle of Pulumi.<stack>.yaml.")]


@app.command("check")
def check_configuration(stack: Stack = "dev") -> None:
    """Tell the mistakes of a development stack's files."""
    check.check(stack)


@app.command()
def up(stack: Stack = "dev") -> None:
    """Make a stack what its configuration says."""
    lifecycle.up(stack)


@app.command("images")
def build_images(stack: Stack = "dev") -> None:
    """Build the local images a stack needs, where no registry is reachable."""
    lifecycle.build_images(stack_file.read(stack))


@app.command("official")
def build_official_set(
    stack: Stack = "dev",
    source: Annotated[str, typer.Option(help="Folder with copies of the official images' repositories.")] = "",
) -> None:
    """Build a second set of local images, nearer to the official ones."""
    official.official(stack_file.read(stack), source)


@app.command()
def preview(stack: Stack = "dev") -> None:
    """Show what `up` would do."""
    lifecycle.preview(stack)


@app.command()
def down(stack: Stack = "dev") -> None:
    """Remove containers and networks; data and generated secrets stay."""
    lifecycle.down(stack)


@app.command()
def destroy(stack: Stack = "dev") -> None:
    """Remove everything, data included (refused in production)."""
    lifecycle.destroy(stack)


@app.command("smoke")
def smoke_conversation(stack: Stack = "dev") -> None:
    """Hold the smoke conversation of every system of a stack."""
    smoke.smoke(stack_file.read(stack))


@app.command("status")
def show_status(stack: Stack = "dev", *, watch: bool = False) -> None:
    """Show every service of a stack."""
    status.status(stack_file.read(stack), watch=watch)


@app.command("logs")
def show_logs(stack: Stack = "dev", service: Service = "", tail: int = 100, *, follow: bool = False) -> None:
    """Show what services print."""
    logs.logs(stack_file.read(stack), service, follow=follow, tail=tail)


@app.command("shell")
def open_shell(service: Service, stack: Stack = "dev", replica: int = 1) -> None:
    """Open a shell inside a service."""
    shell.shell(stack_file.read(stack), service, replica)


@app.command("restart")
def restart_service(service: Service, stack: Stack = "dev") -> None:
    """Restart one service, a replica after the other."""
    restart.restart(stack_file.read(stack), service)


@app.command("rebuild")
def rebuild_service(service: Service, stack: Stack = "dev") -> None:
    """Build a service from its source and replace it."""
    rebuild.rebuild(stack_file.read(stack), service)


@app.command("move-data")
def move_data_of_store(service: Service, stack: Stack = "dev") -> None:
    """Move a store's data to the version of the image that its configuration names."""
    move_data.move_data(stack_file.read(stack), service)


@app.command("import-env")
def import_env_file(
    file: Annotated[str, typer.Option(help="The old file.")] = "",
    stack: Stack = "dev",
    app_secrets: Annotated[str, typer.Option(help="Its secrets of the application: A,B.")] = "",
) -> None:
    """Take over an old compose `.env`, secrets encrypted."""
    import_env.import_env(stack_file.read(stack), file, [name for name in app_secrets.split(",") if name])


@app.command("lock-images")
def lock_image_digests(stack: Stack = "dev", *, write: bool = False) -> None:
    """Compare the lock file with the registries."""
    lock_images.lock_images(found.engine(stack_file.read(stack)), write=write)


@app.command("review")
def review_change(
    base: Annotated[str, typer.Option(help="Where the change is to be merged into.")] = "origin/main",
    preview: Annotated[str, typer.Option(help="Stack whose preview is described instead of the snapshots.")] = "",
    out: Annotated[str, typer.Option(help="File to write; the terminal when empty.")] = "",
) -> None:
    """Write what a change does, for its reviewer."""
    review.review(base, preview, out)


@app.command()
def credentials(stack: Stack = "dev") -> None:
    """Show the generated credentials."""
    report.credentials(stack_file.read(stack))


if __name__ == "__main__":
    app()
