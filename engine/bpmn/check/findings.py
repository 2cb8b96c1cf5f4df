"""Naming what is wrong: the element, the rule, and what to say in both languages.

Rule: the element is the nearest one that has an id, so that a designer finds it in the drawing.
"""

from __future__ import annotations

from lxml import etree

from engine.errors import Finding

_LONGEST_NAME = 128


def finding(node: etree._Element, rule: str, message_vi: str, message_en: str) -> Finding:
    """An error: the diagram is not deployed."""
    return Finding(named(node), rule, message_vi, message_en)


def caution(node: etree._Element, rule: str, message_vi: str, message_en: str) -> Finding:
    """A warning: the diagram is deployed, but may be meant otherwise."""
    return Finding(named(node), rule, message_vi, message_en, severity="warning")


def named(node: etree._Element) -> str:
    """The id of an element, or of the nearest one around it; its tag where none has an id."""
    for one in (node, *node.iterancestors()):
        if one.get("id"):
            return str(one.get("id"))[:_LONGEST_NAME]
    return local(node)


def local(node: etree._Element) -> str:
    """The tag of an element without its namespace."""
    return etree.QName(node).localname
