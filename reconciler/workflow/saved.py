"""A plan in a file: what was reviewed, to be applied later. It holds no secret.

The file is the plan's JSON with a few keys more. Its `seal` is made with the state's key, so that a file
that was cut, changed by hand or made for another state is told apart. What binds an apply is not the file's
word but the digests in it, which the apply makes again from what is there then.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from reconciler import __version__
from reconciler.errors import ReconcileError, UsageError
from reconciler.output.json_form import plan_json, to_json_text
from reconciler.planning.digest import selection
from reconciler.slotted import dataclass
from reconciler.state.model import Store
from reconciler.workflow.options import Options
from reconciler.workflow.review import Reviewed, connections_of, forms, objections
from reconciler.workflow.session import Prepared, Review, Session

KIND = "reconcile plan"
FORMAT_VERSION = "1.0"
_NEW = "make a new one with `reconcile plan --out FILE`"


class Unsaved(ReconcileError):
    """A plan cannot be saved: it is not complete, or the file cannot be written."""


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A saved plan as read. Only `check` tells whether it can be believed."""

    path: Path
    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The digest of the plan that was saved."""
        return str(self.content["digest"])

    @property
    def reviewed(self) -> Reviewed:
        """What was reviewed."""
        content = self.content
        return Reviewed(self.digest, tuple(content["changes"]), content["connections"], content["selection"])

    def options(self, given: Options) -> Options:
        """Return `given` with the selection and the allowances that were saved.

        Raises `UsageError` where the command line has others.
        """
        saved = self.content["selection"]
        allow: int | Literal["all"] | None = self.content["allow_deletes"]
        ours = replace(
            given,
            targets=tuple(saved["targets"]),
            connections=tuple(saved["connections"]),
            allow_deletes=allow,
            allow_recreate=saved["allow_recreate"],
        )
        for name, option in (
            ("targets", "--target"),
            ("connections", "--provider"),
            ("allow_deletes", "--allow-deletes"),
            ("allow_recreate", "--allow-recreate"),
        ):
            value = getattr(given, name)
            if value and value != getattr(ours, name):
                raise UsageError(f"{self.path} has a selection and allowances of its own: leave out {option}.")
        return ours

    def check(self, store: Store) -> None:
        """Raise `UsageError` where the file was made for another state, cut short or changed."""
        state = store.load()
        if state.lineage != self.content["lineage"]:
            there = "has nothing in it yet" if state.fresh else f"has the lineage {state.lineage}"
            raise UsageError(
                f"{self.path} was made for another state (lineage {self.content['lineage']}): "
                f"{store.location} {there}. Name the right one with --state, or {_NEW}."
            )
        unsealed = {name: value for name, value in self.content.items() if name != "seal"}
        if self.content["seal"] != _seal(unsealed, store):
            raise UsageError(f"{self.path} is not as it was written: it is damaged or was changed. Please {_NEW}.")

    def review(self, session: Session) -> Review:
        """Return what an apply asks before its first request."""

        def review(prepared: Prepared) -> list[str]:
            return objections(self.reviewed, prepared, session.store.history())

        return review


def save(session: Session, prepared: Prepared, path: Path) -> None:
    """Write a plan to `path`; make the state where there is none yet, so that the plan belongs to it.

    Raises `Unsaved` where the plan is not complete or the file cannot be written.
    """
    plan, options = prepared.plan, session.options
    if not plan.complete:
        raise Unsaved(
            f"The plan is not saved to {path}: it is not complete. Parts of it are unknown (see above); "
            "`reconcile apply` carries out the others directly."
        )
    if prepared.state.fresh:
        # Until something is stored the lineage and the key are this process's alone; taking the lock stores them.
        with session.store.locked("plan", options.lock_timeout):
            pass
    content = {
        **plan_json(plan),
        "kind": KIND,
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "file": options.file.as_posix(),
        "lineage": prepared.state.lineage,
        "selection": selection(prepared.policy),
        "allow_deletes": options.allow_deletes,
        "connections": connections_of(prepared),
        "changes": forms(plan.changes),
    }
    _write(path, to_json_text({**content, "seal": _seal(content, session.store)}))


def read_plan(path: Path) -> SavedPlan:
    """Read a saved plan. Raises `UsageError` where it is none, or one of another format."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The plan {path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is no saved plan, or one that was cut short. Please {_NEW}.") from None
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise UsageError(f"{path} is no saved plan. Please {_NEW}.")
    version = content.get("format_version")
    if not isinstance(version, str) or version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise UsageError(
            f"{path} is a plan of the format {version}, by reconcile {content.get('tool_version')}; this is "
            f"reconcile {__version__}, which reads {FORMAT_VERSION}. Please {_NEW}."
        )
    if not _has_shape(content):
        raise UsageError(f"{path} is not as it was written: it is damaged or was changed. Please {_NEW}.")
    return SavedPlan(path, content)


def _has_shape(content: Mapping[str, Any]) -> bool:
    """Whether all is there that is looked at before the seal proves the rest."""
    chosen = content.get("selection")
    if not isinstance(chosen, dict) or not isinstance(chosen.get("allow_recreate"), bool):
        return False
    texts = all(
        isinstance(chosen.get(name), list) and all(isinstance(one, str) for one in chosen[name])
        for name in ("targets", "connections")
    )
    allow = content.get("allow_deletes")
    number = isinstance(allow, int) and not isinstance(allow, bool)
    named = all(isinstance(content.get(name), str) for name in ("digest", "lineage", "seal"))
    return texts and named and (number or allow in (None, "all"))


def _seal(content: Mapping[str, Any], store: Store) -> str:
    return store.fingerprint("plan\0" + json.dumps(content, sort_keys=True, separators=(",", ":")))


def _write(path: Path, text: str) -> None:
    """Put the whole file there at once, or nothing."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unsaved(f"The plan cannot be written to {path}: {error.strerror}.") from None
