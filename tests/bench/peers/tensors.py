"""Reads and writes safetensors with NumPy alone: how the benchmark hands tensors to its peers, and takes them back."""
import json
import struct

import numpy as np

KINDS = {"F32": np.float32, "I32": np.int32}


def read(path):
    """The tensors of a file by name."""
    with open(path, "rb") as file:
        raw = file.read()
    size = struct.unpack("<Q", raw[:8])[0]
    header, data = json.loads(raw[8 : 8 + size]), raw[8 + size :]
    out = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            out[name] = np.frombuffer(data[start:end], KINDS[entry["dtype"]]).reshape(entry["shape"])
    return out


def write(path, tensors):
    """Writes float32 tensors."""
    header, blobs, at = {}, [], 0
    for name, tensor in tensors.items():
        blob = np.ascontiguousarray(tensor, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
