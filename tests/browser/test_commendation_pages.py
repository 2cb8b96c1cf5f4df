"""A manager decides proposals for commendation in a real browser, with the evidence one click away; a member votes."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import expect

from tests.api.web import HEAD, OFFICER, Web, engine_of, told
from tests.browser.conftest import Visit
from tests.browser.test_fitness import MOST_BYTES
from tests.commending import CONTENT, done_task
from tests.installed import COMMUNE

MINUTES = {"meeting_present": 9, "meeting_in_favour": 9, "meeting_minutes": "Nhất trí."}


def proposed(site: Flask, title: str) -> str:
    """A dossier that waits for the head of the commune, with a claim; its id."""
    officer = Web(site, OFFICER)
    claim = done_task(engine_of(site), title=f"Nhiệm vụ {title}")
    content = CONTENT | {"achievement_title": title, "evidence": [claim]}
    made = told(officer.post("/dossiers", {"agency": COMMUNE} | content), 201)
    case = made["process_instance_id"]
    officer.complete(case, "nominate", decision="propose", **content)
    officer.complete(case, "unit_meeting", decision="agree", meeting_on="2026-03-09", **MINUTES)
    return str(made["id"])


def test_a_manager_approves_a_commendation_proposal(site: Flask, visit: Visit) -> None:
    titles = ["Chữ ký số cho mọi nhà", "Học bạ số toàn xã", "Chưa đủ minh chứng"]
    first, second, third = (proposed(site, title) for title in titles)
    head = visit(HEAD)
    page = head.go("/dossiers/decisions")

    mine = page.locator("li", has=page.get_by_text(titles[0], exact=True))
    mine.get_by_text("Minh chứng (1 nhiệm vụ)").click()
    expect(mine.get_by_text(f"Nhiệm vụ {titles[0]}")).to_be_visible()
    for title in titles[:2]:
        page.get_by_label(f"Chọn: {CONTENT['nominee_name']} – {title}").check()
    page.locator("input[name=decision][value=submit]").check()
    page.get_by_role("button", name="Quyết định").click()
    expect(page.get_by_text("Đã quyết định 2 hồ sơ.")).to_be_visible()

    left = page.locator("li", has=page.get_by_text(titles[2], exact=True))
    left.get_by_role("link", name="Mở để quyết định riêng").click()
    page.locator("input[value=return_for_rework]").check()
    page.locator("form#task-form textarea").first.fill("Bổ sung minh chứng.")
    page.get_by_role("button", name="Hoàn thành").click()
    expect(page.get_by_text("Đã hoàn thành công việc")).to_be_visible()

    head.go(f"/dossiers/{first}")
    expect(page.locator(".facts-line").get_by_text("Đã trình")).to_be_visible()
    states = [told(Web(site, HEAD).get(f"/dossiers/{one}"))["state"] for one in (first, second, third)]
    assert states[:2] == ["submitted", "submitted"] and states[2] != "submitted"


def test_no_page_of_leaders_and_managers_has_a_serious_fault_or_is_too_wide_or_heavy(site: Flask, visit: Visit) -> None:
    dossier = proposed(site, "Trang không lỗi")
    paths = ("/dossiers", f"/dossiers/{dossier}", "/dossiers/decisions", "/dashboard", "/documents", "/escalations")

    wrong: list[str] = []
    for width, language in ((1366, "en"), (360, "vi")):
        head = visit(HEAD, width=width, language=language)
        for path in paths:
            head.go(path).wait_for_load_state("networkidle")
            wrong += head.faults()
            wrong += [f"{path} is {head.overflow()} px too wide"] if head.overflow() > 0 else []
            wrong += [f"{path} weighs {head.weight()} bytes"] if head.weight() > MOST_BYTES else []

    assert wrong == []
