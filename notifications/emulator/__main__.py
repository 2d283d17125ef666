"""`python -m notifications.emulator`: see docs/gateways.md for what can be told and turned."""

import sys

import uvloop

from notifications.emulator.options import read_options
from notifications.emulator.server import serve
from notifications.emulator.world import World


def main() -> int:
    try:
        options, knobs = read_options()
    except ValueError as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 2
    try:
        uvloop.run(serve(World(options, knobs)))
    except OSError as error:
        print(f"emulator: port {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
