"""Checks that docs/command-line.md names every command and every option of nnc.

usage: check_command_line.py NNC SOURCE
"""
import pathlib
import re
import subprocess
import sys

nnc, source = sys.argv[1:3]
page = (pathlib.Path(source) / "docs/command-line.md").read_text()


def help_of(*command):
    return subprocess.run([nnc, *command, "--help"], check=True, capture_output=True, text=True).stdout


def options(text):
    """The names of each option, from the left column."""
    for line in text.splitlines():
        match = re.match(r"  (-\S+)", line)
        if match:
            yield [re.match(r"-+[\w-]+", name)[0] for name in match[1].split(",") if name.startswith("-")]


def described(name):
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![a-z-])", page)


problems, checked = [], 0
commands = re.findall(r"^  ([a-z]+) ", help_of().split("Subcommands:")[1], re.M)
for command in commands:
    checked += 1
    if not re.search(rf"^## .*\bnnc {command}\b", page, re.M):
        problems.append(f"no heading names 'nnc {command}'")
    for names in options(help_of(command)):
        checked += 1
        if not any(map(described, names)):
            problems.append(f"'{names[-1]}' of 'nnc {command}' is not described")
print("\n".join(problems + [f"{len(commands)} commands, {checked} names, {len(problems)} problems"]))
sys.exit(bool(problems) or checked < 20)
