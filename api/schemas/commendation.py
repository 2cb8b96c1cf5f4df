"""Schemas of campaigns, dossiers, the council, and the rules of commendation."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.fields import Day, Input, Output, PageQuery, sorts
from engine import commendation_rules as rules
from engine.queries import dossiers

_CODE = validate.Length(1, 64)
_NAME = validate.Length(1, 500)
_TEXT = validate.Length(1, 20_000)
_REASON = validate.Length(1, 2000)
_MOST_TASKS = 200
_MOST_SEATS = 10_000
_LEVELS = ("city", "commune", "district")


class CampaignIn(Input):
    """A campaign; `quota` is how many dossiers one agency may hand in."""

    code = fields.String(required=True, validate=_CODE)
    title_vi = fields.String(required=True, validate=_NAME)
    title_en = fields.String(required=True, validate=_NAME)
    opens_on = Day(required=True)
    closes_on = Day(load_default=None, allow_none=True)
    obligation = fields.String(load_default=None, allow_none=True, validate=_NAME)
    achievement_type = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(rules.ACHIEVEMENT_TYPES)
    )
    quota = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, _MOST_SEATS))


class CampaignQuery(PageQuery):
    """Which campaigns to list."""

    state = fields.String(load_default=None, validate=validate.OneOf(("open", "closed")))
    sort = sorts(*dossiers.CAMPAIGN_ORDERS)


class CampaignOut(Output):
    """A campaign."""

    id = fields.String()
    code = fields.String()
    title_vi = fields.String()
    title_en = fields.String()
    obligation_id = fields.String(data_key="obligation", allow_none=True)
    achievement_type = fields.String(allow_none=True)
    opens_on = fields.Date()
    closes_on = fields.Date(allow_none=True)
    quota = fields.Integer(allow_none=True)
    state = fields.String(metadata={"enum": ["open", "closed"]})
    proposal_number = fields.String(allow_none=True)
    proposed_at = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()
    simulated = fields.Boolean()


class ProposedOut(Output):
    """A dossier in a consolidated proposal."""

    dossier = fields.String()
    agency = fields.String()
    proposal_number = fields.String()


class CampaignDetailOut(CampaignOut):
    """A campaign with what its consolidated proposals hold, as far as the reader sees the dossiers."""

    proposal = fields.List(fields.Nested(ProposedOut))


class ProposalIn(Input):
    """The number and symbol of the consolidated proposal."""

    proposal_number = fields.String(required=True, validate=_CODE)


class DossierIn(Input):
    """A new dossier of an agency; what is left out is filled in with its first task. No identity papers are taken."""

    agency = fields.String(required=True, validate=_CODE)
    campaign = fields.String(load_default=None, allow_none=True, validate=_CODE)
    nominee_kind = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(rules.NOMINEE_KINDS))
    nominee_name = fields.String(load_default=None, allow_none=True, validate=_NAME)
    nominee_unit = fields.String(load_default=None, allow_none=True, validate=_NAME)
    award_form = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(rules.AWARD_FORMS))
    achievement_type = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(rules.ACHIEVEMENT_TYPES)
    )
    achievement_title = fields.String(load_default=None, allow_none=True, validate=_NAME)
    achievement_summary = fields.String(load_default=None, allow_none=True, validate=_TEXT)
    evidence = fields.List(
        fields.String(validate=_CODE), load_default=None, allow_none=True, validate=validate.Length(0, _MOST_TASKS)
    )
    publish = fields.Boolean(load_default=None, allow_none=True)
    publish_basis = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(rules.PUBLISH_BASES))


class DossierQuery(PageQuery):
    """Which dossiers to list."""

    campaign = fields.String(load_default=None)
    agency = fields.String(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(rules.STATES))
    award_form = fields.String(load_default=None, validate=validate.OneOf(rules.AWARD_FORMS))
    achievement_type = fields.String(load_default=None, validate=validate.OneOf(rules.ACHIEVEMENT_TYPES))
    q = fields.String(load_default=None, validate=_NAME)
    sort = sorts(*dossiers.ORDERS)


class DossierOut(Output):
    """A dossier."""

    id = fields.String()
    campaign_id = fields.String(data_key="campaign", allow_none=True)
    instance_id = fields.String(data_key="process_instance_id", allow_none=True)
    agency = fields.String()
    proposer_level = fields.String()
    nominee_kind = fields.String(metadata={"enum": list(rules.NOMINEE_KINDS)})
    nominee_name = fields.String()
    nominee_unit = fields.String(allow_none=True)
    award_form = fields.String(metadata={"enum": list(rules.AWARD_FORMS)})
    achievement_type = fields.String(metadata={"enum": list(rules.ACHIEVEMENT_TYPES)})
    achievement_title = fields.String()
    achievement_summary = fields.String(allow_none=True)
    state = fields.String(metadata={"enum": list(rules.STATES)})
    hold_ground = fields.String(allow_none=True)
    round = fields.Integer()
    reason = fields.String(allow_none=True)
    proposal_number = fields.String(allow_none=True)
    praised_at = fields.AwareDateTime(allow_none=True)
    submitted_at = fields.AwareDateTime(allow_none=True)
    received_on = fields.Date(allow_none=True)
    rule_version = fields.String(allow_none=True)
    publish = fields.Boolean()
    publish_basis = fields.String(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()
    simulated = fields.Boolean()


class EvidenceOut(Output):
    """A plan task that is claimed: as it was then, and whether it says something else by now (`stale`)."""

    plan_task_id = fields.String(data_key="plan_task")
    audit_seq = fields.Integer()
    audit_head = fields.String()
    snapshot = fields.Dict()
    sha256 = fields.String()
    linked_at = fields.AwareDateTime()
    stale = fields.Boolean()


class OpinionOut(Output):
    """What a related agency said; no_opinion is never consent."""

    agency = fields.String()
    round = fields.Integer()
    opinion = fields.String(metadata={"enum": ["agree", "disagree", "no_opinion"]})
    comment = fields.String(allow_none=True)
    given_at = fields.AwareDateTime()


class AwardOut(Output):
    """What was decided; `amount` in VND."""

    id = fields.String()
    decision_number = fields.String()
    decided_on = fields.Date()
    grantor = fields.String()
    rule_version = fields.String()
    money_multiple = fields.Float()
    base_salary = fields.Integer()
    amount = fields.Integer()
    state = fields.String(metadata={"enum": ["active", "revoked"]})
    published_at = fields.AwareDateTime(allow_none=True)
    revocation_number = fields.String(allow_none=True)
    revocation_ground = fields.String(allow_none=True)
    revocation_reason = fields.String(allow_none=True)
    revoked_on = fields.Date(allow_none=True)
    recovered_on = fields.Date(allow_none=True)


class DossierDetailOut(DossierOut):
    """A dossier with its minutes, rules, claims, opinions and award; `stale_evidence` names claims that changed."""

    unit_minutes = fields.Dict(allow_none=True)
    rules = fields.Dict(allow_none=True)
    evidence = fields.List(fields.Nested(EvidenceOut))
    stale_evidence = fields.List(fields.String())
    opinions = fields.List(fields.Nested(OpinionOut))
    award = fields.Nested(AwardOut, allow_none=True)


class HoldIn(Input):
    """Why the dossier is stopped."""

    ground = fields.String(required=True, validate=validate.OneOf(rules.HOLD_GROUNDS))
    reason = fields.String(required=True, validate=_REASON)


class RevokeIn(Input):
    """Why the award is to be revoked."""

    ground = fields.String(required=True, validate=validate.OneOf(rules.REVOCATION_GROUNDS))
    reason = fields.String(required=True, validate=_REASON)


class BallotIn(Input):
    """A secret ballot."""

    choice = fields.String(required=True, validate=validate.OneOf(rules.CHOICES))


class OpinionIn(Input):
    """A member's opinion in writing; it bears their name."""

    choice = fields.String(required=True, validate=validate.OneOf(rules.CHOICES))
    comment = fields.String(load_default=None, allow_none=True, validate=_REASON)


class TurnoutOut(Output):
    """How many members have voted; how, nobody is told."""

    voted = fields.Integer()


class SeatOut(Output):
    """A member in a meeting; a written opinion is told after the closing."""

    person_id = fields.String(data_key="person")
    attendance = fields.String(allow_none=True)
    recusal = fields.String(allow_none=True)
    has_voted = fields.Boolean()
    opinion = fields.String(allow_none=True)
    opinion_comment = fields.String(allow_none=True)


class MeetingOut(Output):
    """The council on a dossier; the counts are null until the vote is closed."""

    id = fields.String()
    number = fields.Integer()
    ballot = fields.String(metadata={"enum": ["secret", "written"]})
    quorum_percent = fields.Integer()
    threshold_percent = fields.Integer()
    state = fields.String(metadata={"enum": ["voting", "closed"]})
    seats = fields.Integer()
    recused = fields.Integer(allow_none=True)
    taken_part = fields.Integer(allow_none=True)
    in_favour = fields.Integer(allow_none=True)
    against = fields.Integer(allow_none=True)
    blank = fields.Integer(allow_none=True)
    quorum_met = fields.Boolean(allow_none=True)
    threshold_met = fields.Boolean(allow_none=True)
    result = fields.String(allow_none=True)
    minutes = fields.String(allow_none=True)
    convened_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    members = fields.List(fields.Nested(SeatOut))


class RulesQuery(Input):
    """A question to the rules: for a dossier received `on` that day."""

    on = Day(required=True)
    award_form = fields.String(required=True, validate=validate.OneOf(rules.AWARD_FORMS))
    nominee_kind = fields.String(required=True, validate=validate.OneOf(rules.NOMINEE_KINDS))
    achievement_type = fields.String(required=True, validate=validate.OneOf(rules.ACHIEVEMENT_TYPES))
    proposer_level = fields.String(load_default="city", validate=validate.OneOf(_LEVELS))


class RulesOut(Output):
    """What the rules of that day say; days are working days, money a multiple of the base salary."""

    rule_version = fields.String()
    legal_basis = fields.String()
    allowed = fields.Boolean()
    grantor = fields.String()
    council_required = fields.Boolean()
    ballot = fields.String()
    quorum_percent = fields.Integer()
    threshold_percent = fields.Integer()
    minutes_required = fields.Boolean()
    completeness_days = fields.Integer()
    appraisal_days = fields.Integer()
    opinion_days = fields.Integer()
    public_notice_days = fields.Integer()
    money_multiple = fields.Float()
