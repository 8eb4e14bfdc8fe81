"""The values that pass between stages: plain, never changed, without input or output."""

from dedup.models.count_words import count_of
from dedup.models.documents import (
    BELIEVED_DATES,
    GUESSED_DATE,
    OWN_FIELDS,
    SITE_BOILERPLATE,
    CleanPage,
    Document,
    Draft,
    Extraction,
    Listed,
    OutputRecord,
    Removal,
    StrippedText,
)
from dedup.models.inputs import (
    Raw,
    RawLine,
    RawRecord,
    Reason,
    Rejection,
    asked_id,
    field_text,
    only_value,
    value_at,
)
from dedup.models.pages import SECONDS_A_DAY, is_later, same_page, shares_headline
from dedup.models.rejections import (
    NONE_REJECTED,
    RejectionLimit,
    counted,
    failure,
    rejection_limit,
    unwanted_rejections,
)
from dedup.models.run_facts import RunFacts
from dedup.models.stories import (
    ALONE,
    PROBABILITY,
    SAME,
    CleanReport,
    DateReport,
    Decision,
    Facts,
    Link,
    Member,
    Pair,
    Relation,
    RunReport,
    Status,
    Story,
    Why,
    report_of,
)
from dedup.models.term_vectors import TermVectors

__all__ = [
    "ALONE", "BELIEVED_DATES", "GUESSED_DATE", "NONE_REJECTED", "OWN_FIELDS", "PROBABILITY",
    "SAME", "SECONDS_A_DAY", "SITE_BOILERPLATE", "CleanPage", "CleanReport", "DateReport",
    "Decision", "Document", "Draft", "Extraction", "Facts", "Link", "Listed", "Member",
    "OutputRecord", "Pair", "Raw", "RawLine", "RawRecord", "Reason", "Rejection",
    "RejectionLimit", "Relation", "Removal", "RunFacts", "RunReport", "Status", "Story",
    "StrippedText", "TermVectors", "Why", "asked_id", "count_of", "counted", "failure",
    "field_text", "is_later", "only_value", "rejection_limit", "report_of", "same_page",
    "shares_headline", "unwanted_rejections", "value_at",
]  # fmt: skip
