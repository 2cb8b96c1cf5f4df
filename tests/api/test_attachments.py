"""Promises of files: taken by what they are, at most 20 MiB, given back as downloads to those who see the case."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from api.downloads import disposition
from tests.api.conftest import Enter
from tests.api.web import HEAD, OFFICER, STRANGER, Web, refused, told

PDF = b"%PDF-1.7\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 16
JPG = b"\xff\xd8\xff\xe0" + b"\x00" * 16
LARGEST = 20 * 1024 * 1024


def package(*members: str) -> bytes:
    """A zip archive with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member in members:
            archive.writestr(member, "<x/>")
    return buffer.getvalue()


DOCX, XLSX = package("word/document.xml"), package("xl/workbook.xml")


def opened(web: Web) -> str:
    """The path of the files of an open task."""
    return f"/tasks/{web.task(web.start()['id'])['id']}/attachments"


def attach(web: Web, path: str, name: str, content: bytes) -> TestResponse:
    """Send a file; encoded here, for the client would leave a large one behind as an open temporary file."""
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name)})
    return web.send("POST", path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("Báo cáo.pdf", PDF, "application/pdf"),
        ("ảnh.PNG", PNG, "image/png"),
        ("ảnh.jpeg", JPG, "image/jpeg"),
        ("a.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_comes_back_as_a_download_as_it_was_sent(web: Enter, name: str, content: bytes, media_type: str) -> None:
    officer = web(OFFICER)
    path = opened(officer)

    made = told(attach(officer, path, name, content), 201)

    assert (made["file_name"], made["media_type"], made["size_bytes"]) == (name, media_type, len(content))
    assert made["sha256"] == hashlib.sha256(content).hexdigest()
    assert [f["id"] for f in told(officer.get(path))["items"]] == [made["id"]]
    answer = officer.get(f"{path}/{made['id']}/content")
    assert (answer.data, answer.mimetype) == (content, media_type)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b""),
        ("a.pdf", b"MZ\x90"),
        ("a.pdf", PNG),
        ("a.exe", PDF),
        ("a", PDF),
        ("a.html", b"<script>"),
        ("a.svg", b"<svg/>"),
        ("a.docx", XLSX),
        ("a.docx", b"PK\x03\x04" + b"\xff" * 200),
        ("a.docx", DOCX[:-10]),
        ("a.docx", package("word/document.xml", "word/vbaProject.bin")),
        ("a.docx", package("word/document.xml", *(f"x/{n}" for n in range(1000)))),
        ("x" * 250 + ".pdf", PDF),
    ],
)
def test_what_is_not_what_it_says_is_refused_and_not_kept(web: Enter, name: str, content: bytes) -> None:
    officer = web(OFFICER)
    path = opened(officer)

    problem = refused(attach(officer, path, name, content), 422, "invalid-data")

    assert [e["field"] for e in problem["errors"]] == ["file"]
    assert told(officer.get(path))["items"] == []


@pytest.mark.parametrize("name", ["a%0Ab.pdf", "a%00b.pdf", "a%E2%80%AEfdp.pdf"])
def test_a_name_that_would_deceive_or_break_a_header_is_refused(web: Enter, name: str) -> None:
    officer = web(OFFICER)
    body = (
        f"--x\r\nContent-Disposition: form-data; name=file; filename*=UTF-8''{name}\r\n\r\n".encode()
        + PDF
        + b"\r\n--x--"
    )

    answer = officer.send("POST", opened(officer), data=body, content_type="multipart/form-data; boundary=x")

    refused(answer, 422, "invalid-data")


def test_a_folder_in_the_name_is_forgotten(web: Enter) -> None:
    officer = web(OFFICER)

    made = told(attach(officer, opened(officer), "..\\..\\etc/a.pdf", PDF), 201)

    assert made["file_name"] == "a.pdf"


def test_twenty_mebibytes_are_taken_and_not_a_byte_more(web: Enter) -> None:
    officer = web(OFFICER)
    path = opened(officer)

    assert told(attach(officer, path, "a.pdf", PDF.ljust(LARGEST)), 201)["size_bytes"] == LARGEST
    refused(attach(officer, path, "a.pdf", PDF.ljust(LARGEST + 1)), 413, "too-large")


def test_a_file_is_sent_as_a_form_with_one_file(web: Enter) -> None:
    officer = web(OFFICER)
    path = opened(officer)

    refused(officer.send("POST", path, data=PDF, content_type="application/pdf"), 415, "media-type")
    refused(officer.send("POST", path, data={"other": (io.BytesIO(PDF), "a.pdf")}), 400, "no-file")


def test_files_of_a_case_out_of_sight_are_not_there(web: Enter) -> None:
    officer, stranger = web(OFFICER), web(STRANGER)
    path = opened(officer)
    made = told(attach(officer, path, "a.pdf", PDF), 201)

    refused(stranger.get(path), 404, "not-found")
    refused(stranger.get(f"{path}/{made['id']}/content"), 404, "not-found")
    refused(attach(stranger, path, "b.pdf", PDF), 404, "not-found")
    told(web(HEAD).get(path))


def test_a_file_of_another_task_is_not_found_under_this_one(web: Enter) -> None:
    officer = web(OFFICER)
    made = told(attach(officer, opened(officer), "a.pdf", PDF), 201)

    refused(officer.get(f"{opened(officer)}/{made['id']}/content"), 404, "not-found")


@pytest.mark.parametrize(
    ("name", "plain", "full"),
    [
        ("bao-cao.pdf", "bao-cao.pdf", "bao-cao.pdf"),
        ("Đề án.pdf", "De an.pdf", "%C4%90%E1%BB%81%20%C3%A1n.pdf"),
        ('a"b\\c%.pdf', "a_b_c_.pdf", "a%22b%5Cc%25.pdf"),
    ],
)
def test_a_download_keeps_its_name_in_full_and_in_plain_letters(name: str, plain: str, full: str) -> None:
    assert disposition(name) == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
