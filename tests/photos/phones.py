"""Files as phones, programs and pranksters make them, in code: what stands behind and between the pixels is imitated
from the makers' own files; the pixels are a few colours."""

import struct
from functools import cache
from io import BytesIO

import pillow_heif
from PIL import Image

from app.photos.heif import read
from tests.photos.pictures import chunk, png, saved, scene, segment

MAKER_NOTE, MAKE, MODEL, ORIENTATION, EXIF_IFD, GPS_IFD = 0x927C, 0x010F, 0x0110, 0x0112, 0x8769, 0x8825


def camera(make: str, model: str, orientation: int = 1, note: bytes = b"") -> bytes:
    """EXIF as a camera writes it: who made it, how it lay, when and where, and what only its maker understands."""
    tags = Image.Exif()
    tags[MAKE], tags[MODEL], tags[ORIENTATION] = make, model, orientation
    tags[EXIF_IFD] = {0x9003: "2026:11:24 16:30:05", 0x9011: "+08:00", **({MAKER_NOTE: note} if note else {})}
    tags[GPS_IFD] = {1: "N", 2: (29.0, 50.0, 24.0), 3: "E", 4: (106.0, 3.0, 0.0)}
    return tags.tobytes()


def shot(make: str, model: str, orientation: int = 1, note: bytes = b"", **options: object) -> bytes:
    """A JPEG as a phone writes it, lying as the sensor does."""
    return saved(scene(), "JPEG", exif=camera(make, model, orientation, note), **options)


def xmp(inside: str) -> bytes:
    told = (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{inside}'
    )
    return b"http://ns.adobe.com/xap/1.0/\0" + f"{told}</rdf:RDF></x:xmpmeta>".encode()


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """The JPEG with a segment before its tables."""
    at = jpeg.index(b"\xff\xdb")
    return jpeg[:at] + segment(marker, body) + jpeg[at:]


def film() -> bytes:
    """What a motion photo has behind it."""
    return b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x10mdat" + b"\0\0\0\1\x65\x88\x80\x10"


def samsung_trailer() -> bytes:
    """Blocks behind the end of the image, and a table of them that ends the file (SEFH … SEFT)."""
    block = b"\0\0\x30\x0a" + struct.pack("<I", 16) + b"MotionPhoto_Data" + film()
    table = b"SEFH" + struct.pack("<II", 106, 1) + b"\0\0\x30\x0a" + struct.pack("<II", len(block), len(block))
    return block + table + struct.pack("<I", len(table)) + b"SEFT"


def huawei_trailer() -> bytes:
    """A picture of depth as bare numbers, then words that name it."""
    return bytes(range(256)) * 8 + b"DepthP" + struct.pack("<I", 2048) + b"edof\0\0\0\0v2_f25      0:64      "


def ultra_hdr(make: str, model: str) -> bytes:
    """A JPEG with a second one behind, grey and small, which says how much brighter each part shines."""
    gains = Image.new("RGB", (15, 10), (90, 90, 90))
    both = saved(scene(), "MPO", save_all=True, append_images=[gains], exif=camera(make, model))
    told = '<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/>'
    return with_segment(both, 0xE1, xmp(told))


def heic(picture: Image.Image | None = None, exif: bytes = b"", tile: int = 0, **options: object) -> bytes:
    """A HEIC as encoders make it, in tiles as phones do; how it lay becomes a rotation of the format's own."""
    file = pillow_heif.from_pillow(picture or scene(256, 192))
    if exif:
        file[0].info["exif"] = exif
    written = BytesIO()
    file.save(written, quality=70, tile_size=tile, **options)
    return written.getvalue()


@cache
def one_tile() -> tuple[bytes, bytes, bytes]:
    """Configuration, colours and content of a coded picture of 512 × 512."""
    content = heic(Image.new("RGB", (512, 512), (200, 120, 40)))
    item = read(BytesIO(content), len(content)).shown
    (extent,) = item.extents
    return item.said(b"hvcC"), item.said(b"colr"), content[extent.start : extent.start + extent.length]


def grid(
    columns: int, rows: int, width: int, height: int, *, tiles: int | None = None, brand: bytes = b"heic"
) -> bytes:
    """A HEIC of any size: a grid all of whose tiles are the same bytes of the file."""
    config, colours, coded = one_tile()
    count = columns * rows if tiles is None else tiles
    ids = range(2, count + 2)
    start = box(b"ftyp", brand + b"\0\0\0\0mif1heic")
    properties = box(
        b"ipco", box(b"hvcC", config), full(b"ispe", struct.pack(">II", 512, 512)), box(b"colr", colours),
        full(b"ispe", struct.pack(">II", width, height)),
    )  # fmt: skip
    told = struct.pack(">IHBB", count + 1, 1, 1, 4) + b"".join(struct.pack(">HB", id, 3) + b"\x81\2\3" for id in ids)

    def meta(at: int) -> bytes:
        places = struct.pack(">HHHHII", 1, 1, 0, 1, 0, 12)
        places += b"".join(struct.pack(">HHHHII", id, 0, 0, 1, at, len(coded)) for id in ids)
        return full(
            b"meta",
            full(b"hdlr", bytes(4) + b"pict" + bytes(13)),
            full(b"pitm", b"\0\1"),
            full(b"iinf", struct.pack(">H", count + 1), item_info(1, b"grid"), *(item_info(id, b"hvc1") for id in ids)),
            full(b"iref", box(b"dimg", struct.pack(">HH", 1, count), b"".join(struct.pack(">H", id) for id in ids))),
            box(b"iprp", properties, full(b"ipma", told)),
            box(b"idat", struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, width, height)),
            full(b"iloc", struct.pack(">BBH", 0x44, 0, count + 1), places, version=1),
        )

    return start + meta(len(start) + len(meta(0)) + 8) + box(b"mdat", coded)


def item_info(id: int, kind: bytes) -> bytes:
    return full(b"infe", struct.pack(">HH", id, 0) + kind + b"\0", version=2)


def box(kind: bytes, *content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, content)), kind) + b"".join(content)


def full(kind: bytes, *content: bytes, version: int = 0) -> bytes:
    return box(kind, bytes((version, 0, 0, 0)), *content)


def pdf(*objects: bytes, head: bytes = b"%PDF-1.7\n") -> bytes:
    """A document of these objects, with its table of where they lie."""
    content, places = head, []
    for number, each in enumerate(objects or (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"), 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + b"".join(
        b"%010d 00000 n \n" % at for at in places
    )
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, len(content))
    return content + table + end


def scripted_pdf() -> bytes:
    """A document that wants to run something as soon as it is opened."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R/OpenAction 3 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</S/JavaScript/JS(app.alert\\('x'\\))>>",
    )


def cmyk() -> bytes:
    """A JPEG for a printing press, inverted as Adobe's programs write it."""
    return saved(scene().convert("CMYK"), "JPEG")


def deep_png() -> bytes:
    """16 bits a channel."""
    row = b"\0" + b"".join(struct.pack(">HHH", 0xFFFF, 0x8080, 0) for _ in range(60))
    return png(60, 40, 16, 2, row * 40, [chunk(b"eXIf", camera("x", "y", 1).removeprefix(b"Exif\0\0"))])


def changed(content: bytes, *changes: tuple[bytes, bytes]) -> bytes:
    for before, after in changes:
        assert content.count(before) >= 1
        content = content.replace(before, after)
    return content
