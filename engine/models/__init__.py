"""The tables, one module per noun. Importing this package registers them all on `Row.metadata`."""

from engine.models.activity import Activity, SurveyAnswer, SurveyRespondent
from engine.models.audit import SYSTEM_STREAM, AuditEvent, AuditStream
from engine.models.budget import BudgetLine, BudgetProposal
from engine.models.calendar import CalendarDay, CalendarRecount, CalendarVersion
from engine.models.columns import Row
from engine.models.commendation import (
    AgencyOpinion,
    Award,
    AwardClaim,
    Ballot,
    BallotRoll,
    Campaign,
    CouncilMeeting,
    CouncilSeat,
    Dossier,
    DossierEvidence,
)
from engine.models.definition import ProcessDefinition
from engine.models.directory import (
    Account,
    Agency,
    AgencyGroup,
    AgencyGroupMember,
    ApiToken,
    LoginFailure,
    LoginSession,
    Membership,
    Person,
)
from engine.models.document import Document, DocumentSeries, DocumentVoid
from engine.models.escalation import Escalation
from engine.models.incident import Incident
from engine.models.instance import InstanceParty, ProcessInstance
from engine.models.message import Message
from engine.models.notification import NotificationMute, NotificationPreference, Webhook
from engine.models.obstacle import Obstacle
from engine.models.operation import Operation, OperationItem
from engine.models.outbox import OutboxMessage, StoredAnswer
from engine.models.outside import ExternalRequest, Recommendation, SharedResult, Supervision
from engine.models.plan import (
    Obligation,
    ObligationRound,
    Plan,
    PlanTag,
    PlanTask,
    PlanTaskExtension,
)
from engine.models.publication import Publication, PublicationChannel
from engine.models.report import (
    ConsolidatedFigure,
    ConsolidatedReport,
    FigureSource,
    Report,
    ReportRegime,
    ReportRound,
    ReportVersion,
)
from engine.models.subscription import EventSubscription, StartSubscription
from engine.models.substitution import Substitution
from engine.models.succession import AgencyName, CaseSuccessor
from engine.models.task import TaskAttachment, TaskCandidate, TaskComment, TaskDraft, UserTask
from engine.models.timer import Timer, TimerFiring

__all__ = [
    "SYSTEM_STREAM",
    "Account",
    "Activity",
    "Agency",
    "AgencyGroup",
    "AgencyGroupMember",
    "AgencyName",
    "AgencyOpinion",
    "ApiToken",
    "AuditEvent",
    "AuditStream",
    "Award",
    "AwardClaim",
    "Ballot",
    "BallotRoll",
    "BudgetLine",
    "BudgetProposal",
    "CalendarDay",
    "CalendarRecount",
    "CalendarVersion",
    "Campaign",
    "CaseSuccessor",
    "ConsolidatedFigure",
    "ConsolidatedReport",
    "CouncilMeeting",
    "CouncilSeat",
    "Document",
    "DocumentSeries",
    "DocumentVoid",
    "Dossier",
    "DossierEvidence",
    "Escalation",
    "EventSubscription",
    "ExternalRequest",
    "FigureSource",
    "Incident",
    "InstanceParty",
    "LoginFailure",
    "LoginSession",
    "Membership",
    "Message",
    "NotificationMute",
    "NotificationPreference",
    "Obligation",
    "ObligationRound",
    "Obstacle",
    "Operation",
    "OperationItem",
    "OutboxMessage",
    "Person",
    "Plan",
    "PlanTag",
    "PlanTask",
    "PlanTaskExtension",
    "ProcessDefinition",
    "ProcessInstance",
    "Publication",
    "PublicationChannel",
    "Recommendation",
    "Report",
    "ReportRegime",
    "ReportRound",
    "ReportVersion",
    "Row",
    "SharedResult",
    "StartSubscription",
    "StoredAnswer",
    "Substitution",
    "Supervision",
    "SurveyAnswer",
    "SurveyRespondent",
    "TaskAttachment",
    "TaskCandidate",
    "TaskComment",
    "TaskDraft",
    "Timer",
    "TimerFiring",
    "UserTask",
    "Webhook",
]
