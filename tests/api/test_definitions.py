"""Promises of process definitions: deployed as a whole, the same only once, current when two persons agree."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api.app import create_app
from api.settings import Settings
from engine.runtime import Engine
from tests.api.conftest import Enter
from tests.api.web import OFFICER, Web, refused, told

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:test">
<process id="{key}" name="{name}" isExecutable="true"><startEvent id="{key}_a"/>{call}<endEvent id="{key}_z"/>
<sequenceFlow id="{key}_f" sourceRef="{key}_a" targetRef="{then}"/>{more}</process></definitions>"""


def diagram(key: str = "tried", name: str = "Thử", calls: str = "") -> bytes:
    """A small process; one that calls another when asked to."""
    call = f'<callActivity id="c" name="Gọi" calledElement="{calls}"/>' if calls else ""
    more = f'<sequenceFlow id="g" sourceRef="c" targetRef="{key}_z"/>' if calls else ""
    text = DIAGRAM.format(key=key, name=name, call=call, then="c" if calls else f"{key}_z", more=more)
    return text.encode()


def deploy(web: Web, content: bytes) -> TestResponse:
    """Send one diagram."""
    return web.send("POST", "/process-definitions", data=content, content_type="application/xml")


def deploy_files(web: Web, *files: tuple[str, bytes]) -> TestResponse:
    """Send several files together."""
    parts = [(io.BytesIO(content), name) for name, content in files]
    return web.send("POST", "/process-definitions", data={"files": parts})


@pytest.fixture
def production(installed_sqlite: Engine, tmp_path: Path) -> Flask:
    """The interface as it is run in earnest."""
    return create_app(Settings(home=tmp_path, secret_key="k" * 32), installed_sqlite)


def test_a_new_diagram_is_version_one_and_the_same_one_is_not_deployed_again(web: Enter) -> None:
    designer = web("designer")

    first, again = deploy(designer, diagram()), deploy(designer, diagram())

    made = told(first, 201)
    assert (made["key"], made["version"], made["name"], made["warnings"]) == ("tried", 1, "Thử", [])
    assert told(again, 200)["checksum"] == made["checksum"]


def test_changed_content_is_the_next_version(web: Enter) -> None:
    designer = web("designer")
    deploy(designer, diagram())

    assert told(deploy(designer, diagram(name="Thử lại")), 201)["version"] == 2

    shown = told(designer.get("/process-definitions/tried"))
    assert (shown["version"], [v["version"] for v in shown["versions"]]) == (2, [2, 1])
    assert told(designer.get("/process-definitions/tried/versions/1"))["name"] == "Thử"


def test_the_xml_comes_back_as_it_was_sent(web: Enter) -> None:
    deploy(web("designer"), diagram())

    answer = web(OFFICER).get("/process-definitions/tried/versions/1/xml")

    assert (answer.data, answer.mimetype) == (diagram(), "application/xml")


def test_files_that_call_each_other_are_deployed_together(web: Enter) -> None:
    files = ("b.bpmn", diagram("outer", calls="inner")), ("a.bpmn", diagram("inner"))

    made = told(deploy_files(web("designer"), *files), 201)

    assert {d["key"] for d in made["deployed"]} == {"outer", "inner"}


def test_of_several_files_all_are_deployed_or_none(web: Enter) -> None:
    designer = web("designer")

    problem = refused(deploy_files(designer, ("a.bpmn", diagram()), ("b.bpmn", diagram("b", calls="none"))), 422)

    assert [e["rule"] for e in problem["errors"]] == ["unknown-reference"]
    refused(designer.get("/process-definitions/tried"), 404)


def test_two_files_of_one_name_are_refused_and_not_one_of_them_forgotten(web: Enter) -> None:
    files = ("a.bpmn", diagram()), ("a.bpmn", diagram("other"))

    problem = refused(deploy_files(web("designer"), *files), 422, "invalid-data")

    assert [e["rule"] for e in problem["errors"]] == ["duplicate"]


def test_in_production_a_version_is_a_draft_until_a_second_person_publishes_it(production: Flask) -> None:
    sysadmin, publisher = Web(production, "sysadmin"), Web(production, "publisher")
    made = told(deploy(sysadmin, diagram()), 201)
    path = "/process-definitions/tried/versions/1/publication"

    assert made["state"] == "draft"
    refused(sysadmin.post("/process-instances", {"process_key": "tried"}), 404)
    refused(sysadmin.post("/process-instances", {"process_key": "tried", "version": 1}), 409)
    refused(sysadmin.post(path), 403, "forbidden")
    assert told(publisher.post(path))["state"] == "published"
    told(sysadmin.post("/process-instances", {"process_key": "tried"}), 201)


def test_an_officer_may_not_deploy(web: Enter) -> None:
    refused(deploy(web(OFFICER), diagram()), 403, "forbidden")


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"", "multipart/form-data; boundary=x", 400),
        (b" " * (8 * 1024 * 1024 + 1), "application/xml", 413),
    ],
)
def test_what_is_no_diagram_at_all_is_refused(web: Enter, content: bytes, media_type: str, status: int) -> None:
    refused(web("designer").send("POST", "/process-definitions", data=content, content_type=media_type), status)


def test_a_diagram_cannot_reach_files_or_grow_without_end(web: Enter) -> None:
    entity = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>
    <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" name="&x;"/></definitions>"""

    refused(deploy(web("designer"), entity), 422, "invalid-definition")


def test_a_key_too_long_for_its_column_is_refused(both: Flask) -> None:
    answer: dict[str, Any] = refused(deploy(Web(both, "designer"), diagram("k" * 300)), 422)

    assert answer["errors"]


def test_a_file_that_is_no_diagram_is_named_once(web: Enter) -> None:
    problem = refused(deploy(web("designer"), b"no diagram"), 422, "invalid-definition")

    assert problem["detail"].count("upload.bpmn") == 1
