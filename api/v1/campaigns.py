"""Campaigns of commendation, and their consolidated proposals."""

from __future__ import annotations

from flask import Response

from api.bodies import arguments, body
from api.contract import Answer, expected_version, look, perform
from api.pages import sorted_list
from api.schemas.commendation import CampaignDetailOut, CampaignIn, CampaignOut, CampaignQuery, ProposalIn, ProposedOut
from api.schemas.fields import Reason, listing
from api.v1.noun import Noun
from engine.commands import campaigns
from engine.commands.campaigns import CampaignText
from engine.models.commendation import Campaign
from engine.queries import dossiers as queries
from engine.runtime import Transaction

blueprint = Noun("campaigns", "/api/v1/campaigns", "Đợt khen thưởng")


@blueprint.at("", methods=["GET"])
@blueprint.takes(CampaignQuery, "query")
@blueprint.gives(200, listing(CampaignOut))
def list_campaigns() -> Response:
    """The campaigns, the latest first."""
    given = arguments(CampaignQuery())
    both = (queries.campaigns, queries.count_campaigns)
    return sorted_list(given, given["state"], queries.CAMPAIGN_ORDERS, both, CampaignOut().dump)


@blueprint.at("", methods=["POST"])
@blueprint.takes(CampaignIn)
@blueprint.gives(201, CampaignDetailOut)
def announce_campaign() -> Response:
    """Announce a campaign."""
    text = CampaignText(**body(CampaignIn()))
    return perform(lambda tx: _answer(tx, campaigns.announce(tx, text), 201))


@blueprint.at("/<campaign_id>", methods=["GET"])
@blueprint.gives(200, CampaignDetailOut)
def get_campaign(campaign_id: str) -> Response:
    """One campaign, with what its consolidated proposals hold."""
    return look(lambda tx: _answer(tx, queries.campaign(tx, campaign_id)))


@blueprint.at("/<campaign_id>/close", methods=["POST"])
@blueprint.takes(Reason)
@blueprint.gives(200, CampaignDetailOut)
def close_campaign(campaign_id: str) -> Response:
    """Take no further dossiers; those handed in go on."""
    given, expected = body(Reason()), expected_version()
    return perform(lambda tx: _answer(tx, campaigns.close(tx, campaign_id, given["reason"], expected)))


@blueprint.at("/<campaign_id>/proposal", methods=["POST"])
@blueprint.takes(ProposalIn)
@blueprint.gives(200, CampaignDetailOut)
def consolidate(campaign_id: str) -> Response:
    """Put every dossier of the campaign that waits for it into one proposal, under its number."""
    number, expected = body(ProposalIn())["proposal_number"], expected_version()
    return perform(lambda tx: _answer(tx, campaigns.consolidate(tx, campaign_id, number, expected)))


def _answer(tx: Transaction, found: Campaign, status: int = 200) -> Answer:
    tx.flush()
    seen = queries.seen(tx, [row["dossier"] for row in found.proposal])
    listed = [ProposedOut().dump(row) for row in found.proposal if row["dossier"] in seen]
    return Answer(CampaignOut().dump(found) | {"proposal": listed}, status, found.version)
