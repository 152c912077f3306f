"""Entry point of `pulumi up`, `preview` and `destroy`."""

from infra.program import main

main()
