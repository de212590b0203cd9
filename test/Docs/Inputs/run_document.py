"""Runs every fenced block of a document, in order, in one shell.

usage: run_document.py DOCUMENT.md SOURCE TOOLS [--skip TEXT…]

The shell begins in a folder that looks like a fresh clone whose release build is
TOOLS, or in its folder that the document stands in if that is an example. By the
language of a block:
  nn, c           with a first line that is a comment naming a file (`# net.nn`,
                  `/* host.c */`): written to that file. Without one, `nn` must
                  pass `nnc check`, and each line of `c` must stand in a header
                  in the current folder.
  sh              run; any command that fails ends the test. A command that
                  begins with a --skip text is left out.
  text            what the commands before it said: its lines must occur in that
                  order, `…` standing for anything.
A block of any other language is an error. What all commands said is printed, for
FileCheck to look at.
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

document, source, tools = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
python = pathlib.Path(sys.executable).parent  # the one that has NumPy
skipped = sys.argv[5:] if len(sys.argv) > 4 else []
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
FILE = re.compile(r"^(?:#|//|/\*) ([\w.-]+\.(?:nn|c))(?: \*/)?$")


def fail(line, message):
    sys.exit(f"{document}:{line}: error: {message}")


text = document.read_text()
script, expected, checks, count = ["set -e"], [], [], 0
for match in FENCE.finditer(text):
    line = text[:match.start()].count("\n") + 1
    language, body = match[1], match[2]
    number, count = count, count + 1
    output = f"$OUTPUTS/{number}"
    script.append(f"echo {line} > $OUTPUTS/line")
    if language in ("nn", "c"):
        named = FILE.match(body.split("\n", 1)[0])
        if named:
            script.append(f"printf %s {shlex.quote(body)} > {named[1]}")
        elif language == "nn":
            script.append(f"printf %s {shlex.quote(body)} | nnc check - > /dev/null")
        else:
            for row in filter(None, body.split("\n")):
                script.append(f"grep -qF -- {shlex.quote(row)} *.h || {{ echo not in a header: "
                              f"{shlex.quote(row)} >&2; exit 1; }}")
    elif language == "sh":
        commands = re.sub(r"\\\n\s*", "", body).split("\n")
        kept = [c for c in commands if not any(c.startswith(s) for s in skipped)]
        script.append("{\n:\n" + "\n".join(kept) + f"\n}} > {output} 2>&1")
        expected.append([line, number, []])
    elif language == "text":
        if not expected:
            fail(line, "output before any command")
        expected[-1][2] += [(line + i + 1, row) for i, row in enumerate(body.split("\n")) if row.strip()]
    else:
        fail(line, f"a block of language '{language}' is not run")
if not expected:
    sys.exit(f"{document}: error: nothing to run")

with tempfile.TemporaryDirectory() as folder:
    clone = pathlib.Path(folder) / "nnc"
    outputs = pathlib.Path(folder) / "outputs"
    (clone / "build/release").mkdir(parents=True)
    outputs.mkdir()
    (clone / "build/release/bin").symlink_to(tools)
    shutil.copytree(source / "examples", clone / "examples")
    home = document.parent.relative_to(source)
    home = clone / home if home.parts[:1] == ("examples",) else clone
    run = subprocess.run(["bash", "-c", "\n".join(script)], cwd=home, capture_output=True, text=True,
                         env={"PATH": f"{tools}:{python}:/usr/local/bin:/usr/bin:/bin", "OUTPUTS": str(outputs),
                              "HOME": folder, "TMPDIR": folder, "LC_ALL": "C.UTF-8",
                              **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}})
    if run.returncode:
        said = "".join(p.read_text() for p in sorted(outputs.glob("[0-9]*"), key=lambda p: int(p.name))[-1:])
        fail((outputs / "line").read_text().strip(), f"a command failed:\n{said}{run.stdout}{run.stderr}")
    lines = 0
    for line, number, rows in expected:
        print((outputs / str(number)).read_text(), end="")
        said = (outputs / str(number)).read_text().split("\n")
        position = 0
        for at, row in rows:
            pattern = re.compile(".*".join(re.escape(part) for part in row.strip().split("…")))
            found = next((i for i in range(position, len(said)) if pattern.fullmatch(said[i].strip())), None)
            if found is None:
                fail(at, f"'{row}' is not in what was said:\n" + "\n".join(said))
            position, lines = found + 1, lines + 1
print(f"{count} blocks, {lines} lines of output")
