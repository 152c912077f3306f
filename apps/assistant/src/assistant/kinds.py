"""Every kind of message that WhatsApp has, and what this application does with it; `docs/messages.md` shows this table.

Source: https://github.com/WhiskeySockets/Baileys at v7.0.0-rc13, WAProto/WAProto.proto: `Message` (kinds and fields),
`Message.ProtocolMessage.Type` and `MessageAssociation.AssociationType` (numbers). Evolution 2.3.7 for `speechToText`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Treatment(StrEnum):
    """What becomes of a message of a kind."""

    READ = "read"
    """Stored and answered, by its text where it has one and by its kind where not."""
    VOTE = "read if it says something"
    """Stored and answered by its text, and set aside without one."""
    WRAPPER = "opened"
    """Holds another message, which counts."""
    PROTOCOL = "see below"
    """Corrects, withdraws or is set aside, by its type."""
    APART = "set aside"
    """Kept apart with the reason, and not answered."""
    BESIDE = "passed over"
    """Accompanies a message and is none."""


@dataclass(frozen=True)
class Kind:
    """A kind of message.

    Attributes:
        name: WhatsApp's name of it, a key of `message`.
        treatment: What becomes of it.
        reads: Where its text may be, best first. Dots lead inwards; what commas join is read together.
        reason: Why it is set aside.
    """

    name: str
    treatment: Treatment
    reads: tuple[str, ...] = ()
    reason: str = ""


def _read(name: str, *reads: str) -> Kind:
    return Kind(name, Treatment.READ, reads)


def _apart(name: str, reason: str) -> Kind:
    return Kind(name, Treatment.APART, reason=reason)


def _wrapper(name: str) -> Kind:
    return Kind(name, Treatment.WRAPPER)


def _beside(name: str) -> Kind:
    return Kind(name, Treatment.BESIDE)


_NOTE = ("noteMessage.extendedTextMessage.text", "noteMessage.conversation")
_HYDRATED = ("hydratedContentText", "hydratedTitleText")
_TEMPLATES = tuple(f"{form}.{text}" for form in ("hydratedTemplate", "hydratedFourRowTemplate") for text in _HYDRATED)
_CALL = "a call"
_OF_STATUS = "of a status, not of a conversation"
_FOR_PHONES = "between the phones of one account"
_REACTION = "a reaction"
_SEALED = "encrypted for its phone alone"
_PARTICULAR = "belongs to a message that comes on its own"

KINDS = (
    _read("conversation", ""),
    _read("extendedTextMessage", "text"),
    _read("imageMessage", "caption"),
    _read("videoMessage", "caption"),
    _read("ptvMessage", "caption"),
    _read("audioMessage"),
    _read("documentMessage", "caption"),
    _read("stickerMessage"),
    _read("stickerPackMessage", "caption", "name"),
    _read("locationMessage", "name,address", "comment", "degreesLatitude,degreesLongitude"),
    _read("liveLocationMessage", "caption", "degreesLatitude,degreesLongitude"),
    _read("contactMessage", "displayName"),
    _read("contactsArrayMessage", "displayName"),
    _read("buttonsResponseMessage", "selectedDisplayText", "selectedButtonId"),
    _read("listResponseMessage", "title", "description", "singleSelectReply.selectedRowId"),
    _read("templateButtonReplyMessage", "selectedDisplayText", "selectedId"),
    _read(
        "interactiveResponseMessage",
        "body.text",
        "nativeFlowResponseMessage.paramsJson",
        "nativeFlowResponseMessage.name",
    ),
    _read("questionResponseMessage", "text"),
    _read("statusQuestionAnswerMessage", "text"),
    _read("statusQuotedMessage", "text"),
    _read("buttonsMessage", "contentText", "text"),
    _read("listMessage", "description", "title"),
    _read("templateMessage", *_TEMPLATES, "interactiveMessageTemplate.body.text"),
    _read("highlyStructuredMessage", *(f"hydratedHsm.{path}" for path in _TEMPLATES)),
    _read("interactiveMessage", "body.text", "header.title"),
    _read("productMessage", "body", "product.title", "catalog.title"),
    _read("orderMessage", "message", "orderTitle"),
    _read("invoiceMessage", "note"),
    _read("sendPaymentMessage", *_NOTE),
    _read("requestPaymentMessage", *_NOTE),
    _read("declinePaymentRequestMessage"),
    _read("cancelPaymentRequestMessage"),
    _read("paymentInviteMessage"),
    _read("groupInviteMessage", "caption", "groupName"),
    _read("newsletterAdminInviteMessage", "caption", "newsletterName"),
    _read("newsletterFollowerInviteMessageV2", "caption", "newsletterName"),
    _read("eventMessage", "name,description"),
    _read("pollCreationMessage", "name"),
    _read("pollCreationMessageV2", "name"),
    _read("pollCreationMessageV3", "name"),
    _read("pollCreationMessageV5", "name"),
    _read("pollResultSnapshotMessage", "name"),
    _read("pollResultSnapshotMessageV3", "name"),
    _read("richResponseMessage"),
    _read("placeholderMessage"),
    Kind("pollUpdateMessage", Treatment.VOTE, ("vote.selectedOptions",), "a vote that names no option"),
    _wrapper("deviceSentMessage"),
    _wrapper("viewOnceMessage"),
    _wrapper("viewOnceMessageV2"),
    _wrapper("viewOnceMessageV2Extension"),
    _wrapper("ephemeralMessage"),
    _wrapper("documentWithCaptionMessage"),
    _wrapper("editedMessage"),
    _wrapper("groupMentionedMessage"),
    _wrapper("botInvokeMessage"),
    _wrapper("botTaskMessage"),
    _wrapper("botForwardedMessage"),
    _wrapper("lottieStickerMessage"),
    _wrapper("pollCreationMessageV4"),
    _wrapper("associatedChildMessage"),
    _wrapper("limitSharingMessage"),
    _wrapper("questionMessage"),
    _wrapper("questionReplyMessage"),
    Kind("protocolMessage", Treatment.PROTOCOL),
    _apart("reactionMessage", _REACTION),
    _apart("encReactionMessage", _REACTION),
    _apart("statusStickerInteractionMessage", _REACTION),
    _apart("pinInChatMessage", "pins a message"),
    _apart("keepInChatMessage", "keeps a message that would vanish"),
    _apart("call", _CALL),
    _apart("bcallMessage", _CALL),
    _apart("callLogMesssage", _CALL),
    _apart("scheduledCallCreationMessage", _CALL),
    _apart("scheduledCallEditMessage", _CALL),
    _apart("albumMessage", "announces an album; its pictures come on their own"),
    _apart("eventCoverImage", _PARTICULAR),
    _apart("pollCreationOptionImageMessage", _PARTICULAR),
    _apart("encEventResponseMessage", _SEALED),
    _apart("encCommentMessage", _SEALED),
    _apart("secretEncryptedMessage", _SEALED),
    _apart("commentMessage", "a comment in a community"),
    _apart("requestPhoneNumberMessage", "asks for the number of this account"),
    _apart("chat", _FOR_PHONES),
    _apart("stickerSyncRmrMessage", _FOR_PHONES),
    _apart("messageHistoryBundle", _FOR_PHONES),
    _apart("messageHistoryNotice", _FOR_PHONES),
    _apart("statusMentionMessage", _OF_STATUS),
    _apart("groupStatusMentionMessage", _OF_STATUS),
    _apart("groupStatusMessage", _OF_STATUS),
    _apart("groupStatusMessageV2", _OF_STATUS),
    _apart("statusAddYours", _OF_STATUS),
    _apart("statusNotificationMessage", _OF_STATUS),
    _beside("messageContextInfo"),
    _beside("senderKeyDistributionMessage"),
    _beside("fastRatchetKeySenderKeyDistributionMessage"),
    # Evolution's own, and Meta's: they lie beside the kind.
    _beside("base64"),
    _beside("contextInfo"),
    _beside("mediaUrl"),
    _beside("quoted"),
    _beside("speechToText"),
)
BY_NAME = {kind.name: kind for kind in KINDS}

EDIT = ("MESSAGE_EDIT", 14)
REVOKE = ("REVOKE", 0)

# A second form of a picture or video that was sent, or one that illustrates another message.
PARTICULAR_ASSOCIATIONS = frozenset(
    {
        *("EVENT_COVER_IMAGE", 3),
        *("HD_VIDEO_DUAL_UPLOAD", 5),
        *("MEDIA_POLL", 7),
        *("HD_IMAGE_DUAL_UPLOAD", 10),
        *("MOTION_PHOTO", 12),
        *("HEVC_VIDEO_DUAL_UPLOAD", 19),
    }
)
PARTICULAR_REASON = _PARTICULAR
