"""Settings from the environment (`RAPPORT_…`), one small model; see docs/operations/settings.md."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator sets. Everything else is configuration in the database."""

    # What is wrong is told without what was given: it may be a secret.
    model_config = SettingsConfigDict(
        env_prefix="RAPPORT_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    data: Path = Field(
        default=Path("rapport-data"),
        description="Directory for the embedded database, files, spool and the secret key.",
    )
    database_url: str | None = Field(
        default=None,
        description="PostgreSQL 15 or later; the embedded one is started when absent.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on.")
    public_url: str | None = Field(
        default=None, description="How browsers and providers reach this server."
    )
    secret_key: str | None = Field(
        default=None,
        min_length=32,
        description="Signs visitors' tokens and encrypts secrets; a file in `data` when absent.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses whose X-Forwarded-* headers are believed."
    )
    private_networks: str = Field(
        default="",
        description="Private networks that channels and workflows may call, e.g. 10.0.0.0/8;"
        " everything else that is not public is refused.",
    )
    provider_timeout_s: float = Field(
        default=20, gt=0, le=300, description="How long a channel's provider may take to answer."
    )
    mail_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Takes forwarded mail by SMTP on this port; none when absent.",
    )
    mail_host: str = Field(default="127.0.0.1", description="Address that takes forwarded mail.")
    mail_lmtp: bool = Field(
        default=False, description="Speak LMTP there, for a mail server on the same machine."
    )
    mail_hostname: str = Field(
        default="localhost", description="The name that the mail listener greets with."
    )
    mail_certificate: Path | None = Field(
        default=None, description="PEM file with the certificates for STARTTLS."
    )
    mail_key: Path | None = Field(
        default=None, description="Its private key, where it is not in the same file."
    )
    mail_largest_mb: int = Field(
        default=50, ge=1, le=64, description="The largest mail taken; larger ones are refused."
    )
    clamd: str | None = Field(
        default=None,
        pattern=r"^(tcp://[^/\s:]+:\d{1,5}|tcp://\[[0-9a-fA-F:.]+\]:\d{1,5}|/.+)$",
        description="A clamd that every file is shown to: tcp://host:port, or the path of its"
        " Unix socket; files are not scanned when absent.",
    )
    files: str | None = Field(
        default=None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?$",
        description="Where attachments and mails' sources are kept: s3://bucket/prefix; the"
        " directory `files` in `data` when absent.",
    )
    files_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s]+/?$",
        description="Address of an S3-compatible store, e.g. https://minio.example; Amazon's"
        " when absent.",
    )
    files_region: str | None = Field(
        default=None, description="The bucket's region; AWS_REGION or us-east-1 when absent."
    )
    files_access_key: str | None = Field(
        default=None,
        description="The bucket's access key; AWS_… variables or the machine's role when absent.",
    )
    files_secret_key: SecretStr | None = Field(default=None, description="Its secret.")
    files_by_host: bool = Field(
        default=False, description="The bucket's name is part of the host, not of the path."
    )
    tracing: str | None = Field(
        default=None,
        pattern=r"^(on|https?://[^/\s@?#]+(/[^\s?#]*)?)$",
        description="An OpenTelemetry collector that traces are sent to by OTLP/HTTP, e.g."
        " http://collector:4318, or `on` for that of OTEL_EXPORTER_OTLP_ENDPOINT; no traces when"
        " absent. Needs `rapport[otel]`.",
    )
    log_level: str = Field(default="info", description="debug, info, warning or error.")
    log_format: str = Field(default="auto", description="json, text, or auto: text on a terminal.")
    writers: int = Field(
        default=2,
        ge=1,
        le=8,
        description="How many batches of customers' messages are stored at a time; 1 where several"
        " nodes share the processors of one machine.",
    )
    pool_size: int = Field(default=10, ge=4, le=100, description="Database connections.")

    @model_validator(mode="after")
    def _keys_go_together(self) -> Settings:
        if (self.files_access_key is None) != (self.files_secret_key is None):
            raise ValueError("RAPPORT_FILES_ACCESS_KEY and RAPPORT_FILES_SECRET_KEY go together")
        return self
