"""One manifest in one format, by a process of its own: `python -m … MANIFEST FORMAT`.

Prints seconds, this process's own processor seconds, bytes and its peak memory as JSON.
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django


def main() -> None:
    django.setup()
    from benchmarks.support.processes import own_peak_mib
    from crisis.evacuation.exports import FORMATS
    from crisis.evacuation.models import Manifest
    from crisis.evacuation.profiles import PROFILES
    from crisis.evacuation.selectors import transports_of
    from crisis.evacuation.services import Receiver, export_manifest

    number, name = sys.argv[1:]
    manifest = Manifest.objects.select_related("incident__post", "sealed_by").get(pk=number)
    profile = PROFILES[(FORMATS[name].profiles or ("ministry",))[0]]
    alone = FORMATS[name].by_transport or profile.by_transport
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    export = export_manifest(
        manifest=manifest,
        user=manifest.drafted_by,
        format=name,
        receiver=Receiver("benchmark", "benchmark", profile.code, country="CN"),
        transport=transports_of(manifest)[-1] if alone else None,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / export.file_name
        export.save(path)
        size = path.stat().st_size
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures = {
        "s": round(seconds, 2),
        "cpu_s": round(used, 2),
        "bytes": size,
        "peak_mib": own_peak_mib(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
