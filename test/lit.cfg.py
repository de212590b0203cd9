# What lit needs to know to run the .mlir and .nn tests: where the tools are and
# what names the tests call them by. Paths come from lit.site.cfg.py.

import os
import platform
import shutil
import subprocess

import lit.formats

config.name = "nnc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".nn", ".test"]
config.excludes = ["Inputs", "Unit", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.nnc_obj_root, "test")

# Tests name their tools, so each tool must be this build's, wherever lit runs.
config.environment["PATH"] = os.pathsep.join(
    [config.nnc_tools_dir, config.llvm_tools_dir, config.environment["PATH"]]
)
for tool in ["nnc-opt", "nnc-translate", "nnc"]:
    config.substitutions.append(
        (rf"(?<![\w./%@-]){tool}(?![\w./-])", os.path.join(config.nnc_tools_dir, tool))
    )
# Set to check that whatever nnc-opt reads in any test survives a round trip.
if os.environ.get("NNC_OPT_CHECK_IR_ROUNDTRIP"):
    config.substitutions.insert(0, (r"(?<![\w./%@-])nnc-opt %s", "nnc-opt --verify-roundtrip %s"))
for tool in ["FileCheck", "not", "split-file"]:
    config.substitutions.append(
        (rf"(?<![\w./%@-]){tool}(?![\w./-])", os.path.join(config.llvm_tools_dir, tool))
    )
config.substitutions.append(("%python", config.python_executable))
config.substitutions.append(("%llvm_tools", config.llvm_tools_dir))
config.substitutions.append(("%nnc_source", config.nnc_source_root))
config.substitutions.append(("%nnc_tools", config.nnc_tools_dir))
config.substitutions.append(("%nnc_build", config.nnc_obj_root))
config.substitutions.append(("%llvm_include", config.llvm_include_dir))
config.environment["FILECHECK_OPTS"] = "--enable-var-scope --allow-unused-prefixes=false"

if shutil.which("clang-format-22"):
    config.available_features.add("clang-format")
# It runs what is compiled for x86-64-v3, and so only there.
if shutil.which("valgrind") and platform.machine() == "x86_64":
    config.available_features.add("valgrind")
# Python packages that some tests compare with; utils/requirements.txt has them.
for package in ["jax", "optax", "scipy", "torch"]:
    if not subprocess.run([config.python_executable, "-c", f"import {package}"], capture_output=True).returncode:
        config.available_features.add(package)

# Not everywhere: its wheel is large, and for few systems.
if config.nnc_has_halide:
    config.available_features.add("halide")
config.available_features.add(f"host-{platform.machine()}")
if config.nnc_sanitize:
    config.available_features.add("sanitize")
