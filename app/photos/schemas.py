"""What goes over the wire about photos."""

from typing import Any, Final

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from app.foundation.wire import Moment
from app.photos.flags import EvidenceView, PhotoSide
from app.photos.models import Purpose
from app.photos.outlines import PictureState

PICTURES: Final = (
    "Whether smaller pictures are to be had: `unavailable` when it can not be decoded here, or only at a cost beyond "
    "`limits.decoding_bytes`; `none` for a document. The original is there all the same."
)


class PhotoStored(BaseModel):
    """A photo or document that has arrived, judged by its content.

    Width and height as it is seen, upright; a document has neither.
    """

    sha256: str
    bytes: int
    content_type: str = Field(examples=["image/jpeg"])
    width: int | None
    height: int | None
    replayed: SkipJsonSchema[bool] = Field(default=False, exclude=True)  # the status says it


class PhotoShown(PhotoStored):
    """A photo with its addresses: signed, so that `<image>` needs no token; the same all day, valid at least 24 h.

    Addresses are null unless `pictures` is `available`.
    """

    pictures: PictureState = Field(description=PICTURES)
    thumbnail_url: str | None
    display_url: str | None


class PhotoLoss(BaseModel):
    """That a photo is waited for no longer, and why; `replacement` was declared in its place."""

    at: Moment
    reason: str
    replacement: str | None


class PhotoView(BaseModel):
    """A photo as a record names it; what nobody has yet is null."""

    sha256: str
    purpose: Purpose
    taken_at: Moment | None
    position: dict[str, Any] | None
    arrived: bool = Field(description="Whether its bytes are here, from somebody who may give them to this record.")
    thumbnail_url: str | None
    display_url: str | None
    watermark_url: str | None = Field(description="As `display_url`, with time, place, enterprise and reporter on it.")
    pictures: PictureState | None = Field(description=PICTURES)
    content_type: str | None
    width: int | None
    height: int | None
    side: PhotoSide | None = Field(
        description="Where it stands when before and after are laid side by side; null if it proves nothing."
    )
    evidence: EvidenceView | None = Field(
        description="What was found when it was checked; null until then, and where it proves nothing."
    )
    lost: PhotoLoss | None = Field(description="If it was declared lost, and has not come after all.")

    @property
    def missing(self) -> bool:
        """Whether it is still waited for."""
        return not self.arrived and self.lost is None
