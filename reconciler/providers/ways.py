"""The ways to authenticate that a table can name."""

from __future__ import annotations

from typing import Literal

from reconciler.documents import Field, Model
from reconciler.providers.base import Path, names_in
from reconciler.providers.calls import LoginCall

_WAYS = ("basic", "bearer", "query", "header", "path", "body", "login", "oauth2", "none")


class BasicPair(Model):
    """User and password as templates, where one is more than a credential alone."""

    user: str = Field(description="Such as `{email}/token`, or a fixed `api`.")
    password: str = Field("", description="Such as `{api_token}`.")


class ClientCredentials(Model):
    """OAuth2 client credentials: a token is had with an id and a secret, and sent as a bearer."""

    token_url: str = Field(description="A path below the base URL, or a whole https address.")
    client: list[str] = Field(
        default_factory=lambda: ["client_id", "client_secret"],
        min_length=2,
        max_length=2,
        description="The credentials' names.",
    )
    send: Literal["body", "basic"] = Field("body", description="Where id and secret go.")
    encoding: Literal["form", "json"] = Field("form", description="How the request is written.")
    scope: str | None = Field(None, description="The scope that is asked for.")
    body: dict[str, str] = Field(
        default_factory=dict, description="Further parameters; texts may hold {name} of further credentials."
    )
    token: Path = Field("access_token", description="Where the token is in the answer.")
    lifetime: Path = Field("expires_in", description="Where the answer says for how many seconds it is good.")


class Auth(Model):
    """One way to authenticate. Its credentials are the names on its right-hand sides."""

    basic: list[str] | BasicPair | None = Field(
        None, description="User and password: two credentials' names, or {user: …, password: …} as templates."
    )
    bearer: str | None = Field(None, description="`Authorization: Bearer …`.")
    query: dict[str, str] | None = Field(None, description="Query parameters to credentials.")
    header: dict[str, str] | None = Field(None, description="Headers to templates: `Token token={token}`.")
    path: str | None = Field(None, description="What goes before every path, as a template: `/bot{token}`.")
    body: dict[str, str] | None = Field(
        None, description="Paths in the body of every call to credentials: {client_id: client_id}."
    )
    login: LoginCall | None = Field(None, description="A call whose body values name credentials as {handle}.")
    oauth2: ClientCredentials | None = Field(None, description="OAuth2 client credentials.")
    none: Literal[True] | None = Field(
        None, description="As the last of several: without credentials, where a connection gives none."
    )

    def check(self) -> None:
        """Raise `ValueError` unless there is one way."""
        if sum(getattr(self, way) is not None for way in _WAYS) != 1:
            raise ValueError(f"an authentication has exactly one of: {', '.join(_WAYS)}")
        if isinstance(self.basic, list) and len(self.basic) != 2:
            raise ValueError("`basic` has two names: user and password")

    @property
    def credentials(self) -> tuple[str, ...]:
        """The names of the credentials that it takes."""
        if isinstance(self.basic, list):
            return tuple(self.basic)
        if self.bearer is not None:
            return (self.bearer,)
        if self.query is not None or self.body is not None:
            return tuple((self.query or self.body or {}).values())
        named = dict.fromkeys(name for template in self._templates() for name in names_in(template))
        return tuple(dict.fromkeys([*(self.oauth2.client if self.oauth2 else ()), *named]))

    def _templates(self) -> list[str]:
        if isinstance(self.basic, BasicPair):
            return [self.basic.user, self.basic.password]
        if self.login is not None:
            return [text for text, _ in self.login.templates()]
        if self.oauth2 is not None:
            return [self.oauth2.token_url, *self.oauth2.body.values()]
        return [self.path] if self.path is not None else list((self.header or {}).values())
