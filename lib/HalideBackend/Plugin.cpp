//===- Plugin.cpp - what nnc calls ----------------------------------------===//
//
// The only file that knows Halide's target and its compiler. Nothing throws
// beyond it.
//
//===----------------------------------------------------------------------===//
#include "Apart.h"
#include "Schedule.h"
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
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

/// Has one of Halide's autoschedulers, which are libraries beside libHalide,
/// walk the Funcs. What it makes parallel is serial: nnc has no threads for it.
static void autoschedule(const Halide::Pipeline &pipeline, const Kernel &kernel, Algorithm &algorithm,
                         const Halide::Target &target, const std::string &name) {
  // It takes a maximum of parts for one of all, and loses what is not a number.
  auto isExtreme = [](const Op &op) { return op.name == "reduce_max" || op.name == "reduce_min"; };
  if (name == "Li2018" && std::any_of(kernel.ops.begin(), kernel.ops.end(), isExtreme))
    throw std::runtime_error("it loses what is not a number from maxima and minima");
  Dl_info library;
  if (!dladdr(reinterpret_cast<void *>(&Halide::load_plugin), &library))
    throw std::runtime_error("libHalide is nowhere");
  std::string file = "libautoschedule_" + name + ".so";
  std::transform(file.begin(), file.end(), file.begin(), [](unsigned char c) { return std::tolower(c); });
  Halide::load_plugin(std::filesystem::path(library.dli_fname).replace_filename(file));
  for (size_t i = 0; i != algorithm.inputs.size(); ++i) {
    const Shape &shape = algorithm.shapeOf(i);
    for (size_t axis = 0; axis != shape.size(); ++axis)
      algorithm.inputs[i].dim(shape.size() - 1 - axis).set_estimate(0, static_cast<int>(shape[axis]));
  }
  for (Stage &stage : algorithm.stages)
    for (size_t axis = 0; stage.isResult && axis != stage.shape.size(); ++axis)
      stage.func.set_estimate(axisVar(axis), 0, static_cast<int>(stage.shape[axis]));
  // Fixed, so that a schedule is the same in each build.
  std::map<std::string, std::string> options{{"parallelism", "1"}};
  if (name == "Adams2019")
    options.insert({{"beam_size", "4"}, {"disable_subtiling", "1"}, {"random_dropout_seed", "1"}});
  pipeline.apply_autoscheduler(target, {name, options});
  // Definitions are handles.
  auto serialize = [](Halide::Internal::Definition definition) {
    for (Halide::Internal::Dim &dim : definition.schedule().dims())
      if (dim.for_type == Halide::Internal::ForType::Parallel)
        dim.for_type = Halide::Internal::ForType::Serial;
  };
  for (Halide::Func output : pipeline.outputs())
    for (auto &[called, function] : Halide::Internal::find_transitive_calls(output.function())) {
      serialize(function.definition());
      for (Halide::Internal::Definition update : function.updates())
        serialize(update);
    }
}

/// Throws where the Funcs as scheduled read or write what a buffer lacks: an
/// autoscheduler may compute more of a stage than is asked for. Halide's own checks
/// say so, which nnc's code is without, when they run on buffers of the right sizes.
static void requireBounds(Halide::Pipeline pipeline, Algorithm &algorithm) {
  auto makeBuffer = [](const Halide::Type &type, const Shape &shape) {
    Halide::Buffer<> buffer(type, std::vector<int>(shape.rbegin(), shape.rend()));
    std::memset(buffer.data(), 0, buffer.size_in_bytes());
    return buffer;
  };
  std::vector<Halide::Buffer<>> results;
  for (const Stage &stage : algorithm.stages)
    for (int i = 0; stage.isResult && i != stage.func.outputs(); ++i)
      results.push_back(makeBuffer(stage.func.types()[i], stage.shape));
  for (size_t i = 0; i != algorithm.inputs.size(); ++i)
    algorithm.inputs[i].set(makeBuffer(algorithm.inputs[i].type(), algorithm.shapeOf(i)));
  pipeline.realize(Halide::Realization(results), Halide::get_host_target());
  for (Halide::ImageParam &input : algorithm.inputs)
    input.reset();
}

static void compile(const Kernel &kernel, const Target &target, const Parameters &parameters,
                    Code &code) {
  Algorithm algorithm(kernel, parameters);
  if (parameters.automatic.empty())
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
  if (!parameters.automatic.empty()) {
    autoschedule(pipeline, kernel, algorithm, describeTarget(target), parameters.automatic);
    requireBounds(pipeline, algorithm);
  }
  std::vector<Halide::Argument> arguments(algorithm.inputs.begin(), algorithm.inputs.end());
  code.bitcode = compileToBitcode(pipeline, arguments, kernel.name, describeTarget(target));
}

/// Lets nothing out that is thrown.
static void guard(Code &code, const std::function<void()> &body) {
  try {
    body();
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

extern "C" __attribute__((visibility("default"))) void nnc_halide_compile(const Kernel &kernel, const Target &target,
                                   const std::string &text, Code &code) {
  guard(code, [&] {
    Parameters parameters = parseSchedule(text, target);
    if (parameters.automatic.empty())
      return compile(kernel, target, parameters, code);
    compileApart([&](Code &code) { guard(code, [&] { compile(kernel, target, parameters, code); }); }, code);
  });
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
