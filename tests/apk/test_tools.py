"""The tools that make an APK: what they let through, and what they do not.

    python3 -m unittest discover tests/apk
"""

import importlib.machinery
import importlib.util
import io
import struct
import sys
import tempfile
import unittest
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

_TOP = Path(__file__).resolve().parent.parent.parent
_WORD = 4


def tool(name: str):
    """A script without a suffix, as a module."""
    path = _TOP / "android-app" / "tools" / name
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def run(module, *arguments: str) -> int:
    with mock.patch.object(sys, "argv", [module.__name__, *arguments]), redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):
        return module.main()


class Packing(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.pack = tool("pack-apk")

    def packed(self, out: str, order: list[str]) -> bytes:
        base = self.folder / "base.apk"
        with zipfile.ZipFile(base, "w") as apk:
            contents = {"resources.arsc": b"r" * 999, "AndroidManifest.xml": b"m" * 5000, "res/a.xml": b"x" * 5000}
            for name in order:
                kind = zipfile.ZIP_STORED if name == "resources.arsc" else zipfile.ZIP_DEFLATED
                apk.writestr(name, contents[name], kind)
        for name, size in (("a.so", 12345), ("b.so", 500), ("classes.dex", 4096)):
            (self.folder / name).write_bytes(bytes(size))
        files = [f"lib/x86_64/{name}={self.folder / name}" for name in ("b.so", "a.so")] + [f"classes.dex={self.folder}/classes.dex"]
        self.assertEqual(run(self.pack, str(self.folder / out), str(base), *files), 0)
        return (self.folder / out).read_bytes()

    def test_libraries_are_compressed_and_what_is_stored_is_aligned(self):
        content = self.packed("a.apk", ["resources.arsc", "AndroidManifest.xml", "res/a.xml"])
        self.assertEqual(run(self.pack, "--check", str(self.folder / "a.apk")), 0)
        with zipfile.ZipFile(self.folder / "a.apk") as apk:
            self.assertIsNone(apk.testzip())
            self.assertEqual(apk.namelist()[0], "AndroidManifest.xml")
            self.assertEqual(len(apk.namelist()), 6)
            for info in apk.infolist():
                if info.filename == "lib/x86_64/a.so":
                    self.assertEqual(info.compress_type, zipfile.ZIP_DEFLATED)
                if info.compress_type == zipfile.ZIP_STORED:
                    lengths = struct.unpack_from("<HH", content, info.header_offset + 26)
                    self.assertEqual((info.header_offset + 30 + sum(lengths)) % _WORD, 0)

    def test_the_order_in_which_things_come_does_not_matter(self):
        names = ["resources.arsc", "AndroidManifest.xml", "res/a.xml"]
        self.assertEqual(self.packed("a.apk", names), self.packed("b.apk", names[::-1]))

    def test_a_library_that_is_stored_is_found(self):
        with zipfile.ZipFile(self.folder / "bad.apk", "w", zipfile.ZIP_STORED) as apk:
            apk.writestr("lib/x86_64/a.so", b"\0")
        self.assertEqual(run(self.pack, "--check", str(self.folder / "bad.apk")), 1)


class Classes(unittest.TestCase):
    def judged(self, version: int, constants: bytes, count: int) -> list[str]:
        return tool("check-classes").look(struct.pack(">IHHH", 0xCAFEBABE, 0, version, count + 1) + constants)

    def test_invokedynamic_and_newer_formats_are_found(self):
        text, long = b"\1\0\2hi", b"\5" + bytes(8)
        self.assertEqual(self.judged(52, text + long, 3), [])
        self.assertEqual(self.judged(51, text + b"\x12\0\0\0\0", 2), ["invokedynamic"])
        self.assertEqual(self.judged(55, text, 1), ["class format 55"])


class Permissions(unittest.TestCase):
    def judged(self, reasons: str) -> int:
        module = tool("check-permissions")
        dump = mock.Mock(stdout="package: org.hushwall\nuses-permission: name='android.permission.INTERNET'\n")
        with tempfile.NamedTemporaryFile("w+") as file, mock.patch.object(module.subprocess, "run", return_value=dump):
            file.write(reasons)
            file.flush()
            with mock.patch.object(module, "_REASONS", Path(file.name)):
                return run(module, "an.apk")

    def test_each_permission_has_a_reason_and_each_reason_a_permission(self):
        self.assertEqual(self.judged("# why\nandroid.permission.INTERNET: to connect\n"), 0)
        self.assertEqual(self.judged(""), 1)
        self.assertEqual(self.judged("android.permission.INTERNET:\n"), 1)
        self.assertEqual(self.judged("android.permission.INTERNET: to connect\nandroid.permission.CAMERA: to see\n"), 1)


if __name__ == "__main__":
    unittest.main()
