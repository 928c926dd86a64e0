"""Brings a folder into the state in which a plan finds nothing to do, without the many writes of an apply."""

from __future__ import annotations

from pathlib import Path

from reconciler.applying.writes import sent_of
from reconciler.records import Known
from reconciler.state.model import PutRecord
from reconciler.workflow.options import Options
from reconciler.workflow.session import Session


def own_everything(hooks: Path) -> None:
    """Write the state that an apply of `hooks` over the present live records would leave."""
    with Session(Options(file=hooks)) as session, session.store.locked("benchmark"):
        live = {one.key: one for one in session.connection("bench").list(())}
        session.store.commit(
            *(
                PutRecord(
                    Known(
                        one.address,
                        one.connection,
                        one.scope,
                        live[one.key].id,
                        one.key,
                        sent_of(one),
                        live[one.key].fields,
                    )
                )
                for one in session.desired()
            )
        )
