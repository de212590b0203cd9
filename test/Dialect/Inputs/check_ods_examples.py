"""Parses the example in the ODS description of every op of a dialect.

usage: check_ods_examples.py LLVM_TBLGEN NNC_OPT DIALECT FILE.td -I dir...

Fails if an op lacks a summary, a description or a fenced mlir example, or if the
example does not parse, verify and survive a round trip through text and
bytecode. What an example takes for granted is supplied here: operands from the
assembly format and the printed types, symbols and parents from CONTEXTS.
"""

import json
import re
import subprocess
import sys

# Where an example stands that is not a line of an ordinary function.
VARIABLE = """
nn.variable parameter @"m.w" : tensor<2x3xf32> init {
^bb0(%random: tensor<2xi64>):
  %u = nn.random_uniform %random stream 0 : tensor<2x3xf32>
  nn.yield %u : tensor<2x3xf32>
}
"""
KERNEL = """
kernel.func @add_relu(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %s = nn.add %a, %b : tensor<4xf32>
  kernel.return %s : tensor<4xf32>
}
"""
CONTEXTS = {
    "nn.variable": "{example}",
    "nn.entry": "{example}",
    "nn.step": "{example}",
    "nn.yield": VARIABLE.replace("nn.yield %u : tensor<2x3xf32>", "{example}"),
    "nn.return": "nn.entry @f(%y: tensor<1x10xf32>) -> tensor<1x10xf32> { {example} }",
    "nn.read": VARIABLE + "nn.entry @f() { {example}\n nn.return }",
    "nn.write": VARIABLE + "nn.step @f(%new: tensor<2x3xf32>) { {example}\n nn.return }",
    "nn.scan": "func.func @f(%h0: tensor<4xf32>, %x: tensor<10x4xf32>, %weight: tensor<4xf32>) { {example}\n return }",
    "nn.next": """
func.func @f(%a: tensor<4xf32>, %b: tensor<2xf32>) {
  %r:3 = nn.scan 3 carry(%h = %a : tensor<4xf32>) with(%c = %b : tensor<2xf32>) collect(tensor<3x4xf32>, tensor<3x2xf32>) {
    {example}
  }
  return
}
""",
    "kernel.func": "{example}",
    "kernel.return": "kernel.func @f(%s: tensor<4xf32>) -> tensor<4xf32> { {example} }",
    "kernel.call": KERNEL
    + "func.func @f(%a: tensor<4xf32>, %b: tensor<4xf32>) { {example}\n return }",
}


def split_types(text):
    """The types of a list, however deep their angle brackets and commas."""
    types, depth, current = [], 0, ""
    for char in text:
        depth += (char == "<") - (char == ">")
        if char == "," and depth == 0:
            types.append(current.strip())
            current = ""
        else:
            current += char
    return types + [current.strip()] if current.strip() else types


def operands(op, example):
    """SSA name → type of each operand of a line in its op's assembly format."""
    format_ = op["assemblyFormat"]
    names = [arg[1] for arg in op["arguments"]["args"]]
    constraints = {arg[1]: arg[0]["def"] for arg in op["arguments"]["args"]}
    if not names or "%" not in example:
        return {}
    code, printed = re.match(r"(.*?) : (.*)$", example, re.S).groups()
    code = code.split(" = ", 1)[-1]
    used = re.findall(r"%\w+", code)
    slots = [n for n in re.findall(r"(?<!type\()\$(\w+)", format_) if n in names]
    slots = [n for n in slots if "Attr" not in constraints[n] and "Predicate" not in constraints[n]]
    directives = re.findall(r"type\(\$(\w+)\)", format_)
    types = re.split(r" -> | by ", printed)
    types = [t for part in types for t in split_types(part)]

    by_slot = dict(zip(directives, types))
    values = {}
    for i, name in enumerate(used):
        slot = slots[min(i, len(slots) - 1)]
        if len(types) != len(directives):
            values[name] = types[i]  # a variadic op prints all its operands' types in order
        elif slot in by_slot:
            values[name] = by_slot[slot]
        elif constraints[slot] == "NN_RandomState":
            values[name] = "tensor<2xi64>"
        elif constraints[slot] == "NN_BoolTensor":
            values[name] = re.sub(r"[a-wyz]+\d+>$", "i1>", types[0])
        else:
            values[name] = types[0]  # not printed, hence equal to what is
    return values


def main():
    tblgen, opt, dialect, td = sys.argv[1:5]
    dump = subprocess.run([tblgen, "-dump-json", td] + sys.argv[5:], check=True,
                          capture_output=True, text=True).stdout
    records = json.loads(dump)
    checked, problems = 0, []
    for key in sorted(records["!instanceof"]["Op"]):
        op = records[key]
        if op["opDialect"]["def"] != dialect:
            continue
        checked += 1
        name = records[dialect]["name"] + "." + op["opName"]
        description = op["description"] or ""
        if not (op["summary"] or "").strip() or not description.split("Example:")[0].strip():
            problems.append(f"{name} lacks a summary or a description")
        found = re.search(r"```mlir\n(.*?)```", description, re.S)
        if not found:
            problems.append(f"{name} lacks an example")
            continue
        example = found.group(1).strip()
        if name not in example:
            problems.append(f"the example of {name} does not show it")
        if name in CONTEXTS:
            text = CONTEXTS[name].replace("{example}", example)
        else:
            arguments = ", ".join(f"{n}: {t}" for n, t in operands(op, example).items())
            text = f"func.func @f({arguments}) {{\n{example}\nreturn\n}}\n"
        run = subprocess.run([opt, "--verify-roundtrip", "-mlir-print-op-generic", "-"],
                             input=text, capture_output=True, text=True)
        if run.returncode or f'"{name}"' not in run.stdout:
            problems.append(f"the example of {name} fails:\n{text}{run.stderr}")
    print("\n".join(problems + [f"{checked} ops, {len(problems)} problems"]))
    sys.exit(bool(problems) or checked == 0)


main()
