//===- Interface.h - what nnc and its Halide plugin tell each other -*- C++ -*-===//
//
// A kernel as plain data, and Halide's code for it as bytes. The plugin has an
// LLVM of its own inside and knows no MLIR, so no type of either crosses.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_HALIDEBACKEND_INTERFACE_H
#define NNC_HALIDEBACKEND_INTERFACE_H

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace nnc::halide {

enum class Element { Bool, I8, U8, I16, I32, I64, F32, F64 };

struct Tensor {
  Element element;
  /// Row-major. Booleans are bytes in memory.
  std::vector<int64_t> shape;
};

/// An op of the nn dialect, its attributes by name.
struct Op {
  /// Without the dialect.
  std::string name;
  /// Numbers of values.
  std::vector<int> operands, results;
  std::map<std::string, std::vector<int64_t>> numbers;
  std::map<std::string, std::string> words;
  /// Of a constant: every element.
  double real = 0;
  int64_t integer = 0;
};

struct Kernel {
  std::string name;
  /// The inputs come first.
  std::vector<Tensor> values;
  int inputs = 0;
  /// In an order in which operands come before their users.
  std::vector<Op> ops;
  std::vector<int> results;
};

struct Target {
  /// "x86-64" or "arm-64", in Halide's words, and its words for the features.
  std::string architecture;
  std::vector<std::string> features;
  /// Keep the order of every sum.
  bool strict = false;
  /// Bytes of the second-level cache.
  int64_t cacheBytes = 0;
  /// Most tasks that a loop is cut into, and the turns of a nest that are worth it.
  int64_t tasks = 1, leastTurns = 0;
};

struct Code {
  /// What the back end cannot express, as an op and why; empty: nothing.
  std::string declined;
  /// Why there is no such schedule; empty: there is.
  std::string badSchedule;
  /// What Halide said of a mistake of ours; empty: none.
  std::string error;
  /// A function of LLVM, of the kernel's name, that takes the user context and
  /// a halide_buffer_t for each input and result.
  std::string bitcode;
  /// For each result of the kernel, its place among the function's results.
  std::vector<int> resultOrder;
  /// Inputs and results that may share a buffer.
  std::vector<std::pair<int, int>> inPlace;
};

/// Compiles a kernel. `schedule` is one of its candidates, or empty for the
/// first of them.
using CompileFunction = void(const Kernel &kernel, const Target &target,
                             const std::string &schedule, Code &code);
inline constexpr char kCompileName[] = "nnc_halide_compile";

/// The schedules that are worth trying, the default first; none of a kernel that
/// cannot be expressed.
using CandidatesFunction = void(const Kernel &kernel, const Target &target,
                                std::vector<std::string> &candidates);
inline constexpr char kCandidatesName[] = "nnc_halide_candidates";

} // namespace nnc::halide

#endif // NNC_HALIDEBACKEND_INTERFACE_H
