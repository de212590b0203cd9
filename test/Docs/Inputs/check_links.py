"""Checks the documents: every link leads somewhere, every example is complete.

usage: check_links.py SOURCE
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1]).resolve()
documents = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("examples/**/*.md")]
problems, checked = [], 0


def anchors(path):
    """The names that a page's headings get."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", path.read_text(), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings}


linked = set()
for document in documents:
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        checked += 1
        path, _, anchor = target.partition("#")
        path = (document.parent / path).resolve() if path else document
        linked.add(path)
        name = document.relative_to(root)
        if not path.exists():
            problems.append(f"{name}: '{target}' leads nowhere")
        elif anchor and anchor not in anchors(path):
            problems.append(f"{name}: '{target}' names no heading")

# From the README one can get everywhere.
for document in documents:
    if document != root / "README.md" and document not in linked and document.parent not in linked:
        problems.append(f"{document.relative_to(root)}: nothing links to it")

run = (root / "test/Docs/readmes.test").read_text()
run += "".join(test.read_text() for test in root.glob("test/Examples/*.test"))
for example in sorted(p for p in (root / "examples").iterdir() if p.is_dir()):
    if not (example / "README.md").exists():
        problems.append(f"examples/{example.name} has no README.md")
    if f"examples/{example.name}/README.md" not in run:
        problems.append(f"examples/{example.name}/README.md is not run by test/Docs/readmes.test or test/Examples")

print("\n".join(problems + [f"{len(documents)} documents, {checked} links, {len(problems)} problems"]))
sys.exit(bool(problems) or checked == 0)
