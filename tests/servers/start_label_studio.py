"""Starts a Label Studio on an empty database: `PYTHON start_label_studio.py PORT TOKEN`.

What `label-studio start` does, but for the hundreds of migrations: the tables are made as the models have them, in a
tenth of the time. Runs in the server's own environment, not in that of the tests.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import label_studio  # type: ignore[import-not-found]


class _None:
    """No app has migrations."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def main(port: str, token: str) -> None:
    """Make the tables, a user with a legacy token, and an organization; then serve."""
    sys.path.insert(0, str(Path(label_studio.__file__).parent))
    os.environ["DJANGO_SETTINGS_MODULE"] = "label_studio.core.settings.label_studio"
    from django.core.wsgi import get_wsgi_application  # type: ignore[import-not-found]

    get_wsgi_application()
    from django.conf import settings  # type: ignore[import-not-found]
    from django.core.management import call_command  # type: ignore[import-not-found]

    settings.MIGRATION_MODULES = _None()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from organizations.models import Organization  # type: ignore[import-not-found]
    from rest_framework.authtoken.models import Token  # type: ignore[import-not-found]
    from users.models import User  # type: ignore[import-not-found]

    user = User.objects.create_user(email="admin@example.com", password=token)
    user.active_organization = Organization.create_organization(
        created_by=user, title="Tests", legacy_api_tokens_enabled=True
    )
    user.save()
    Token.objects.filter(user=user).update(key=token)
    call_command("runserver", "--noreload", f"127.0.0.1:{port}")


main(*sys.argv[1:])
