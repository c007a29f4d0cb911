"""Links to S3, held against the example that AWS publishes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.foundation.presigning import Presigner

KEYS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


def presigner(address: str = "s3://photos/here", endpoint: str = "", **more: Any) -> Presigner:
    told: dict[str, Any] = {
        "region": "us-east-1",
        "access_key": KEYS[0],
        "secret_key": KEYS[1],
        "virtual_hosted": False,
    }
    return Presigner.of(address, endpoint, **(told | more))


def test_the_signature_is_that_of_the_published_example() -> None:
    """Amazon S3 API reference, “Authenticating Requests: Using Query Parameters”."""
    signer = Presigner("https://examplebucket.s3.amazonaws.com", "us-east-1", *KEYS)
    link = signer.link("test.txt", datetime(2013, 5, 24, tzinfo=UTC), 86400, {})
    assert link.startswith("https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&")
    assert link.endswith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


@pytest.mark.parametrize(
    ("endpoint", "virtual_hosted", "base"),
    [
        ("", False, "https://s3.us-east-1.amazonaws.com/photos/here"),
        ("", True, "https://photos.s3.us-east-1.amazonaws.com/here"),
        ("http://store:8333/", False, "http://store:8333/photos/here"),
        ("https://photos.oss-cn-chengdu.aliyuncs.com", True, "https://photos.oss-cn-chengdu.aliyuncs.com/here"),
    ],
)
def test_the_object_lies_where_the_store_keeps_it(endpoint: str, virtual_hosted: bool, base: str) -> None:
    assert presigner(endpoint=endpoint, virtual_hosted=virtual_hosted).base == base


def test_without_keys_nothing_can_be_signed() -> None:
    with pytest.raises(ValueError, match="S3_ACCESS_KEY_ID"):
        presigner(access_key="")
