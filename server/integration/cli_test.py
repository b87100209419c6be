#!/usr/bin/env python3
"""Drives the command k8snet: the cases of testdata/cli, and what they cannot say.

  cli_test.py --binary build/server/k8snet

A case is a text of sections. `-- file NAME --` is a file, `-- stdin --` the standard input of the
next command, `-- run ARGUMENTS --` runs the command and holds what it prints, `-- stderr --` and
`-- exit N --` what else it does (nothing and 0 if missing), `-- after NAME --` a file afterwards.
K8SNET_UPDATE_GOLDEN=1 writes what comes out into the cases.

K8SNET_CORPORA names the folder that holds manifests/ (default: ../shared/corpora beside the clone).
"""
import argparse
import json
import os
import pathlib
import pty
import random
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT / "testdata/cli"
MANIFESTS = pathlib.Path(os.environ.get("K8SNET_CORPORA", ROOT.parent / "shared/corpora")) / "manifests"
UPDATE = os.environ.get("K8SNET_UPDATE_GOLDEN") == "1"
SECTION = re.compile(r"^-- (.*) --$")
BINARY = None


def run(*arguments, directory=None, stdin=None, env=None, timeout=120):
    """Runs the command; returns its exit code, output and errors, as bytes."""
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    process = subprocess.run([BINARY, *map(str, arguments)], cwd=directory, input=stdin,
                             stdin=subprocess.DEVNULL if stdin is None else None,
                             capture_output=True, env={**environment, **(env or {})},
                             timeout=timeout, check=False)
    return process.returncode, process.stdout, process.stderr


def sections(text):
    """Yields the head and body of each section; what comes before the first has the head None."""
    head, body = None, []
    for line in text.splitlines(keepends=True):
        match = SECTION.match(line.rstrip("\n"))
        if match:
            yield head, "".join(body)
            head, body = match[1], []
        else:
            body.append(line)
    yield head, "".join(body)


class Temporary(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="k8snet-cli-")
        self.addCleanup(self.temporary.cleanup)
        self.dir = pathlib.Path(self.temporary.name)

    def write(self, name, content):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run_here(self, *arguments, **options):
        return run(*arguments, directory=self.dir, **options)


class Cases(Temporary):
    maxDiff = None

    def test_cases(self):
        paths = sorted(CASES.glob("*.txt"))
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(case=path.name):
                self.check(path)

    def check(self, path):
        text = path.read_text()
        parts = list(sections(text))
        directory = tempfile.mkdtemp(dir=self.dir)
        out, stdin, result = [parts[0][1]], None, None

        def finish():
            """Adds the errors and exit code of the last command."""
            if result is not None:
                if result[2]:
                    out.append("-- stderr --\n" + result[2].decode())
                if result[0] != 0:
                    out.append(f"-- exit {result[0]} --\n")

        for head, body in parts[1:]:
            word, _, rest = head.partition(" ")
            if word in ("stderr", "exit"):
                continue
            if word in ("file", "stdin", "run"):
                finish()
                result = None
            if word == "file":
                target = pathlib.Path(directory, rest)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(body)
            elif word == "stdin":
                stdin = body.encode()
            elif word == "run":
                result = run(*shlex.split(rest), directory=directory, stdin=stdin)
                stdin = None
                body = result[1].decode()
            elif word == "after":
                finish()
                result = None
                body = pathlib.Path(directory, rest).read_text()
            else:
                self.fail(f"{path}: unknown section {head}")
            out.append(f"-- {head} --\n{body}")
        finish()
        if UPDATE:
            path.write_text("".join(out))
        else:
            self.assertEqual(text, "".join(out))


INGRESS = """apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata:
  name: web
spec:
  backend:
    serviceName: web
    servicePort: 80
"""
CONVERTED = """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  defaultBackend:
    service:
      name: web
      port:
        number: 80
"""


class Files(Temporary):
    def test_write_keeps_mode_and_links(self):
        path = self.write("a.yaml", INGRESS)
        path.chmod(0o640)
        (self.dir / "link.yaml").symlink_to("a.yaml")
        self.assertEqual(self.run_here("convert", "-w", "link.yaml")[0], 0)
        self.assertEqual(path.read_text(), CONVERTED)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o640)
        self.assertTrue((self.dir / "link.yaml").is_symlink())
        self.assertEqual(sorted(p.name for p in self.dir.iterdir()), ["a.yaml", "link.yaml"])

    def test_write_does_not_touch_what_does_not_change(self):
        path = self.write("a.yaml", CONVERTED)
        os.utime(path, (1, 1))
        before = path.stat()
        self.assertEqual(self.run_here("convert", "-w", "a.yaml")[0], 0)
        self.assertEqual((path.stat().st_mtime, path.stat().st_ino), (1, before.st_ino))

    def test_layouts_of_text_stay(self):
        for name, change in {
            "crlf": lambda text: text.replace("\n", "\r\n"),
            "bom": lambda text: "\ufeff" + text,
            "no newline at the end": lambda text: text.rstrip("\n"),
            "marker first": lambda text: "---\n" + text,
            "marker last": lambda text: text + "---\n",
            "end marker": lambda text: text + "...\n",
            "comment at marker": lambda text: "--- # one\n" + text + "--- # two\n# three\n---\n",
            "comments": lambda text: "# first\n\n" + text + "# last\n",
            "directive": lambda text: "%YAML 1.1\n---\n" + text,
            "tabs behind values": lambda text: text.replace("web\n", "web\t# c\n"),
            "other documents": lambda text: "a:   [1,\n 2]\n---\n" + text + "---\nb: {c:  d}\n",
        }.items():
            with self.subTest(name):
                self.write("a.yaml", change(INGRESS))
                code, out, err = self.run_here("convert", "a.yaml")
                expected = change(CONVERTED)
                if name.startswith("tabs"):
                    expected = expected.replace("  name: web\t# c\n      port", "  name: web # c\n      port")
                self.assertEqual((code, out.decode(), err), (0, expected, b""))

    def test_folders_are_walked_once(self):
        self.write("d/a.yaml", INGRESS)
        self.write("d/e/b.yml", INGRESS)
        self.write("d/e/c.txt", INGRESS)
        (self.dir / "d/e/loop").symlink_to("..")
        (self.dir / "d/gone.yaml").symlink_to("nowhere")
        os.mkfifo(self.dir / "d/pipe.yaml")
        code, out, _ = self.run_here("convert", "--check", "d")
        self.assertEqual((code, out), (1, b"d/a.yaml\nd/e/b.yml\n"))

    def test_pipes_are_read(self):
        os.mkfifo(self.dir / "pipe")
        writer = threading.Thread(target=lambda: (self.dir / "pipe").write_text(INGRESS))
        writer.start()
        code, out, _ = self.run_here("convert", "pipe")
        writer.join()
        self.assertEqual((code, out.decode()), (0, CONVERTED))
        self.assertEqual(self.run_here("convert", stdin=INGRESS.encode())[1].decode(), CONVERTED)

    def test_what_cannot_be_read_is_a_finding(self):
        self.write("good.yaml", CONVERTED)
        for name, content in {"zero": b"a: \0", "utf16": "a: b".encode("utf-16"), "latin": b"a: \xe9",
                              "deep.json": b"[" * 100_000, "deep": b"[" * 100_000,
                              "unclosed": b"a: [", "big": b"a: " + b"x" * 70_000_000}.items():
            with self.subTest(name):
                self.write(name + (".yaml" if "." not in name else ""), content)
                code, out, _ = self.run_here("validate", ".")
                self.assertEqual(code, 1)
                self.assertRegex(out.decode(), rf"\./{name}(.yaml)?:\d+:\d+: ")
                (self.dir / (name + (".yaml" if "." not in name else ""))).unlink()
        if os.geteuid() != 0:
            self.write("locked.yaml", INGRESS).chmod(0)
            code, out, _ = self.run_here("validate", ".")
            self.assertEqual((code, out), (1, b"./locked.yaml: Permission denied\n"))

    def test_output_dir_keeps_places(self):
        self.write("in/a/x.yaml", INGRESS)
        self.write("in/y.json", "{}")
        code, _, err = self.run_here("convert", "--output-dir=out", "in")
        self.assertEqual((code, err), (0, b"2 files, 2 objects: 1 converted, 0 as they were, 1 of other kinds\n"))
        self.assertEqual((self.dir / "out/a/x.yaml").read_text(), CONVERTED)
        self.assertEqual((self.dir / "out/y.json").read_text(), "{}")
        self.write("other/x.yaml", INGRESS)
        code, _, err = self.run_here("convert", "--output-dir=out2", "in/a/x.yaml", "other/x.yaml")
        self.assertEqual(code, 2)
        self.assertFalse((self.dir / "out2").exists())

    def test_binary_formats_come_back(self):
        self.write("a.yaml", CONVERTED)
        for form, extension in (("protobuf", "pb"), ("cbor", "cbor"), ("json", "json")):
            with self.subTest(form):
                self.assertEqual(self.run_here("convert", "-o", form, "--output-dir=" + form, "a.yaml")[0], 0)
                file = f"{form}/a.{extension}"
                self.assertEqual(self.run_here("diff", "a.yaml", file), (0, b"", b""))
                code, out, _ = self.run_here("convert", "-oyaml", file)
                self.assertEqual(code, 0)
                self.assertIn(b"kind: Ingress\n", out)


class Terminals(Temporary):
    def on_terminal(self, *arguments, env=None, stdin=subprocess.DEVNULL):
        """Runs the command with a terminal for output and errors; returns what it prints there."""
        main, other = pty.openpty()
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        process = subprocess.Popen([BINARY, *arguments], cwd=self.dir, stdin=stdin, stdout=other, stderr=other,
                                   env={**environment, "TERM": "xterm", **(env or {})})
        os.close(other)
        out = b""
        while True:
            try:
                data = os.read(main, 65536)
            except OSError:  # The other end is closed.
                data = b""
            if not data:
                break
            out += data
        os.close(main)
        process.wait()
        return out

    def test_colour_is_for_terminals(self):
        self.write("a.yaml", INGRESS)
        self.write("b.yaml", INGRESS.replace("80", "81"))
        self.assertIn(b"\x1b[31m-", self.on_terminal("diff", "a.yaml", "b.yaml"))
        self.assertNotIn(b"\x1b", self.on_terminal("diff", "a.yaml", "b.yaml", env={"NO_COLOR": "1"}))
        self.assertNotIn(b"\x1b", self.on_terminal("diff", "--color=never", "a.yaml", "b.yaml"))
        self.assertNotIn(b"\x1b", self.run_here("diff", "a.yaml", "b.yaml")[1])

    def test_long_work_shows_how_far_it_is(self):
        self.write("a.yaml", INGRESS)
        with subprocess.Popen(["sleep", "1.2"], stdout=subprocess.PIPE) as slow:
            shown = self.on_terminal("validate", "-j1", "-", "a.yaml", stdin=slow.stdout)
        self.assertIn(b"\r\x1b[K1 of 2 files\r\x1b[K", shown)


class Documents(Temporary):
    def test_completions_complete(self):
        self.write("k8snet.bash", run("completion", "bash")[1])
        script = """source ./k8snet.bash
          complete_it() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _k8snet; echo "${COMPREPLY[*]}"; }
          complete_it k8snet conv
          complete_it k8snet convert --output-v
          complete_it k8snet convert --output-version = net
          complete_it k8snet convert -o j
          complete_it k8snet completion b
          complete_it k8snet validate m"""
        self.write("manifest.yaml", "")
        out = subprocess.run(["bash", "-c", script], cwd=self.dir, capture_output=True, text=True, check=True)
        self.assertEqual(out.stdout, "convert\n--output-version=\nnetworking.k8s.io/v1 networking.k8s.io/v1beta1\n"
                                     "json\nbash\nmanifest.yaml\n")
        if shutil.which("zsh"):
            self.write("_k8snet", run("completion", "zsh")[1])
            subprocess.run(["zsh", "-n", "_k8snet"], cwd=self.dir, check=True)

    def test_man_page_names_all_flags(self):
        page = run("completion", "man")[1].decode().replace("\\-", "-")
        code, help_text, _ = run("--help")
        self.assertEqual(code, 0)
        for command in re.findall(r"^  ([a-z]+) ", help_text.decode(), re.M):
            self.assertIn(f".SS k8snet {command}", page)
            for flag in re.findall(r"--([a-z-]+)", run(command, "--help")[1].decode()):
                self.assertTrue(flag == "help" or flag in page, flag)


class Robustness(Temporary):
    """Whatever is given, the program ends with 0 or 1."""

    def commands(self, *files):
        for command in (["convert"], ["convert", "--defaults"], ["convert", "-o", "json"],
                        ["convert", "--output-version=extensions/v1beta1"], ["validate"], ["roundtrip"]):
            code, _, err = self.run_here(*command, *files)
            self.assertIn(code, (0, 1), (command, files, err[-2000:]))
        code, _, err = self.run_here("diff", files[0], files[-1])
        self.assertIn(code, (0, 1), (files, err[-2000:]))

    def test_changed_manifests(self):
        randomness = random.Random(int(os.environ.get("K8SNET_SEED", "1")))
        pieces = [b"\n", b"  ", b"- ", b": ", b"#", b"'", b'"', b"[", b"]", b"{", b"}", b",", b"&a ", b"*a", b"|\n", b"---\n",
                  b"\t", b"\r\n", b"<<: *a\n", b"? ", b"!!str ", b"null", b"~", b"\xc3\xa9", b"\xff", b"\0", b"1e999", b"items:\n"]
        base = (INGRESS + "---\n" + CONVERTED).encode()
        if MANIFESTS.is_dir():
            base = b"---\n".join(p.read_bytes() for p in sorted(MANIFESTS.glob("*.yaml"))[:20])
        documents = base.split(b"---\n")
        for i in range(150):
            text = bytearray(randomness.choice(documents))
            for _ in range(randomness.randint(1, 6)):
                at = randomness.randint(0, len(text))
                if randomness.random() < 0.5:
                    text[at:at + randomness.randint(0, 8)] = randomness.choice(pieces)
                else:
                    text[at:at] = randomness.choice(pieces)
            self.write(f"m/{i:03}.yaml", bytes(text))
        self.commands("m")
        self.assertIn(self.run_here("convert", "-w", "m")[0], (0, 1))

    def test_odd_documents(self):
        for i, text in enumerate([
            b"", b"\n", b"---", b"---\n---\n", b"...\n", b"# c", b"- a\n- b\n", b"a", b"null", b"{}", b"[]", b"[{}]", b"{", b"}", b"{}{}",
            b"{} []", b'{"kind":"List","apiVersion":"v1","items":[]}', b'{"kind":"List","apiVersion":"v1","items":{}}',
            b'{"kind":"List","apiVersion":"v1"}', b'{"kind":"IngressList","apiVersion":"extensions/v1beta1","items":null}',
            b'{"kind":"Ingress","apiVersion":"extensions/v1beta1"}', b'{"kind":1,"apiVersion":[]}',
            b'{"kind":"Ingress","apiVersion":"extensions/v1beta1","spec":null,"metadata":null}',
            b'{"kind":"Ingress","apiVersion":"extensions/v1beta1","spec":[],"metadata":""}',
            b"kind: Ingress\napiVersion: extensions/v1beta1\nspec: {}\n", b"kind: &k Ingress\napiVersion: extensions/v1beta1\nx: *k\n",
            b"apiVersion: &v extensions/v1beta1\nkind: Ingress\nmetadata: {name: *v}\n",
            b"k8s\0", b"k8s\0\x0a\xff", b"\xd9\xd9\xf7", b"\xd9\xd9\xf7\xbf", b"\xef\xbb\xbf", b"\xff\xfe", b"%YAML 1.1\n", b"%TAG ! x\n---\na: !b c\n",
        ]):
            self.write(f"m/{i:03}.yaml", text)
            self.write(f"m/{i:03}.json", text)
        self.commands("m")


@unittest.skipUnless(MANIFESTS.is_dir(), f"folder {MANIFESTS}")
class Corpora(Temporary):
    """Real manifests."""

    def setUp(self):
        super().setUp()
        shutil.copytree(MANIFESTS, self.dir / "m")

    def documents(self, folder):
        for path in sorted(folder.glob("*.yaml")):
            yield path, re.split(rb"^---.*$", path.read_bytes(), flags=re.M)

    def test_convert_changes_old_documents_alone(self):
        code, _, err = self.run_here("convert", "-w", "m")
        self.assertEqual(code, 0, err)
        changed = 0
        for (path, new), (_, old) in zip(self.documents(self.dir / "m"), self.documents(MANIFESTS), strict=True):
            for a, b in zip(old, new, strict=True):
                beta = re.search(rb"^apiVersion: .*v1beta1$", a, re.M) is not None
                self.assertEqual(a != b, beta, path)
                self.assertNotRegex(b, rb"(?m)^apiVersion: .*beta")
                comments = [re.findall(rb"#.*", text) for text in (a, b)]
                self.assertEqual(*comments, path)
                changed += beta
        self.assertGreater(changed, 40)
        self.assertEqual(self.run_here("convert", "--check", "m"), (0, b"", b""))
        # They mean the same.
        self.assertEqual(self.run_here("diff", "m", MANIFESTS), (0, b"", b""))

    def test_formats_mean_the_same(self):
        self.assertEqual(self.run_here("convert", "-o", "json", "--output-dir=json", MANIFESTS)[0], 0)
        for path in sorted((self.dir / "json").iterdir()):
            text, decoder = path.read_text(), json.JSONDecoder()
            while text.strip():
                _, end = decoder.raw_decode(text.lstrip())
                text = text.lstrip()[end:]
        self.assertEqual(self.run_here("diff", "json", MANIFESTS), (0, b"", b""))

    def test_validate_and_roundtrip_end(self):
        for command in ("validate", "roundtrip"):
            code, out, _ = self.run_here(command, MANIFESTS)
            self.assertEqual(code, 1)
            self.assertRegex(out, rb"(?m)^/.*:\d+:\d+: [a-z]")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    options, rest = parser.parse_known_args()
    BINARY = os.path.abspath(options.binary)
    if not MANIFESTS.is_dir():
        print(f"skipped the real manifests: no folder {MANIFESTS}")
    unittest.main(argv=[sys.argv[0], *rest])
