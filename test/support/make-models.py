"""Writes models of many formats into a folder: what the tests of scanned formats look into. Standard library alone."""

import collections
import datetime
import gzip
import io
import json
import os
import pickle
import pickletools
import struct
import sys
import zipfile
import zlib

folder = sys.argv[1]


def write(name, data):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)


class Runs:
    def __reduce__(self):
        return (os.system, ("echo ran > " + os.path.join(folder, "ran"),))


class Evaluates:
    def __reduce__(self):
        return (eval, ("1 + 1",))


def zipped(files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, data):
    if isinstance(data, int):
        return varint(number << 3) + varint(data)
    return varint(number << 3 | 2) + varint(len(data)) + data


harmless = {"when": datetime.date(2025, 3, 4), "order": collections.OrderedDict(a=1), "text": "x" * 70_000}
expected = {}
for protocol in range(6):
    write(f"harmless-{protocol}.pkl", pickle.dumps(harmless, protocol))
    write(f"runs-{protocol}.pkl", pickle.dumps([Runs(), harmless], protocol))
    names = []
    strings = []
    for opcode, argument, _ in pickletools.genops(pickle.dumps([Runs(), harmless], protocol)):
        if opcode.name in ("GLOBAL", "INST"):
            names.append(argument)
    expected[protocol] = names
write("expected.json", json.dumps(expected))
runs = pickle.dumps(Runs(), 4)
write("model.json", pickle.dumps(Evaluates(), 4))  # whatever it is called
write("text.pkl", "cos\nsystem\n(S'id'\ntR.")
write("inst.pkl", "(S'id'\nios\nsystem\n.")
write("memo.pkl", b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93\x8c\x02id\x85R.")
write("computed.pkl", b"\x80\x04N\x8c\x06system\x93)R.")
write("extension.pkl", b"\x80\x02\x82\x07)R.")
write("cut.pkl", runs[:-9])
write("huge-length.pkl", b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f")
write("bomb.pkl", b"\x80\x04" + b"(" * 2_000_000)
write("deep.pkl", b"\x80\x04" + b"N" * 3_000_000)
write("two.pkl", pickle.dumps(harmless, 2) + runs)
write("hidden.pkl", pickle.dumps(harmless, 2) + b"\xff\xfe raw")
write("after.pkl", b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R\xff\xff")
write("array.pkl", b"\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93)R" + b"\xff\xfe\xfd" * 99 + b"\x8c\x02os\x94\x8c\x06system\x94\x93" + b"\xff" * 300_000 + b"cnt\npopen\n")
write("packed.joblib", zlib.compress(runs))
write("packed.pkl.gz", gzip.compress(runs))
write("twice.gz", gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"{}")))))
write("broken.gz", gzip.compress(runs)[:25])
write("weights.pt", zipped({"archive/data.pkl": runs, "archive/data/0": b"\0" * 64, "archive/version": "3\n"}))
write("nested.zip", zipped({"inner.zip": zipped({"a.json": runs})}))
write("thrice.zip", zipped({"b.zip": zipped({"a.zip": zipped({"a": runs})})}))
write("broken.zip", b"PK\x03\x04" + b"\0" * 60)
npy = b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + b"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".ljust(117) + b"\n" + b"\0" * 16
write("model.skops", zipped({"schema.json": json.dumps({"__class__": "LogisticRegression"}), "1.npy": npy}))
write("trap.skops", zipped({"schema.json": "{}", "1.npy": npy.replace(b"<f8", b"|O "), "x": runs}))
write("array.npy", npy)
write("objects.npy", npy.replace(b"'<f8'", b"'|O' "))
header = json.dumps({"__metadata__": {}, "w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
write("model.safetensors", struct.pack("<Q", len(header)) + header + b"\0\0\0\0")
onnx = field(1, 8) + field(2, b"skl2onnx") + field(7, b"\x0a\x05graph") + field(8, b"\x10\x11")
write("model.onnx", onnx)
write("cut.onnx", onnx[:-2])
write("xgboost.json", json.dumps({"learner": {"trees": []}, "version": [2, 0, 0]}))
write("xgboost.ubj", b"{L" + struct.pack(">q", 7) + b"learner{}}")
write("lightgbm.txt", "tree\nversion=v4\nnum_class=1\n")
write("words.txt", "cat\ndog\nhorse\n")
write("notes.md", "# A model\n\nIt predicts.\n")
write("keras.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 900 + b'model_config {"class_name": "Lambda"}')
write("weights.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 900)
write("model.keras", zipped({"config.json": "{}", "metadata.json": "{}", "model.weights.h5": b"\x89HDF\r\n\x1a\n"}))
write("model.rds", gzip.compress(b"X\n\0\0\0\3" + b"\0" * 20))
write("model.ser", b"\xac\xed\x00\x05sr")
write("model.jar", zipped({"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n"}))
write("model.so", b"\x7fELF" + b"\0" * 60)
write("noise.bin", bytes((index * 73 + 41) % 256 for index in range(4000)))
write("saved_model.pb", field(1, 1) + field(2, field(1, b"x")))
