"""Every function of the library, and every built-in, has rows in a table of these
tests, and of several shapes where its operands have any.

usage: covered.py NNC
"""
import json
import re
import subprocess
import sys

from initializer_rows import INITIALIZERS, RANDOM
from table import ROWS
from training_rows import OPTIMIZERS, REGULARIZERS, SCHEDULES

# Parts of others: what covers them, and why they have no row of their own.
PARTS = {
    "conv_padding": "compile-time numbers: rows of conv1d and conv2d with every padding",
    "check_window": "compile-time numbers: test/StandardLibrary/refusals.test",
    "check_pool": "compile-time numbers: test/StandardLibrary/refusals.test",
    "group_inputs": "a compile-time number: rows of conv2d with groups",
    "fan_of": "a compile-time number: rows of kaiming_normal with mode",
    "check_temperature": "a compile-time bool: test/StandardLibrary/refusals.test",
    "check_share": "compile-time values: test/StandardLibrary/refusals.test",
    "check_at_least_0": "compile-time values: test/StandardLibrary/refusals.test",
    "total": "rows of l1, of l2 and with clip_norm=",
    "bias_correction": "rows of adam and adamw",
    "clipped_by_norm": "rows with clip_norm=",
    "started_average": "test/EndToEnd/minimize-options.test, with ema=",
    "moving_average": "test/EndToEnd/minimize-options.test, with ema=",
}
# Of the language, and no function of tensors.
OTHERS = {
    "as_index": "eval.test", "as_tensor": "rows of cross_entropy with weight",
    "convolution": "rows of conv1d and conv2d", "convolution_transposed": "rows of conv_transpose2d",
    "window_max": "rows of max_pool2d", "window_sum": "rows of avg_pool2d",
    "normalizer": "a row of normalize", "reported": "rows of plateau", "parameters": "rows of l1 and l2",
    "averaged": "test/EndToEnd/minimize-options.test", "frozen": "test/EndToEnd/minimize-options.test",
    "grad": "every row", "stop_gradient": "test/Dialect/NN/differentiate.mlir",
    "format": "compile-time text", "require": "compile-time", "range": "compile-time",
    "len": "compile-time", "is_float": "compile-time", "is_int": "compile-time", "is_list": "compile-time", "is_tensor": "compile-time",
} | {name: "a cast: test/Frontend" for name in "bool f32 f64 i8 i16 i32 i64 u8 cast".split()}

nnc = sys.argv[1]
table = json.loads(subprocess.run([nnc, "ops", "--format=json"], check=True, capture_output=True, text=True).stdout)
library, builtins = table["library"], {builtin["name"] for builtin in table["builtins"]}
rows = {name for row in ROWS for name in row.covers}
rows |= {row.name for row in OPTIMIZERS + SCHEDULES + INITIALIZERS + RANDOM}
rows |= {name for row in REGULARIZERS for name in re.findall(r"(\w+)\(\{", row.extra)}
defined = {function["name"] for function in library}

problems = [f"{name} has no row in test/StandardLibrary/Inputs" for name in sorted((defined | builtins) - rows - set(PARTS) - set(OTHERS))]
problems += [f"{name} is a part of others, but not in the library" for name in sorted(set(PARTS) - defined)]
problems += [f"{name} is no built-in" for name in sorted(set(OTHERS) - builtins)]
problems += [f"{name} has rows and is in PARTS, too" for name in sorted(set(PARTS) & rows)]
problems += [f"{function['name']} ({function['source']}) is not documented" for function in library if not function["formula"]]
for function in library:
    if "reduction: string = " in function["signature"]:
        codes = [row.code for row in ROWS if function["name"] in row.covers]
        problems += [f"{function['name']} has no row with reduction={reduction}" for reduction in ("mean", "sum", "none")
                     if not any(f'"{reduction}"' in code or (reduction == "mean" and '"' not in code) for code in codes)]
shapes = {}
for row in ROWS:
    for name in row.covers:
        shapes.setdefault(name, set()).add(tuple(draw.shape for draw in row.draws.values()))
problems += [f"{name} has rows of one shape only" for name, seen in sorted(shapes.items()) if len(seen) < 2]
for row in ROWS:
    if not row.oracle:
        problems.append(f"{row.name}: {row.code} has no oracle")
print("\n".join(problems))
print(f"{len(defined)} functions, {len(builtins)} built-ins, {len(ROWS)} rows, {len(problems)} problems")
sys.exit(bool(problems) or len(defined) < 100 or len(builtins) < 70)
