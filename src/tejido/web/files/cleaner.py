# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs in a process of its own: a picture or PDF comes in, and goes out without what it carried along.

Whatever a file does to the libraries that read it happens here: without memory for more, time for more, the right to
write a file, or, where the kernel allows it, network. `python -m tejido.web.files.cleaner KIND`; answers 1 where it
cannot read it.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import sys
from typing import Any

from tejido.web.files.heif import clean_heif

MEMORY = 2 * 1024**3
SECONDS = 90  # of the processor
_PIXELS = 100_000_000  # in all frames: a phone takes 12 to 50 million
_FRAMES = 300
_WRITTEN: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"quality": 95}, "PNG": {}, "GIF": {},
    "TIFF": {"compression": "tiff_deflate"},
}  # fmt: skip


def main() -> int:
    """Clean what comes on standard input."""
    _shut_in()
    data = sys.stdin.buffer.read()
    try:
        cleaned = _clean(data, sys.argv[1])
    except BaseException:  # noqa: BLE001  whatever it was, the file is not cleaned, and its words go nowhere
        return 1
    sys.stdout.buffer.write(cleaned)
    return 0


def _clean(data: bytes, kind: str) -> bytes:
    if kind == "pdf":
        from tejido.web.files.pdf import clean_pdf

        return clean_pdf(data)
    return clean_heif(data) if kind in ("heic", "avif") else clean_picture(data, kind.upper())


def _shut_in() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))
    with contextlib.suppress(OSError, AttributeError):  # where the system allows it, no network either
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)


def clean_picture(data: bytes, kind: str) -> bytes:
    """The picture's points and nothing else: no camera, place, time, thumbnail, comment or profile."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = _PIXELS // 2  # Pillow refuses twice that
    with Image.open(io.BytesIO(data), formats=(kind,)) as picture:
        count = 1 if kind == "JPEG" else getattr(picture, "n_frames", 1)
        if count > _FRAMES or count * picture.width * picture.height > _PIXELS:
            raise ValueError("too large")
        frames: list[Any] = []
        lasting: list[int] = []
        for number in range(count):
            picture.seek(number)
            if kind == "TIFF" and frames and _is_smaller_copy(picture):
                continue
            lasting.append(int(picture.info.get("duration") or 100))
            frames.append(_plain(picture, kind))
        again: dict[str, Any] = {"loop": picture.info.get("loop", 0)} if len(frames) > 1 and kind != "TIFF" else {}
    written = io.BytesIO()
    more = dict(_WRITTEN[kind])
    if len(frames) > 1:
        more |= {"save_all": True, "append_images": frames[1:]} | again
        if kind != "TIFF":
            more["duration"] = lasting
    frames[0].save(written, kind, **more)
    return written.getvalue()


def _is_smaller_copy(picture: Any) -> bool:
    """A scan's page may be an older, smaller picture of another; it shows what was cut off since."""
    return bool(picture.tag_v2.get(254, 0) & 1)


def _plain(picture: Any, kind: str) -> Any:
    """One frame the right way up, in the colours it was meant to have, with nothing beside its points."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(picture)
    transparent = "transparency" in upright.info or upright.mode in ("RGBA", "LA", "PA")
    if upright.mode not in ("RGB", "RGBA", "L", "1", "I;16"):
        colours = "RGBA" if transparent else "RGB"
        upright = _standard_colours(upright).convert(colours)
    elif transparent and upright.mode != "RGBA":
        upright = upright.convert("RGBA")
    else:
        upright = _standard_colours(upright)
    if kind == "JPEG" and upright.mode not in ("RGB", "L"):
        upright = upright.convert("RGB")
    return Image.frombytes(upright.mode, upright.size, upright.tobytes())


def _standard_colours(picture: Any) -> Any:
    """A colour profile can name a device: its effect is kept, it is not."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    try:
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, ValueError, OSError):
        return picture


if __name__ == "__main__":
    sys.exit(main())
