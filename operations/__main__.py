"""The command line behind the Makefile: `python -m operations <verb>`."""

from typing import Annotated

import typer

from operations import lifecycle, report, smoke, stack_file

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_show_locals=False)

Stack = Annotated[str, typer.Option(help="Pulumi stack: the middle of Pulumi.<stack>.yaml.")]


@app.command()
def up(stack: Stack = "dev") -> None:
    """Make a stack what its configuration says."""
    lifecycle.up(stack)


@app.command("images")
def build_images(stack: Stack = "dev") -> None:
    """Build the local images a stack needs, where no registry is reachable."""
    lifecycle.build_images(stack_file.read(stack))


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
    found = stack_file.read(stack)
    for system in found.systems:
        smoke.converse(found, system)


@app.command()
def status(stack: Stack = "dev") -> None:
    """Show every service of a stack."""
    report.status(stack_file.read(stack))


@app.command()
def credentials(stack: Stack = "dev") -> None:
    """Show the generated credentials."""
    report.credentials(stack_file.read(stack))


if __name__ == "__main__":
    app()
