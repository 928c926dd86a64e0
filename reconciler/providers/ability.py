"""What a connection can do, in the words that a user reads."""

from __future__ import annotations

from reconciler.providers.protocol import Settings
from reconciler.providers.spec import Call
from reconciler.records import Ability

_DOES = {"create": "makes a record", "update": "changes a record", "delete": "deletes a record"}


def ability_of(settings: Settings) -> Ability:
    """Return what planning must know of a connection. Needs no network and no credentials."""
    spec = settings.spec
    fields = spec.record.fields()
    secrets = spec.record.secret_fields()
    cannot = {}
    for operation, does in _DOES.items():
        call: Call | None = getattr(spec, operation)
        if call is None:
            cannot[operation] = f"the table of {spec.title} has no call that {does}"
        elif not call.documented and operation not in settings.undocumented:
            cannot[operation] = (
                f"no document of {spec.title} names a call that {does}; "
                f"allow it with `undocumented: [{operation}]` on connection {settings.name}"
            )
    return Ability(
        provider=settings.provider,
        key=tuple(spec.key),
        cannot=cannot,
        immutable=frozenset(name for name, field in fields.items() if field.only_create),
        hidden=frozenset(name for name in secrets if fields[name].visibility != "clear"),
        unique=tuple(tuple(names) for names in spec.unique),
        defaults={name: field.default for name, field in fields.items() if "default" in field.model_fields_set},
        adopt=settings.adopt,
        manage_all=settings.manage_all,
        made=frozenset(name for name in secrets if fields[name].visibility == "on_create"),
        rotates=spec.rotate is not None,
        later=frozenset(name for name, field in fields.items() if field.via is not None or field.only_update),
    )
