"""Webhook subscriptions as code: declare them in `hooks.yaml`, plan, apply."""

__version__ = "0.1.0"
