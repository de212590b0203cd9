//===- Plugin.cpp - what nnc calls ----------------------------------------===//
//
// The only file that knows Halide's target and its compiler. Nothing throws
// beyond it.
//
//===----------------------------------------------------------------------===//
#include "Schedule.h"
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace nnc::halide;

/// Code for the target that calls no runtime, checks nothing and keeps to IEEE
/// arithmetic.
static Halide::Target describeTarget(const Target &target) {
  std::string text = target.architecture;
  for (const std::string &feature : target.features)
    text += "-" + feature;
  return Halide::Target(
      text + "-no_runtime-no_asserts-no_bounds_query-user_context-strict_float");
}

/// Gives a result's buffer constant sizes; those of one tuple have the first's.
static void fixShape(Halide::OutputImageParam buffer, const std::vector<int64_t> &shape,
                     bool isFirst) {
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- != 0;) {
    int dimension = static_cast<int>(shape.size() - 1 - axis);
    if (isFirst)
      buffer.dim(dimension).set_bounds(0, static_cast<int>(shape[axis]));
    buffer.dim(dimension).set_stride(static_cast<int>(stride));
    stride *= shape[axis];
  }
}

/// Halide writes bitcode to files only.
static std::string compileToBitcode(Halide::Pipeline &pipeline,
                                    const std::vector<Halide::Argument> &arguments,
                                    const std::string &name, const Halide::Target &target) {
  std::string path = (std::filesystem::temp_directory_path() / "nnc-halide-XXXXXX").string();
  int file = mkstemp(path.data());
  if (file < 0)
    throw std::runtime_error("cannot make a temporary file");
  close(file);
  struct Remover {
    const std::string &path;
    ~Remover() { std::remove(path.c_str()); }
  } remover{path};
  pipeline.compile_to_bitcode(path, arguments, name, target);
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

static void compile(const Kernel &kernel, const Target &target, const std::string &text,
                    Code &code) {
  Parameters parameters = parseSchedule(text, target);
  Algorithm algorithm(kernel, parameters);
  code.inPlace = schedule(algorithm, kernel, parameters);

  // Buffers come by stage; nnc gets them in the order of the results.
  std::vector<Halide::Func> outputs;
  std::map<int, int> firstOf;
  int next = 0;
  for (size_t i = 0; i != algorithm.stages.size(); ++i) {
    Stage &stage = algorithm.stages[i];
    if (!stage.isResult)
      continue;
    firstOf[i] = next;
    next += stage.func.outputs();
    outputs.push_back(stage.func);
    bool isFirst = true;
    for (const Halide::OutputImageParam &buffer : stage.func.output_buffers()) {
      fixShape(buffer, stage.shape, isFirst);
      isFirst = false;
    }
  }
  for (int result : kernel.results) {
    auto [stage, place] = algorithm.placeOf(result);
    code.resultOrder.push_back(firstOf.at(stage) + place);
  }
  Halide::Pipeline pipeline(outputs);
  std::vector<Halide::Argument> arguments(algorithm.inputs.begin(), algorithm.inputs.end());
  code.bitcode = compileToBitcode(pipeline, arguments, kernel.name, describeTarget(target));
}

extern "C" __attribute__((visibility("default"))) void nnc_halide_compile(const Kernel &kernel, const Target &target,
                                   const std::string &text, Code &code) {
  try {
    compile(kernel, target, text, code);
  } catch (const Declined &reason) {
    code.declined = reason.what();
  } catch (const BadSchedule &error) {
    code.badSchedule = error.what();
  } catch (const Halide::Error &error) {
    code.error = error.what();
  } catch (const std::exception &error) {
    code.error = error.what();
  }
}

extern "C" __attribute__((visibility("default"))) void nnc_halide_candidates(const Kernel &kernel, const Target &target,
                                      std::vector<std::string> &candidates) {
  try {
    Algorithm(kernel, parseSchedule("", target));
    candidates = listSchedules(kernel, target);
  } catch (const Declined &) {
    candidates.clear();
  }
}
