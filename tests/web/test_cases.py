"""Promises of cases: begun by those who may, shown whole to those who see them, and to nobody else."""

from __future__ import annotations

from tests.api.web import AGGREGATOR, HEAD, OFFICER, PROPOSAL, STRANGER
from tests.installed import COMMUNE
from tests.web.conftest import Enter, Open
from tests.web.reader import seen, sent_to


def test_a_case_is_begun_by_a_form_and_its_first_task_waits(reader: Open) -> None:
    officer = reader(OFFICER)
    assert "Vòng đời nhiệm vụ" in seen(officer.get("/process-instances/new"))

    begun = officer.post("/process-instances/new", process="task_lifecycle", agency=COMMUNE)

    shown = seen(officer.get(sent_to(begun)))
    assert "Đã lập hồ sơ" in shown and "Soạn đề xuất nhiệm vụ" in shown


def test_only_what_one_may_begin_is_offered(reader: Open) -> None:
    auditor = reader("auditor")

    assert "không lập hồ sơ" in seen(auditor.get("/process-instances/new"))
    refused = auditor.post("/process-instances/new", process="task_lifecycle", agency=COMMUNE)
    assert refused.status_code == 404


def test_a_case_shows_what_happened_and_who_holds_what(web: Enter, reader: Open) -> None:
    officer = web(OFFICER)
    case = officer.start()["id"]
    officer.complete(case, "propose", **PROPOSAL)

    shown = seen(reader(HEAD).get(f"/process-instances/{case}"))

    assert PROPOSAL["title"] in shown and "Xem xét đề xuất" in shown and "chưa có người nhận" in shown
    assert "merge_" not in shown
    assert "merge_" in seen(reader(HEAD).get(f"/process-instances/{case}?steps=all"))


def test_another_commune_finds_no_such_case_nor_its_diagram(web: Enter, reader: Open) -> None:
    case, stranger = web(OFFICER).start()["id"], reader(STRANGER)

    for path in (f"/process-instances/{case}", f"/process-instances/{case}/diagrams/task_lifecycle"):
        assert stranger.get(path).status_code == 404
    assert case not in stranger.get("/process-instances").text


def test_rounds_and_results_are_there_before_anything_happened(reader: Open) -> None:
    aggregator = reader(AGGREGATOR)

    assert "Chưa có đợt báo cáo nào" in seen(aggregator.get("/report-rounds"))
    assert "Tỷ lệ đúng hạn" in seen(aggregator.get("/results"))


def test_a_case_is_shown_as_it_was_after_any_of_its_events(web: Enter, reader: Open) -> None:
    officer = web(OFFICER)
    case = officer.start()["id"]
    events = len(officer.get(f"/process-instances/{case}/history").json["items"])  # type: ignore[index]
    officer.complete(case, "propose", **PROPOSAL)
    head = reader(HEAD)

    now, then = (head.get(f"/process-instances/{case}{at}").text for at in ("", f"?at={events}"))

    assert "&#34;head_review&#34;:1" in now and "&#34;propose&#34;:1}" not in now.split("data-completed")[0]
    assert "&#34;propose&#34;:1" in then and "head_review" not in then.split("</form>")[2].split("timeline")[0]
    assert f"sau sự kiện {events} trên" in seen(head.get(f"/process-instances/{case}?at={events}"))
    assert PROPOSAL["deliverable"] not in then.split('class="facts data"')[1]
