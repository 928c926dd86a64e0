"""What is to be done about one record: the heart of planning, one small function a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from reconciler.planning.compare import Compared, compare, compare_unowned, is_secret, lost_events
from reconciler.planning.match import LiveIndex, Pair
from reconciler.planning.plan import Action, Change, Difference, Drift, Origin, Warned
from reconciler.planning.renewal import HANDED_OVER, RENEWED, advice_on_keeping, advice_on_making, renewal
from reconciler.records import Ability, Deposed, Desired, Known, Live, same
from reconciler.slotted import dataclass

Raw = Mapping[str, tuple[Any, Any]]


@dataclass(slots=True)
class Decisions:
    """What was decided so far.

    `raw` and `drift_raw` hold whole fields until deepdiff refines them; `unchanged` has (address, connection).
    """

    changes: list[Change] = field(default_factory=list)
    raw: list[Raw] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    drift_raw: list[Raw] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    unchanged: list[tuple[str, str]] = field(default_factory=list)

    def change(self, change: Change, raw: Raw | None = None) -> None:
        """Add a change with the whole fields that differ."""
        self.changes.append(change)
        self.raw.append(raw or {})

    def drifted(self, drift: Drift, raw: Raw | None = None) -> None:
        """Add a drift with the whole fields that differ."""
        self.drift.append(drift)
        self.drift_raw.append(raw or {})


class Decider:
    """Decides record by record over one set of views. Pure: it only fills its `Decisions`.

    `rotate` is the address whose secrets are renewed whether they differ or not.
    """

    def __init__(
        self,
        live: LiveIndex,
        abilities: Mapping[str, Ability],
        suspicious: frozenset[str],
        rotate: str | None = None,
    ) -> None:
        self._rotate = rotate
        self._live = live
        self._abilities = abilities
        self._suspicious = suspicious
        self.made = Decisions()

    def desired(self, pair: Pair) -> None:
        """Decide about a record that the file wants."""
        wanted, known = pair.desired, pair.known
        place = (wanted.connection, wanted.scope)
        view = self._live.view(place)
        if known is not None and (known.connection, known.scope) != place:
            self._moves(wanted, known)
        elif view is None or view.error is not None:
            return
        elif known is None:
            self._arrives(wanted)
        elif not view.complete:
            self._stays(pair, known, None)
        else:
            live = self._live.by_id(place, known.id)
            if live is not None:
                self._stays(pair, known, live)
            else:
                self._vanished(wanted, known, pair.origin)

    def departed(self, known: Known) -> None:
        """Decide about a record that the state owns and the file no longer wants."""
        place = (known.connection, known.scope)
        view = self._live.view(place)
        if view is None or view.error is not None:
            return
        live = self._live.by_id(place, known.id)
        if view.complete and live is None:
            blocked = self._suspicion(known.connection)
            self._add("forget", "not_at_provider", known=known, before=known.sent, blocked=blocked)
            return
        blocked = self._ability(known.connection).cannot.get("delete")
        before = live.fields if live is not None else known.sent
        self._add("delete", "not_declared", known=known, live=live, before=before, blocked=protection(known) or blocked)

    def deposed(self, deposed: Deposed) -> None:
        """Decide about the old half of a replacement that was cut in the middle."""
        place = (deposed.connection, deposed.scope)
        view = self._live.view(place)
        if view is None or view.error is not None:
            return
        live = self._live.by_id(place, deposed.id)
        action: Action = "forget" if view.complete and live is None else "delete"
        blocked = self._ability(deposed.connection).cannot.get("delete") if action == "delete" else None
        self.made.change(
            Change(
                deposed.address,
                deposed.connection,
                self._ability(deposed.connection).provider,
                deposed.scope,
                action,
                "deposed" if action == "delete" else "not_at_provider",
                id=deposed.id,
                before=live.fields if live is not None else None,
                blocked=blocked,
                live=live,
                deposed=deposed,
            )
        )

    def unowned(self, live: Live) -> None:
        """Delete a record that nobody declared, on a connection with `manage: all`."""
        ability = self._ability(live.connection)
        blocked = ability.cannot.get("delete")
        self.made.change(
            Change(
                None,
                live.connection,
                ability.provider,
                live.scope,
                "delete",
                "not_declared",
                id=live.id,
                before=live.fields,
                blocked=blocked,
                live=live,
            )
        )

    def _stays(self, pair: Pair, known: Known, live: Live | None) -> None:
        """The record is where it was (or cannot be seen): update it, replace it, or leave it alone."""
        wanted, ability = pair.desired, self._ability(pair.desired.connection)
        compared = compare(wanted, known, live, ability)
        if compared.drifted:
            self.made.drifted(Drift(wanted.address, wanted.connection, wanted.scope, known.id), compared.drifted)
        lost = lost_events(known)
        if lost:
            self._warn(wanted, f"the provider did not take these events: {', '.join(lost)}")
        before = live.fields if live is not None else known.sent
        forced: tuple[Difference, ...] = ()
        blocked = None
        if wanted.address == self._rotate:
            reason = RENEWED
            action, forced, blocked = renewal(wanted, known, compared.pairs, ability)
        else:
            if told := advice_on_keeping(wanted, known, ability):
                self._warn(wanted, told)
            if not compared.pairs:
                self._only_in_state(pair, known, live)
                return
            action, reason = verdict(compared, ability)
        blocked = blocked or self._blocked(action, wanted, known, ability)
        twin = None
        if blocked is None and action == "replace":
            twin, blocked = self._twin_of(wanted, ability)
        self._add(
            action,
            reason,
            wanted,
            known=known,
            live=live,
            before=before,
            pairs=compared.pairs,
            forced=forced,
            origin=pair.origin,
            blocked=blocked,
            twin=twin,
        )

    def _only_in_state(self, pair: Pair, known: Known, live: Live | None) -> None:
        """No call is needed; the address or the protection may still have changed."""
        wanted = pair.desired
        if pair.origin is not None:
            self._add(
                "rename", "address_changed", wanted, known=known, live=live, before=known.sent, origin=pair.origin
            )
        elif wanted.protect != known.protect:
            pairs = {"protect": (known.protect, wanted.protect)}
            self._add("update", "protect_changed", wanted, known=known, live=live, before=known.sent, pairs=pairs)
        elif known.kept is not None and wanted.capture is not None:
            self._add("update", HANDED_OVER, wanted, known=known, live=live, before=known.sent)
        else:
            self.made.unchanged.append((wanted.address, wanted.connection))

    def _vanished(self, wanted: Desired, known: Known, origin: Origin | None) -> None:
        """A complete read no longer shows the record: somebody deleted it."""
        self.made.drifted(Drift(wanted.address, wanted.connection, wanted.scope, known.id, gone=True))
        self._arrives(wanted, known, origin)

    def _arrives(self, wanted: Desired, known: Known | None = None, origin: Origin | None = None) -> None:
        """Nothing of ours is there: take over a live twin, or create."""
        ability = self._ability(wanted.connection)
        twins = self._live.twins(wanted.key)
        if len(twins) == 1:
            self._adopts(wanted, twins[0], ability, known, origin)
            return
        blocked = ability.cannot.get("create")
        if twins:
            ids = ", ".join(twin.id for twin in twins)
            blocked = (
                f"{len(twins)} live records are equal to it: {ids}; "
                f"choose one with `reconcile import {wanted.address} ID`"
            )
        elif known is not None:
            blocked = blocked or self._suspicion(wanted.connection)
        self._add("create", "not_at_provider", wanted, known=known, origin=origin, blocked=blocked)

    def _adopts(
        self, wanted: Desired, twin: Live, ability: Ability, known: Known | None, origin: Origin | None
    ) -> None:
        """One live record has the key: it becomes ours, with an update where that is needed and can be done."""
        pairs = compare_unowned(wanted, twin, ability)
        by_hand = f"`reconcile import {wanted.address} {twin.id}`"
        blocked = None
        if not ability.adopt:
            blocked = f"the live record {twin.id} is equal to it and `adopt` is off; {by_hand} takes it"
        elif pairs and _must_replace(pairs, ability):
            why = ability.cannot.get("update") or "the provider cannot change that in place"
            blocked = f"the live record {twin.id} differs in {', '.join(sorted(pairs))}, and {why}; {by_hand} takes it"
        else:
            hidden = sorted(name for name in ability.hidden & wanted.declared)
            if hidden:
                self._warn(
                    wanted,
                    f"{', '.join(hidden)} of {twin.id} cannot be read and is taken to be the declared one; "
                    f"`reconcile rotate {wanted.address}` sets it",
                )
        self._live.adopt(twin)
        self._add(
            "adopt",
            "equal_record_found",
            wanted,
            known=known,
            live=twin,
            before=twin.fields,
            pairs=pairs,
            origin=origin,
            blocked=blocked,
        )

    def _moves(self, wanted: Desired, known: Known) -> None:
        """The address goes to another connection or scope: one replacement across them."""
        new, old = (wanted.connection, wanted.scope), (known.connection, known.scope)
        new_view, old_view = self._live.view(new), self._live.view(old)
        if new_view is None and old_view is None:
            return
        ability = self._ability(wanted.connection)
        old_live = self._live.by_id(old, known.id)
        origin = Origin(known.address, known.connection, known.scope, known.id)
        unknown = [
            view.connection if view is not None else place[0]
            for place, view in ((old, old_view), (new, new_view))
            if view is None or view.error is not None
        ]
        blocked = f"{' and '.join(unknown)} could not be read" if unknown else None
        if blocked is None and old_view is not None and old_view.complete and old_live is None:
            self._arrives(wanted, None, origin)
            return
        old_ability = self._ability(known.connection)
        blocked = blocked or ability.cannot.get("create") or old_ability.cannot.get("delete")
        blocked = blocked or protection(known, wanted)
        twin = None
        if blocked is None:
            twin, blocked = self._twin_of(wanted, ability)
        reason = "connection_changed" if known.connection != wanted.connection else "scope_changed"
        before = old_live.fields if old_live is not None else known.sent
        pairs = {name: (before.get(name), wanted.fields[name]) for name in sorted(wanted.declared)}
        pairs = {name: pair for name, pair in pairs.items() if not same(*pair)}
        self._add(
            "replace",
            reason,
            wanted,
            known=known,
            live=old_live,
            before=before,
            pairs=pairs,
            origin=origin,
            blocked=blocked,
            twin=twin,
        )

    def _twin_of(self, wanted: Desired, ability: Ability) -> tuple[Live | None, str | None]:
        """Return the live twin that a replacement takes over, or why it can neither take it over nor create."""
        twins = self._live.twins(wanted.key)
        if not twins:
            return None, None
        if len(twins) == 1 and ability.adopt and not compare_unowned(wanted, twins[0], ability):
            self._live.adopt(twins[0])
            return twins[0], None
        ids = ", ".join(twin.id for twin in twins)
        return None, (
            f"{wanted.connection} already has an equal record: {ids}; delete it there, or give up the present "
            f"one with `reconcile state rm {wanted.address}` and take it with `reconcile import {wanted.address} ID`"
        )

    def _blocked(self, action: Action, wanted: Desired, known: Known, ability: Ability) -> str | None:
        if action == "update":
            return None
        cannot = ability.cannot.get("delete") or ability.cannot.get("create")
        return protection(known, wanted) or (f"it would have to be replaced, and {cannot}" if cannot else None)

    def _suspicion(self, connection: str) -> str | None:
        if connection not in self._suspicious:
            return None
        return (
            f"none of the records that the state knows at {connection} is there: it may be another account; "
            "if they were really deleted, allow it with --allow-recreate"
        )

    def _ability(self, connection: str) -> Ability:
        return self._abilities[connection]

    def _warn(self, wanted: Desired, message: str) -> None:
        self.made.warnings.append(Warned(message, wanted.address))

    def _add(
        self,
        action: Action,
        reason: str,
        desired: Desired | None = None,
        *,
        known: Known | None = None,
        live: Live | None = None,
        before: Mapping[str, Any] | None = None,
        pairs: Raw | None = None,
        forced: tuple[Difference, ...] = (),
        origin: Origin | None = None,
        blocked: str | None = None,
        twin: Live | None = None,
    ) -> None:
        if desired is not None and twin is None and action in ("create", "replace"):
            told = advice_on_making(desired, self._ability(desired.connection))
            if told:
                self._warn(desired, told)
        subject = desired or known
        if subject is None:
            raise ValueError("a change is about a desired or a known record")
        record_id = None if action == "create" else live.id if live is not None else known.id if known else None
        if action == "replace" and known is not None:
            record_id = known.id
        self.made.change(
            Change(
                subject.address,
                subject.connection,
                self._ability(subject.connection).provider,
                subject.scope,
                action,
                reason,
                id=record_id,
                before=before,
                after=desired.fields if desired is not None else None,
                differences=forced,
                blocked=blocked,
                origin=origin,
                desired=desired,
                known=known,
                live=live,
                twin=twin,
                forced_by=_forcing(action, pairs or {}, self._ability(subject.connection)),
            ),
            pairs,
        )


def _forcing(action: Action, pairs: Raw, ability: Ability) -> frozenset[str]:
    """The fields that force a replacement; empty where any would (there is no update at all)."""
    if action != "replace" or "update" in ability.cannot:
        return frozenset()
    return frozenset(pairs) & ability.immutable


def verdict(compared: Compared, ability: Ability) -> tuple[Action, str]:
    """Return whether the differing fields need an update or a replacement, and the reason."""
    names = set(compared.pairs)
    replace = _must_replace(compared.pairs, ability)
    if not compared.changed:
        reason = "drifted"
    elif all(any(map(is_secret, compared.pairs[name])) and name != "url" for name in names):
        reason = "secret_changed"
    else:
        reason = "immutable_field_changed" if replace else "field_changed"
    return ("replace" if replace else "update"), reason


def _must_replace(pairs: Raw, ability: Ability) -> bool:
    return "update" in ability.cannot or any(name in ability.immutable for name in pairs)


def protection(known: Known, wanted: Desired | None = None) -> str | None:
    """Return why a protected record may not be deleted or replaced; None where it is not protected."""
    if known.protect:
        return "it is protected; set `protect: false` and apply that first"
    if wanted is not None and wanted.protect:
        return "it is protected by `protect: true`"
    return None
