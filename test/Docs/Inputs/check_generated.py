"""Checks the pages that nnc-doc writes against the definitions they come from.

usage: check_generated.py LLVM_TBLGEN SOURCE BUILD -I dir...

Every op, pass, pass option, attribute, interface and interface method of every
.td file must have its heading on the page and, below it, a one-line summary
where its kind has one, and a description.
"""
import json
import pathlib
import re
import subprocess
import sys

PAGES = {  # page: the .td file it is made of
    "NNDialect": "Dialect/NN/IR/NNOps.td",
    "NNInterfaces": "Dialect/NN/Interfaces/Differentiable.td",
    "NNPasses": "Dialect/NN/Transforms/Passes.td",
    "KernelDialect": "Dialect/Kernel/IR/KernelOps.td",
    "KernelPasses": "Dialect/Kernel/Transforms/Passes.td",
    "ConversionPasses": "Conversion/Passes.td",
}
DIALECTS = {"NNDialect": "NN_Dialect", "KernelDialect": "Kernel_Dialect"}

# What tblgen itself writes about an op; whatever else is there is described.
SYNTAX = re.compile(r"Syntax:\n+```.*?```\n|^Example:\n+```.*?```\n|^(Traits|Interfaces|Effects): .*$",
                    re.S | re.M)
tblgen, source, build = sys.argv[1:4]
problems, checked = [], 0


def sections(page):
    """Heading → the text below it, up to the next heading of the same depth or a higher one."""
    text = (pathlib.Path(build) / "docs" / f"{page}.md").read_text()
    found = list(re.finditer(r"^(#+) (.*)$", text, re.M))
    result = {}
    for i, match in enumerate(found):
        end = next((m.start() for m in found[i + 1:] if len(m[1]) <= len(match[1])), len(text))
        result[match[2]] = text[match.end():end]
    return result


def require(page, found, heading, summary=True):
    global checked
    checked += 1
    body = next((text for title, text in found.items()
                 if title == heading or title.startswith(heading + " ")), None)
    if body is None:
        problems.append(f"{page}: {heading} is missing")
        return
    body = re.split(r"^#+ ", body, maxsplit=1, flags=re.M)[0]
    if summary and not re.match(r"\n+_[^_\n].*_\n", body):
        problems.append(f"{page}: {heading} has no summary")
    text = re.sub(r"\A\n+_.*_\n", "", body) if summary else body
    if not re.search(r"\w", re.sub(r"```.*?```", "", SYNTAX.sub("", text), flags=re.S)):
        problems.append(f"{page}: {heading} has no description")


for page, td in PAGES.items():
    dump = subprocess.run([tblgen, "-dump-json", f"{source}/include/nnc/{td}"] + sys.argv[4:],
                          check=True, capture_output=True, text=True).stdout
    records = json.loads(dump)
    instances = records["!instanceof"]
    found = sections(page)
    if page in DIALECTS:
        dialect = DIALECTS[page]
        for key in instances["Op"]:
            if records[key]["opDialect"]["def"] == dialect:
                require(page, found, f"`{records[dialect]['name']}.{records[key]['opName']}`")
        for key in instances["AttrDef"]:
            if records[key]["dialect"]["def"] == dialect:
                require(page, found, records[key]["cppClassName"])
    elif page == "NNInterfaces":
        for key in instances["OpInterface"]:
            interface = records[key]
            if not interface["cppNamespace"].startswith("::nnc"):
                continue
            require(page, found, interface["cppInterfaceName"], summary=False)
            for method in interface["methods"]:
                require(page, found, f"`{records[method['def']]['name']}`", summary=False)
    else:
        for key in instances["Pass"]:
            record = records[key]
            require(page, found, f"`-{record['argument']}`")
            for part in record["options"] + record["statistics"]:
                checked += 1
                if not records[part["def"]]["description"].strip():
                    problems.append(f"{page}: a part of -{record['argument']} has no description")

tds = {str(p.relative_to(f"{source}/include/nnc")) for p in pathlib.Path(f"{source}/include/nnc").rglob("*.td")}
for td in sorted(tds - set(PAGES.values())):
    text = (pathlib.Path(source) / "include/nnc" / td).read_text()
    if re.search(r": (Pass|OpInterface)<", text):
        problems.append(f"{td} is on no page")

print("\n".join(problems + [f"{checked} entries, {len(problems)} problems"]))
sys.exit(bool(problems) or checked < 80)
