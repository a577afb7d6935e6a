"""What a deployment chooses: where its state lies, which database, which Kafka, which address.

The only module that reads the environment. Settings come, first found first, from `RISKENGINE_*` variables, from
`riskengine.toml` in the working folder, and from the defaults below.
"""

import os
import secrets
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class SettingsError(Exception):
    """A setting or the state folder cannot be used; the message says which and what to do."""


class Settings(BaseSettings):
    """Settings of one deployment.

    Examples
    --------
    >>> Settings(state_dir=Path("state")).resolved_database_url()
    'sqlite:///state/riskengine.db'
    """

    model_config = SettingsConfigDict(env_prefix="RISKENGINE_", toml_file="riskengine.toml", extra="forbid")

    state_dir: Path = Field(default=Path("state"), description="folder of archive, checkpoints, models, keys, SQLite")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; default SQLite in the state folder")
    identity_key: str | None = Field(default=None, description="hex key that hashes identities; made once if absent")
    host: str = Field(default="127.0.0.1", description="address that API and console listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="port of API and console")
    kafka_bootstrap: str = Field(default="127.0.0.1:9092", description="Kafka brokers, host:port, comma separated")
    kafka_topic: str = Field(default="riskengine.events", description="topic of incoming events")
    kafka_group: str = Field(default="riskengine", description="consumer group that lag tools see")
    kafka_timeout_seconds: float = Field(default=10.0, gt=0, description="how long a broker may take to answer")
    kafka_security: dict[str, str] = Field(default_factory=dict, description="further client settings, e.g. SASL")
    batch: int = Field(default=8192, ge=1, le=1_000_000, description="events in one batch and one transaction")
    budget: int = Field(default=2048, ge=1, description="links followed per event and pattern family")
    threads: int = Field(default=1, ge=1, description="threads of the pattern search")
    checkpoint_events: int = Field(default=500_000, ge=1, description="events between two checkpoints")
    dedup_days: int = Field(default=45, ge=1, description="days for which event ids are remembered")
    signed_rules: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="ids of second-hand rules that a lawyer has signed, comma separated"
    )
    packs_dir: Path | None = Field(default=None, description="folder with further rule packs")

    @field_validator("signed_rules", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def resolved_database_url(self) -> str:
        """The database's URL; SQLite in the state folder if none was set."""
        return self.database_url or f"sqlite:///{self.state_dir / 'riskengine.db'}"

    def registry_dir(self) -> Path:
        """Folder of the model registry."""
        return self.state_dir / "models"

    def resolved_identity_key(self) -> bytes:
        """The deployment's identity key, 32 bytes; made in the state folder at first use.

        Alert ids and every hashed identity depend on it, so it never rotates.

        Raises
        ------
        SettingsError
            If the setting or the file is not 16 to 64 bytes of hex.
        """
        path = self.state_dir / "identity.key"
        if self.identity_key is not None:
            return _parse_key(self.identity_key, "RISKENGINE_IDENTITY_KEY")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f"identity.key.{os.getpid()}")
            temporary.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
            temporary.chmod(0o600)
            try:
                os.link(temporary, path)  # atomic, and never over a key that another process has just made
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        return _parse_key(path.read_text(encoding="ascii", errors="replace").strip(), str(path))


def _parse_key(text: str, where: str) -> bytes:
    """Key bytes from hex."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if not 16 <= len(key) <= 64:
        raise SettingsError(f"{where}: expected 16 to 64 bytes as hex, found {len(text)} characters that are not")
    return key
