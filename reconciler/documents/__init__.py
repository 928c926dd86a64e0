"""YAML with positions: a file as plain data, and what is wrong with it as `Problem`s that say where.

document = read(path)               # ConfigError where it is no YAML at all
table = validate(Spec, document)    # a model, or a ConfigError with all problems in one
"""

from reconciler.documents.checking import Path, choice_hint, error_in, problems_of, suggest, validate
from reconciler.documents.models import Field, Model
from reconciler.documents.reader import Document, collector_paused, read, read_text

__all__ = [
    "Document",
    "Field",
    "Model",
    "Path",
    "choice_hint",
    "collector_paused",
    "error_in",
    "problems_of",
    "read",
    "read_text",
    "suggest",
    "validate",
]
