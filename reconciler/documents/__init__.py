"""YAML with positions: a file as plain data, and what is wrong with it as `Problem`s that say where.

document = read(path)               # ConfigError where it is no YAML at all
table = validate(Spec, document)    # a pydantic model, or a ConfigError with all problems in one
"""

from reconciler.documents.checking import Path, choice_hint, problems_of, suggest, validate
from reconciler.documents.fitting import fits
from reconciler.documents.reader import Document, collector_paused, read, read_text

__all__ = [
    "Document",
    "Path",
    "choice_hint",
    "collector_paused",
    "fits",
    "problems_of",
    "read",
    "read_text",
    "suggest",
    "validate",
]
