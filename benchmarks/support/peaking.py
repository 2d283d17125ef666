"""A management command, then the peak of this process's memory in MiB as the last line:
`python -m benchmarks.support.peaking load_people roster.csv`.
"""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def main() -> None:
    execute_from_command_line(sys.argv)
    from benchmarks.support.processes import own_peak_mib

    print(own_peak_mib())


if __name__ == "__main__":
    main()
