"""`manage.py demo`: the Port Vila drill with 20,000 people, served until Ctrl-C."""

from argparse import ArgumentParser

from crisis.drills.management.commands import drill


class Command(drill.Command):
    help = "A real earthquake, from the alert to the manifest; serves its pages until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        for action in parser._actions:
            if action.dest == "scenario":
                action.nargs = "?"
        parser.set_defaults(scenario="port-vila-2024")
