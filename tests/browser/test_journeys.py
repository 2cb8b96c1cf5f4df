"""The journeys of the three kinds of users, in a real browser: with scripts and without, on a phone, by keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.api.web import HEAD, OFFICER, Web
from tests.browser.conftest import Visit, today

DELIVERABLE = "12 tin, bài kèm đường dẫn"


def due() -> str:
    """A day well ahead."""
    return (today() + timedelta(days=40)).date().isoformat()


def begun(site: Flask) -> tuple[str, str]:
    """A new case of the commune: its id, and the path of its open task."""
    officer = Web(site, OFFICER)
    case = officer.start()["id"]
    return case, f"/tasks/{officer.task(case)['id']}"


def fill(page: Page, title: str) -> None:
    """Fill in a proposal."""
    page.get_by_label("Tên nhiệm vụ").fill(title)
    page.get_by_label("Sản phẩm đầu ra").fill(DELIVERABLE)
    page.get_by_label("Thời hạn hoàn thành").fill(due())


def test_an_officer_finds_a_task_fills_it_in_and_is_shown_what_comes_next(site: Flask, visit: Visit) -> None:
    case, path = begun(site)
    officer = visit(OFFICER)
    page = officer.go("/work?view=offered")
    page.get_by_label("Tìm việc").fill("soan de xuat")
    expect(page.locator("#results li").first).to_contain_text("Soạn đề xuất")

    officer.go(path)
    fill(page, "Chuyên mục Bình dân học vụ số")
    expect(page.locator("#draft-state")).to_contain_text("Bản nháp đã lưu")
    page.reload()
    expect(page.get_by_label("Tên nhiệm vụ")).to_have_value("Chuyên mục Bình dân học vụ số")
    expect(page.locator("[data-drawn]")).to_be_visible()
    assert page.locator(".bjs-powered-by").first.is_visible()
    assert page.locator(".djs-element.current").count() == 1
    page.get_by_role("button", name="Hoàn thành").click()

    expect(page.get_by_role("heading", name="Việc tiếp theo")).to_be_visible()
    assert Web(site, HEAD).task(case, "head_review")["plan_task_title"] == "Chuyên mục Bình dân học vụ số"


def test_an_officer_without_scripts_completes_a_form_and_keeps_what_was_refused(site: Flask, visit: Visit) -> None:
    case, path = begun(site)
    officer = visit(OFFICER, scripts=False)
    page = officer.go(path)

    page.get_by_label("Tên nhiệm vụ").fill("Không có JavaScript")
    page.get_by_role("button", name="Hoàn thành").click()
    expect(page.get_by_text("Trường này là bắt buộc").first).to_be_visible()
    expect(page.get_by_label("Tên nhiệm vụ")).to_have_value("Không có JavaScript")
    fill(page, "Không có JavaScript")
    page.get_by_role("button", name="Hoàn thành").click()

    expect(page.get_by_text("Đã hoàn thành công việc")).to_be_visible()
    assert Web(site, HEAD).task(case, "head_review")


def test_an_officer_on_a_phone_attaches_a_file_and_submits(site: Flask, visit: Visit) -> None:
    _, path = begun(site)
    officer = visit(OFFICER, width=360)
    page = officer.go(path)
    assert officer.overflow() <= 0

    fill(page, "Ngày hội chuyển đổi số")
    expect(page.locator("#draft-state")).to_contain_text("Bản nháp đã lưu")
    file = {"name": "bien-ban.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 thu"}
    page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Tải tệp lên").click()
    expect(page.get_by_role("link", name="bien-ban.pdf")).to_be_visible()
    page.get_by_role("button", name="Hoàn thành").click()

    expect(page.get_by_text("Đã hoàn thành công việc")).to_be_visible()
    assert officer.overflow() <= 0


def test_a_head_returns_a_proposal_by_the_keyboard_alone(site: Flask, visit: Visit) -> None:
    case, _ = begun(site)
    Web(site, OFFICER).complete(case, "propose", title="Bằng bàn phím", deliverable=DELIVERABLE, due_date=due())
    task = Web(site, HEAD).task(case, "head_review")["id"]
    page = visit(HEAD).go(f"/tasks/{task}")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "input[type=radio]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.locator("input[type=radio]:checked").get_attribute("value") == "return_for_rework"
    tab_to(page, "textarea")
    page.keyboard.type("Nêu rõ số lượng tin, bài.")
    tab_to(page, "button")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Đã hoàn thành công việc")).to_be_visible()
    officer = visit(OFFICER).go("/work?view=returned")
    expect(officer.get_by_text("Nêu rõ số lượng tin, bài.").first).to_be_visible()


def test_a_manager_decides_many_at_once(site: Flask, visit: Visit) -> None:
    titles = ["Tập huấn kỹ năng số", "Phát thanh cơ sở"]
    for title in titles:
        case, _ = begun(site)
        Web(site, OFFICER).complete(case, "propose", title=title, deliverable=DELIVERABLE, due_date=due())
    page = visit(HEAD).go("/decisions")
    section = page.locator("section", has=page.get_by_role("heading", name="Xem xét đề xuất"))

    for title in titles:
        section.get_by_label(f"Chọn: {title}").check()
    section.get_by_label("Trình", exact=False).first.check()
    section.get_by_role("button", name="Quyết định").click()

    expect(page.get_by_text("Đã quyết định 2 việc.")).to_be_visible()


def test_an_auditor_inspects_a_case_and_verifies_it(site: Flask, visit: Visit) -> None:
    case, _ = begun(site)
    page = visit("auditor").go(f"/process-instances/{case}")
    expect(page.locator("[data-drawn]").first).to_be_visible()
    expect(page.get_by_role("heading", name="Diễn biến")).to_be_visible()

    page.get_by_role("link", name="Tra cứu và kiểm tra tính toàn vẹn của hồ sơ này").click()
    page.get_by_role("button", name="Kiểm tra tính toàn vẹn của hồ sơ này").click()

    expect(page.get_by_text("Toàn vẹn: đã tính lại")).to_be_visible()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_stranger_reads_what_is_released(visit: Visit, language: str) -> None:
    page = visit(None, language=language).go("/")

    expect(page.get_by_text("179/KH-UBND")).to_be_visible()


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Go on with Tab until something of that kind has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches('main {selector}')"):
            return
    raise AssertionError(f"Tab never reached {selector}")
