"""`pulumi up` of the example."""

from infra.program import main
from tests.example.system import SYSTEMS

main(SYSTEMS)
