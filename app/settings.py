"""Every knob, its default, its unit and its danger. Read by `main` and `cli` only; values are handed down."""

from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_SECRET: Final = 32
WEAK: Final = ("secret", "changeme", "change-me", "password", "default", "example", "tuqiao")


class Mode(StrEnum):
    DEMO = "demo"
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """From the environment, by the names of the fields in capitals."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    mode: Mode = Field(Mode.DEVELOPMENT, description="production refuses to start with a weak secret.")
    host: str = Field("127.0.0.1", description="The address to listen at; 0.0.0.0 opens it to the network.")
    port: int = Field(8000, ge=1, le=65535)
    workers: int = Field(1, ge=1, le=64, description="Processes; one a core.")
    data_dir: Path = Field(Path("data"), description="Database, photos and keys of the embedded default lie here.")
    database_url: str = Field("", description="postgresql://… ; empty: SQLite under data_dir.")
    database_threads: int = Field(
        2, ge=1, le=32, description="Threads a process that do database work; more only for a database far away."
    )
    blobs_url: str = Field("", description="s3://bucket/prefix ; empty: the folder photos under data_dir.")
    blobs_before: str = Field(
        "",
        description="Where photos lay before, while they are carried to BLOBS_URL: what is not there yet is read here. "
        "A folder, or s3://… with the same endpoint and keys.",
    )
    s3_endpoint: str = Field("", description="Where S3 is, if not the vendor's default.")
    s3_region: str = "us-east-1"
    s3_access_key_id: str = ""
    s3_secret_access_key: str = ""
    s3_virtual_hosted: bool = Field(False, description="The bucket's name stands in the host's: Aliyun OSS demands it.")
    s3_timeout: float = Field(30, ge=1, le=600, description="Seconds that S3 may take to take or give one object.")
    s3_redirect: bool = Field(
        False,
        description="Pictures are fetched from the store itself, by links of five minutes: the server sends no bytes.",
    )
    s3_public_endpoint: str = Field("", description="Where clients reach the store for that, if not at S3_ENDPOINT.")
    secret: str = Field(
        "",
        description="Signs tokens, cursors and photo addresses, at least 32 characters; empty: made at the first start "
        "and kept under data_dir. Several machines need the same one, and the same folder of keys.",
    )
    photo_checks: bool = Field(
        True, description="Check photos that prove something, in every server process; false: only `app worker` does."
    )
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Where phones reach this server, such as https://aq.example.cn; printed codes lead there. They "
        "hang for years: change it only if the old address goes on answering. Empty: a code holds /scan/<code>.",
    )
    cors_origins: list[str] = Field([], description='Origins of browsers that may call, as JSON: ["https://…"].')
    log_level: str = "INFO"
    minimum_app: str = Field("1.0.0", description="The oldest phone app that still works; sent by /meta.")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'app.db'}"

    @property
    def blobs(self) -> str:
        return self.blobs_url or str(self.data_dir / "photos")

    @property
    def keys(self) -> Path:
        return self.data_dir / "keys"

    def refuse_weak_secrets(self) -> None:
        """Stop a production server that would sign with what others could guess.

        Raises:
            SystemExit: the secret is missing, short, a usual word, or hardly varies.
        """
        if self.mode is not Mode.PRODUCTION:
            return
        weak = (
            len(self.secret) < SHORTEST_SECRET
            or len(set(self.secret)) < SHORTEST_SECRET // 3
            or any(word in self.secret.lower() for word in WEAK)
        )
        if weak:
            raise SystemExit(
                "MODE=production needs a SECRET of at least 32 random characters; "
                'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
