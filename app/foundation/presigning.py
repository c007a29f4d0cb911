"""Links that S3 honours for a while without keys: AWS Signature Version 4 in the query (RFC 3986, HMAC-SHA256).

By hand, because obstore signs no `response-…` parameters, by which the store says what an object is.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Presigner:
    """Who signs, and where the objects lie: `base` is the address that a key is appended to."""

    base: str
    region: str
    access_key: str
    secret_key: str

    @classmethod
    def of(
        cls, address: str, endpoint: str, region: str, access_key: str, secret_key: str, *, virtual_hosted: bool
    ) -> Self:
        """For `s3://bucket/prefix` at an endpoint. A virtual host has the bucket in the endpoint's name already.

        Raises:
            ValueError: there are no keys to sign with.
        """
        if not (access_key and secret_key):
            raise ValueError("links to the store need S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY")
        place = urlsplit(address)
        if not endpoint:
            host = f"{place.netloc}.s3.{region}" if virtual_hosted else f"s3.{region}"
            endpoint = f"https://{host}.amazonaws.com"
        base = endpoint.rstrip("/") + ("" if virtual_hosted else f"/{place.netloc}") + place.path.rstrip("/")
        return cls(base, region, access_key, secret_key)

    def link(self, key: str, at: datetime, seconds: int, shown: Mapping[str, str]) -> str:
        """A GET of the object, from `at` on; the store answers with the headers `shown` (`response-content-type` …)."""
        target = urlsplit(f"{self.base}/{quote(key)}")
        day, moment = f"{at:%Y%m%d}", f"{at:%Y%m%dT%H%M%SZ}"
        scope = f"{day}/{self.region}/s3/aws4_request"
        query = {
            "X-Amz-Algorithm": ALGORITHM, "X-Amz-Credential": f"{self.access_key}/{scope}", "X-Amz-Date": moment,
            "X-Amz-Expires": str(seconds), "X-Amz-SignedHeaders": "host", **shown,
        }  # fmt: skip
        written = "&".join(f"{quote(name, '~')}={quote(value, '~')}" for name, value in sorted(query.items()))
        canonical = f"GET\n{target.path}\n{written}\nhost:{target.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
        to_sign = f"{ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key_bytes = b"AWS4" + self.secret_key.encode()
        for part in (day, self.region, "s3", "aws4_request"):
            key_bytes = hmac.digest(key_bytes, part.encode(), "sha256")
        signature = hmac.new(key_bytes, to_sign.encode(), "sha256").hexdigest()
        return f"{target.scheme}://{target.netloc}{target.path}?{written}&X-Amz-Signature={signature}"
