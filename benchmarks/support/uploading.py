"""Part `roster` of the registry's benchmark: 5,000 rows of XLSX through the real upload.

From the POST of the page, over the bell and a real worker, until the page says that it is done.
"""

import argparse
import io
import time
from typing import Any

PATIENCE_S = 120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--roster-rows", type=int, default=5_000, help="rows of the workbook")


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    from benchmarks.support.processes import worker
    from crisis.rosters.models import RosterUpload
    from registry.models import Person
    from registry.services.groups import GroupDraft, officer, open_group

    group = open_group(
        draft=GroupDraft(kind="company", name="Benchmark", country="VU"), by=officer("bench")
    )
    content = workbook(arguments.roster_rows)
    with worker("config"):
        began = time.perf_counter()
        upload_id = hand_in(group.pk, content)
        answered = time.perf_counter() - began
        while not (upload := RosterUpload.objects.get(pk=upload_id)).is_over:
            if time.perf_counter() - began > PATIENCE_S:
                raise SystemExit(f"only {upload.done} of {upload.rows} rows in {PATIENCE_S} s")
            time.sleep(0.05)
        took = time.perf_counter() - began
    people = Person.objects.filter(memberships__group=group).count()
    if (upload.state, people) != ("done", arguments.roster_rows):
        raise SystemExit(f"{upload.state}: {people} of {arguments.roster_rows} became members")
    return {
        "roster_rows": arguments.roster_rows,
        "roster_file_kb": len(content) // 1024,
        "roster_answer_s": round(answered, 2),
        "roster_s": round(took, 2),
    }


def workbook(count: int) -> bytes:
    import openpyxl

    from benchmarks.support.filing import COLUMNS, rows

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("名册")
    sheet.append(COLUMNS)
    for row in rows(count, first=5_000_000):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def hand_in(group_id: int, content: bytes) -> int:
    """POST the form as an officer; the number of the upload."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from crisis.staff.models import User
    from crisis.staff.roles import Role
    from registry.models import Group, Jurisdiction, Post

    post = Post.objects.create(code="BEN", name_zh="使馆", name_en="Embassy", signature_zh="使馆",
                               signature_en="Embassy", duty_phone="+6785550100")  # fmt: skip
    Jurisdiction.objects.create(post=post, country="VU")
    Group.objects.filter(pk=group_id).update(post=post)
    user = User.objects.create_user(username="bench", role=Role.OFFICER)
    user.posts.add(post)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    file = SimpleUploadedFile("roster.xlsx", content)
    answer = client.post(f"/groups/{group_id}/roster/", {"file": file, "stated": "on"})
    if answer.status_code != 302:
        raise SystemExit(f"the upload was answered with {answer.status_code}")
    return int(answer["Location"].rstrip("/").rpartition("/")[2])
