"""Hostile XML: what must be refused before anybody looks for a diagram in it."""

from __future__ import annotations

from tests.hostile.case import CLOSING, DECLARATION, OPENING, Case, document, line, process, task

GOOD = line(task())
_ROOT = GOOD.removeprefix(DECLARATION.encode())
_BODY = process('<bpmn:startEvent id="s"/>')
_CHAIN = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


def file_cases(canary: str, port: int) -> list[Case]:
    """The cases; `canary` is a file, and `port` a port, that nothing may open."""
    return [
        _doctype("external-entity-file", f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{canary}">]>', "doctype"),
        _doctype("external-entity-http", f'<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:{port}/">]>', "doctype"),
        _doctype("parameter-entity", f'<!DOCTYPE x [<!ENTITY % a SYSTEM "file://{canary}"> %a;]>', "doctype"),
        _doctype("external-dtd", f'<!DOCTYPE x SYSTEM "http://127.0.0.1:{port}/x.dtd">', "doctype"),
        _doctype("billion-laughs", f'<!DOCTYPE x [<!ENTITY e0 "ha">{_CHAIN}]>', "doctype"),
        _doctype("quadratic-blowup", f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>', "doctype"),
        _doctype("doctype-in-odd-case", "<!dOcTyPe x []>", "doctype"),
        _doctype("instruction-before-root", f'<?xml-stylesheet href="http://127.0.0.1:{port}/x.xsl"?>', None),
        _one("instruction-inside", document(_BODY + "<?php system('id') ?>"), "processing-instruction"),
        _one("instruction-after-root", GOOD + b"<?x y?>", "processing-instruction"),
        _one("bom-and-stylesheet", b"\xef\xbb\xbf" + GOOD.replace(b"?>\n", b"?>\n<?xsl x?>\n", 1), None),
        _one("utf-16", GOOD.decode().encode("utf-16"), "encoding"),
        _one("utf-16-without-mark", GOOD.decode().encode("utf-16-le"), "encoding"),
        _one("utf-16-hides-doctype", f"<!DOCTYPE x>{_ROOT.decode()}".encode("utf-16-be"), "encoding"),
        _one("utf-32", GOOD.decode().encode("utf-32"), "encoding"),
        _one("declared-utf-7", GOOD.replace(b"UTF-8", b"UTF-7", 1), "encoding"),
        _one("bad-utf-8", GOOD.replace(b'name="p"', b'name="\xc3\x28"', 1), "encoding"),
        _one("empty", b"", "xml"),
        _one("json", b'{"nodes": []}', "xml"),
        _one("cut-off", GOOD[:-20], "xml"),
        _one("undefined-entity", document("&a;"), "xml"),
        _one("too-large", GOOD + b" " * (2 * 1024 * 1024), "size"),
        _one("attribute-of-20-mb", line(task(attributes=f'name="{"a" * 20_000_000}"')), "size"),
        _one("attribute-of-1-mb", line(task(attributes=f'name="{"a" * 1_000_000}"')), "attribute-size", "a"),
        _one("thousand-attributes", line(task(attributes=_attributes(1_000))), "attribute-size", "a"),
        _one("many-namespaces", document(_BODY + f"<x {_namespaces(50_000)}/>"), "namespaces"),
        _one("namespaces-of-one-element", document(_BODY + f"<x {_namespaces(5_000)}/>"), "namespaces"),
        _one("elements-5001", document("<x/>" * 5_001), "elements"),
        _one("elements-400000", document("<x/>" * 400_000), "elements"),
        _one("tasks-10000", document(process("".join(f'<bpmn:task id="t{n}"/>' for n in range(10_000)))), "elements"),
        _one("nested-subprocesses-3000", document(_nested("bpmn:subProcess", 3_000)), "depth"),
        _one("nested-extensions-5000", document(_nested("x", 5_000)), "depth"),
        _one("nested-65", document(_nested("x", 70)), "depth"),
        _one("xinclude", _xinclude(f"file://{canary}"), "xinclude"),
        _one("xinclude-http", _xinclude(f"http://127.0.0.1:{port}/"), "xinclude"),
        _one("stylesheet", document(_BODY + '<x:template xmlns:x="http://www.w3.org/1999/XSL/Transform"/>'), None),
        _one("schema-location", _located(port), ""),
        _one("import-of-a-schema", document(_imported(port) + process(_LINE)), ""),
        _one("no-process", (DECLARATION + OPENING + CLOSING).encode(), "one-process"),
        _one("not-bpmn", b"<html><script>alert(1)</script></html>", "one-process"),
    ]


_LINE = '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/>'
_RULES = {
    "instruction-before-root": "processing-instruction",
    "bom-and-stylesheet": "processing-instruction",
    "stylesheet": "stylesheet",
}


def _one(name: str, data: bytes, rule: str | None, element: str = "") -> Case:
    return Case(name, {f"{name}.bpmn": data}, _RULES[name] if rule is None else rule, element)


def _doctype(name: str, declaration: str, rule: str | None) -> Case:
    return _one(name, DECLARATION.encode() + declaration.encode() + _ROOT, rule)


def _attributes(count: int) -> str:
    return " ".join(f'camunda:x{n}="1"' for n in range(count))


def _namespaces(count: int) -> str:
    return " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(count))


def _nested(tag: str, depth: int) -> str:
    return f"<{tag}>" * depth + f"</{tag}>" * depth


def _xinclude(address: str) -> bytes:
    included = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}" parse="text"/>'
    return line(task(f"<bpmn:extensionElements>{included}</bpmn:extensionElements>"))


def _located(port: int) -> bytes:
    location = f'xsi:schemaLocation="urn:x http://127.0.0.1:{port}/x.xsd" id="d"'
    return GOOD.replace(b'id="d"', location.encode(), 1)


def _imported(port: int) -> str:
    kind = 'importType="http://www.w3.org/2001/XMLSchema"'
    return f'<bpmn:import {kind} location="http://127.0.0.1:{port}/x.xsd" namespace="urn:x"/>'
