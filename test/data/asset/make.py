"""Makes the sample files of this directory: python3 test/data/asset/make.py (needs Pillow, numpy).

They are tiny pictures with the segments and chunks that the container code must step over.
"""
import os
import struct
import zlib

import numpy as np
from PIL import Image, PngImagePlugin

HERE = os.path.dirname(os.path.abspath(__file__))
XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"'
    ' Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"'
    ' TC260:AIGC="{&quot;Label&quot;:&quot;1&quot;,&quot;ContentProducer&quot;:&quot;001&quot;}"/>'
    "</rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
).encode()


def path(name):
    return os.path.join(HERE, name)


def picture(mode="RGB"):
    y, x = np.mgrid[0:24, 0:32]
    rgb = np.stack([x * 8, y * 10, (x * y) % 256], axis=-1).astype(np.uint8)
    image = Image.fromarray(rgb, "RGB")
    if mode == "RGBA":
        image.putalpha(Image.fromarray((255 - x * 4).astype(np.uint8), "L"))
    return image


def segment(marker, payload):
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def jpeg():
    """JFIF, EXIF, XMP, another application's APP11 box under the number we like, a comment, restarts."""
    picture().save(path("plain.jpg"), quality=80)
    picture().save(path("progressive.jpg"), quality=80, progressive=True)
    plain = open(path("plain.jpg"), "rb").read()
    exif = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"
    box = struct.pack(">I4sI4s16sB", 41, b"jumb", 33, b"jumd", b"json" + bytes.fromhex("00110010800000aa00389b71"), 3)
    box += b"a.label\0"
    other = b"JP" + struct.pack(">HI", 0x0211, 1) + box
    at = 20  # behind SOI and JFIF
    rich = plain[:at] + segment(0xE1, exif) + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)
    rich += segment(0xEB, other) + b"\xff\xff" + segment(0xFE, b"a comment") + plain[at:] + b"behind EOI"
    open(path("rich.jpg"), "wb").write(rich)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png():
    """Text in all three forms, two IDAT chunks, bytes behind IEND."""
    picture().save(path("plain.png"))
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "a castle, Steps: 20, Sampler: Euler, Seed: 1")
    info.add_text("Software", "an editor")
    info.add_text("AIGC", '{"AIGC":{"Label":"1","ContentProducer":"001"}}', zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    picture("RGBA").save(path("rich.png"), pnginfo=info)
    whole = open(path("rich.png"), "rb").read()
    idat = whole.index(b"IDAT") - 4
    n = struct.unpack(">I", whole[idat : idat + 4])[0]
    data = whole[idat + 8 : idat + 8 + n]
    split = chunk(b"IDAT", data[:50]) + chunk(b"IDAT", data[50:])
    open(path("rich.png"), "wb").write(whole[:idat] + split + whole[idat + 12 + n :] + b"behind IEND")


def webp():
    picture().save(path("plain.webp"), quality=60)
    picture().save(path("lossless.webp"), lossless=True)
    picture("RGBA").save(path("rich.webp"), quality=60, xmp=XMP, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0")


jpeg()
png()
webp()
