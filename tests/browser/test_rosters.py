"""A liaison on a phone and an officer at a desk hand rosters in."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from crisis.rosters.models import RosterUpload
from crisis.rosters.services import loading
from registry.services.groups import GroupDraft, citizen, open_group
from tests.support.axe import check_page
from tests.support.citizens import signed_in_client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTENT = "姓名,护照号码,手机\n王一,EZ1111111,+6785910001\n王二,EZ2222222,12\n"


@pytest.fixture
def group(person, post):
    draft = GroupDraft(kind="company", name="维拉港路桥公司", country="VU")
    return open_group(draft=draft, by=citizen(person), post=post)


@pytest.fixture
def person(transactional_db):
    from tests.support import scene

    return scene.settle("王小明", phone="+6785550101")


@pytest.fixture
def as_liaison(page, person, live_server):
    enter(page, signed_in_client(person), live_server)
    return page


@pytest.fixture
def as_officer(page, officer, client, live_server):
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    enter(page, client, live_server)
    return page


def enter(page, client, live_server):
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}]
    )


def hand_in(page, tmp_path, button="上传"):
    file = tmp_path / "名册.csv"
    file.write_text(CONTENT, encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("[name=stated]").check()
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize("door", ["as_liaison", "as_officer"])
def test_roster_goes_in_and_its_bad_row_comes_back(door, request, group, tmp_path):
    page = request.getfixturevalue(door)
    page.goto(f"{'/me' if door == 'as_liaison' else ''}/groups/{group.pk}/roster/")
    check_page(page)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.locator(".errorlist").first).to_be_visible()
    check_page(page)
    hand_in(page, tmp_path)
    expect(page.get_by_text("等待处理")).to_be_visible()
    loading.load_upload(RosterUpload.objects.get().pk)
    expect(page.get_by_text("已完成")).to_be_visible(timeout=10_000)  # it asks by itself
    expect(page.get_by_text("电话号码无法使用")).to_be_visible()
    check_page(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载退回的行").click()
    assert "EZ2222222" in coming.value.path().read_text(encoding="utf-8-sig")
