"""Small files of a format, for the fuzz target of its reader to begin with.

usage: seeds.py FORMAT FOLDER
"""
import gzip
import io
import json
import pathlib
import struct
import sys
import zipfile

wanted, folder = sys.argv[1], pathlib.Path(sys.argv[2])


def write(path, content):
    kind, name = path.split("/")
    if kind == wanted:
        (folder / name).write_bytes(content)


def npy(descr, shape, values, order=False, version=1):
    header = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + values


arrays = {
    "f4": npy("<f4", (2, 3), struct.pack("<6f", *range(6))),
    "f8": npy("<f8", (3,), struct.pack("<3d", 1, 2, 3), version=2),
    "big": npy(">i4", (2, 2), struct.pack(">4i", 1, 2, 3, 4), order=True),
    "i8": npy("<i8", (), struct.pack("<q", -7)),
    "half": npy("<f2", (2,), b"\0\x3c\0\xc0", version=3),
    "bool": npy("|b1", (3,), b"\0\1\1"),
    "none": npy("<f4", (0, 5), b""),
}
for name, content in arrays.items():
    write(f"npy/{name}", content)
for name, method in ("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as file:
        for array in "f4", "bool":
            file.writestr(zipfile.ZipInfo(array + ".npy"), arrays[array])
    write(f"npz/{name}", archive.getvalue())

table = b'a,"b ""c""",d\r\n1,2.5,-3e2\r\n"4",nan,0x1\r\n\r\n1,,1e999\n'
write("csv/table", table)
write("csv/marked", b"\xef\xbb\xbfx\n1\n2\n")
write("csv/packed", gzip.compress(table, mtime=0))

for code, size in (8, 1), (9, 1), (11, 2), (12, 4), (13, 4), (14, 8):
    write(f"idx/{code}", struct.pack(">HBBII", 0, code, 2, 2, 3) + bytes(range(6 * size)))
write("idx/packed", gzip.compress(struct.pack(">HBBI", 0, 8, 1, 4) + b"abcd", mtime=0))

header = json.dumps({
    "__metadata__": {"format": "nnc checkpoint 1"},
    "w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
    "h": {"dtype": "BF16", "shape": [1], "data_offsets": [16, 18]},
    "b": {"dtype": "BOOL", "shape": [], "data_offsets": [18, 19]},
}).encode()
write("safetensors/weights", struct.pack("<Q", len(header)) + header + bytes(18) + b"\1")
write("safetensors/empty", struct.pack("<Q", 2) + b"{}")
