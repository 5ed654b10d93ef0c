"""Other people's image marks, each by its own package's code, behind one interface.

A peer has a name, a package, a number of payload bits, embed(rgb, bits) -> rgb and
extract(rgb) -> bits, or None where its code refuses the picture. invisible-watermark imports torch
for RivaGAN alone, and there for no more than arithmetic around two networks that are in the
package: so an empty module goes by that name, and the arithmetic is numpy's.
"""

import importlib.metadata
import pathlib
import sys
import types

import cv2
import numpy as np

sys.modules.setdefault("torch", types.ModuleType("torch"))
import blind_watermark
import imwatermark

LEAST_PIXELS = 256 * 256  # invisible-watermark refuses smaller pictures


def package(name):
    return f"{name} {importlib.metadata.version(name)}"


def bgr(rgb):
    return np.ascontiguousarray(rgb[..., ::-1])


def to_bytes(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


class Invisible:
    """invisible-watermark's dwtDct and dwtDctSvd."""

    bits = 32

    def __init__(self, method):
        self.name = method
        self.package = package("invisible-watermark")

    def embed(self, rgb, bits):
        encoder = imwatermark.WatermarkEncoder()
        encoder.set_watermark("bits", list(bits))
        return bgr(encoder.encode(bgr(rgb), self.name))

    def extract(self, rgb):
        if rgb.shape[0] * rgb.shape[1] < LEAST_PIXELS:
            return None
        decoder = imwatermark.WatermarkDecoder("bits", self.bits)
        return np.array(decoder.decode(bgr(rgb), self.name), dtype=np.uint8)


class RivaGan:
    """The networks of invisible-watermark's RivaGAN, fed as its rivaGan.py feeds them."""

    name, bits, threshold = "rivaGan", 32, 0.52

    def __init__(self):
        import onnxruntime

        self.package = package("invisible-watermark")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        home = pathlib.Path(imwatermark.__file__).parent
        self.encoder, self.decoder = (
            onnxruntime.InferenceSession(str(home / f"rivagan_{part}.onnx"), options,
                                         providers=["CPUExecutionProvider"])
            for part in ("encoder", "decoder"))

    @staticmethod
    def frame(rgb):
        scaled = bgr(rgb).astype(np.float32) / np.float32(127.5) - 1
        return scaled.transpose(2, 0, 1)[None, :, None]

    def embed(self, rgb, bits):
        data = np.array([bits], dtype=np.float32)
        out = self.encoder.run(None, {"frame": self.frame(rgb), "data": data})[0]
        out = np.clip(out[0, :, 0].transpose(1, 2, 0), -1, 1)
        return bgr(((out + 1) * np.float32(127.5)).astype(np.uint8))

    def extract(self, rgb):
        if rgb.shape[0] * rgb.shape[1] < LEAST_PIXELS:
            return None
        data = self.decoder.run(None, {"frame": self.frame(rgb)})[0][0]
        return (data > self.threshold).astype(np.uint8)


class Blind:
    """blind_watermark with its default passwords."""

    name, bits = "blind_watermark", 64

    def __init__(self):
        self.package = package("blind-watermark")
        blind_watermark.bw_notes.close()

    def embed(self, rgb, bits):
        mark = blind_watermark.WaterMark()
        mark.read_img(img=bgr(rgb))
        mark.read_wm(np.array(bits, dtype=bool), mode="bit")
        return bgr(to_bytes(mark.embed()))

    def extract(self, rgb):
        blocks = (rgb.shape[0] + 1) // 2 // 4 * ((rgb.shape[1] + 1) // 2 // 4)
        if blocks <= self.bits:  # it asserts the contrary
            return None
        mark = blind_watermark.WaterMark()
        with np.errstate(invalid="ignore", divide="ignore"):
            bits = mark.extract(embed_img=bgr(rgb), wm_shape=self.bits, mode="bit")
        return np.array(bits).astype(np.uint8)


def all_peers():
    return [Invisible("dwtDct"), Invisible("dwtDctSvd"), RivaGan(), Blind()]
