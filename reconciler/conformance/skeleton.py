"""The commented table that an author begins with."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from reconciler.config.load import check_key
from reconciler.errors import UsageError


def write_skeleton(name: str, folder: Path) -> Path:
    """Write `NAME.yaml` into a folder and return its path. Raises `UsageError` rather than overwrite a file."""
    if (wrong := check_key(name)) or {"/", "\\"} & set(name):
        raise UsageError(f"{name!r} cannot be a provider's name: {wrong or 'it holds a slash'}.")
    path = folder / f"{name}.yaml"
    text = resources.files(__package__).joinpath("skeleton.yaml").read_text(encoding="utf-8")
    title = name.replace("-", " ").replace("_", " ").title()
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text.replace("{title}", title).replace("{file}", path.name))
    except FileExistsError:
        raise UsageError(f"{path} is there already; choose another name, or move it away.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
    return path
