"""Mail: one message to one person, as text and HTML, with the due date as a calendar entry.

Rule: the Message-ID is that of the outbox row at every attempt, so that whoever gets a repeat can tell. After the
final dot nobody knows whether a silent server has taken the mail: it is sent again.
"""

from __future__ import annotations

import smtplib
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from notifications import topics, wording
from notifications.channels import DeliveryError, Mailbox, Message
from notifications.channels.calendar_entry import due_entry
from notifications.channels.limits import limited
from notifications.channels.mail_server import OPENING_SECONDS, SENDING_SECONDS, Connection, MailServer

_SENDER_NAME = "Đôn Đốc"
_REFUSED_FOR_GOOD = range(500, 600)


class EmailChannel:
    """Mail through one server. `domain` stands in Message-IDs, `public_url` before every link ("": no links)."""

    longest_send = timedelta(seconds=3 * OPENING_SECONDS + SENDING_SECONDS)

    def __init__(self, server: MailServer, sender: str, domain: str, public_url: str = "") -> None:
        self._connection = Connection(server)
        self._sender = sender
        self._domain = domain
        self._public_url = public_url

    def send(self, message: Message) -> None:
        """Hand a mail to the server. Raises DeliveryError."""
        letter = self.written(message)
        try:
            smtp = self._connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(f"mail-server {_code_of(error)}") from error
        try:
            with limited(lambda: smtp.sock, SENDING_SECONDS):
                smtp.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal("recipient", next(iter(error.recipients.values()))[0]) from error
        except smtplib.SMTPDataError as error:
            raise _refusal("content", error.smtp_code) from error
        except smtplib.SMTPNotSupportedError as error:  # an address outside ASCII, and a server that takes none
            raise DeliveryError("mail-address", permanent=True) from error
        except (OSError, smtplib.SMTPException) as error:
            self._connection.drop()
            raise DeliveryError(f"mail-server {_code_of(error)}") from error

    def close(self) -> None:
        """Hang up; the next mail calls again."""
        self._connection.drop()

    def written(self, message: Message) -> EmailMessage:
        """The mail as it is sent. Raises DeliveryError when there is no writing to that address."""
        assert isinstance(message.to, Mailbox)
        sections = self._sections(message, message.to.language)
        subject = self._subject(message, sections, message.to.language)
        said = wording.mail(subject, sections, message.to.name, message.to.language, self._public_url)
        letter = EmailMessage(policy=SMTP)
        try:
            letter["From"] = Address(_SENDER_NAME, addr_spec=self._sender)
            letter["To"] = Address(wording.one_line(message.to.name), addr_spec=message.to.address)
        except (ValueError, IndexError, MessageError) as error:
            raise DeliveryError("mail-address", permanent=True) from error
        letter["Subject"] = subject
        letter["Date"] = format_datetime(message.created_at)
        letter["Message-ID"] = f"<{message.id}@{self._domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(said.text)
        letter.add_alternative(said.html, subtype="html")
        self._attach_due_date(letter, message, sections)
        return letter

    def _sections(self, message: Message, language: str) -> list[wording.Section]:
        return [
            wording.section(told.topic, told.payload, told.facts, language, self._public_url)
            for told in message.letters
        ]

    def _subject(self, message: Message, sections: list[wording.Section], language: str) -> str:
        if message.topic == topics.DIGEST:
            return wording.digest_subject(len(sections), message.created_at, language)
        return sections[0].subject

    def _attach_due_date(self, letter: EmailMessage, message: Message, sections: list[wording.Section]) -> None:
        if len(message.letters) != 1 or message.letters[0].facts.due_at is None:
            return
        facts, told = message.letters[0].facts, sections[0]
        uid = f"{facts.key}@{self._domain}"
        entry = due_entry(uid, told.subject, message.letters[0].facts.due_at, message.created_at, told.link)
        letter.add_attachment(
            entry,
            maintype="text",
            subtype="calendar",
            filename="thoi-han.ics",
            params={"method": "PUBLISH", "charset": "utf-8"},
        )


def _refusal(what: str, code: int) -> DeliveryError:
    return DeliveryError(f"mail-{what} {code}", permanent=code in _REFUSED_FOR_GOOD)


def _code_of(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return str(code) if code is not None else type(error).__name__
