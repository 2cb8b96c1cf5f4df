"""Promises to administrators: what waits is told, secrets are shown once, roles and stand-ins are given and ended."""

from __future__ import annotations

import re

from tests.api.web import HEAD, OFFICER
from tests.installed import COMMUNE
from tests.web.conftest import Open
from tests.web.reader import seen, sent_to

URL = "https://hooks.example.vn/dondoc"


def test_the_systems_own_work_is_told_to_administrators_alone(reader: Open) -> None:
    assert "Hẹn giờ đã đến hạn" in seen(reader("sysadmin").get("/jobs"))
    assert "Không có thông báo nào bị bỏ" in seen(reader("sysadmin").get("/notification-failures"))
    assert reader(HEAD).get("/jobs").status_code == 404
    assert reader(HEAD).get("/notification-failures").status_code == 403


def test_the_secret_of_a_webhook_is_shown_once(reader: Open) -> None:
    keeper = reader("sysadmin")

    made = keeper.post("/webhooks", name="Trục liên thông", url=URL)
    address = re.search(r'action="(/webhooks/[^/]+)/switch"', made.text)

    assert address is not None and "whsec_" in seen(made)
    again = keeper.get(address[1])
    assert "whsec_" not in seen(again) and "Trục liên thông" in seen(again)
    assert "whsec_" in seen(keeper.post(f"{address[1]}/rotation", expected="1"))


def test_a_webhook_is_switched_off_and_removed(reader: Open) -> None:
    keeper = reader("sysadmin")
    made = keeper.post("/webhooks", name="Trục", url=URL)
    address = re.findall(r'action="(/webhooks/[^/]+)/switch"', made.text)[0]

    assert "đã tắt" in seen(keeper.get(sent_to(keeper.post(f"{address}/switch", active="no", expected="1"))))
    assert "Chưa có đầu nhận nào" in seen(keeper.get(sent_to(keeper.post(f"{address}/removal", expected="2"))))
    assert keeper.get(address).status_code == 404


def test_an_address_that_is_none_is_refused_in_words(reader: Open) -> None:
    assert "Địa chỉ phải có dạng" in seen(reader("sysadmin").post("/webhooks", name="x", url="ftp://x"), 422)
    assert reader(OFFICER).post("/webhooks", name="x", url=URL).status_code == 403


def test_an_office_is_lent_for_a_time_and_taken_back(reader: Open) -> None:
    head = reader(HEAD)
    page = head.get("/substitutions").text
    offices = dict(re.findall(r'<option value="([^"]+)">[^<]*· ([^<]+)</option>', page))
    office = next(one for one, role in offices.items() if role == "Thủ trưởng cơ quan")
    people = re.findall(r'<option value="([^"]+)">([^<·]+)</option>', page.partition('name="substitute"')[2])
    day = re.findall(r'min="([0-9-]+)"', page)[0]
    lent = {"membership": office, "valid_from": day, "valid_to": day, "document": "12/QĐ-UBND", "agency": COMMUNE}

    own = re.search(r'class="me"[^>]*><span class="wide">([^<]+)<', page)
    assert own is not None
    other = next(i for i, name in people if name != own[1])
    shown = seen(head.get(sent_to(head.post("/substitutions", substitute=other, **lent))))
    ended = re.search(r'action="(/substitutions/[^/]+/end)"', head.get("/substitutions").text)

    assert "12/QĐ-UBND" in shown and "đang có hiệu lực" in shown
    assert ended is not None and "đã chấm dứt" in seen(head.get(sent_to(head.post(ended[1], expected="1"))))


def test_a_substitution_without_a_day_says_so(reader: Open) -> None:
    refused = reader(HEAD).post("/substitutions", membership="x", substitute="y", agency=COMMUNE)

    assert "Hãy chọn ngày" in seen(refused, 422)


def test_somebody_new_gets_a_role_which_ends(reader: Open) -> None:
    keeper = reader("sysadmin")
    address = sent_to(keeper.post("/people/new", full_name="Trần Thị Thử", role="agency_officer", agency=COMMUNE))

    page = keeper.get(address)
    end = re.search(r'action="([^"]+/end)"', page.text)
    assert "Trần Thị Thử" in seen(page) and "Chuyên viên" in seen(page) and end is not None

    assert "Vai trò đã chấm dứt" in seen(keeper.get(sent_to(keeper.post(end[1], expected="1"))))
    assert reader(OFFICER).get("/people/new").status_code == 403
