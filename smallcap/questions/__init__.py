"""The one query layer: questions are .sql files with named parameters, asked of one pinned publication.

`files` finds and reads them, `publication` answers them, `dates` says what to answer about a date of which
nothing is published.
"""

from smallcap.questions.files import Question, question, questions
from smallcap.questions.publication import OlderPublicationError, Publication, open_publication
from smallcap.questions.worked import worked_queries, worked_query

__all__ = [
    "OlderPublicationError",
    "Publication",
    "Question",
    "open_publication",
    "question",
    "questions",
    "worked_queries",
    "worked_query",
]
