//===- Options.h - what the command line asks for ---------------*- C++ -*-===//
//
// The command line of `nnc` as plain data. Parsing is a library of its own
// (NNCDriverOptions): CLI11 throws, and the rest of the driver is built like
// LLVM, without exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DRIVER_OPTIONS_H
#define NNC_DRIVER_OPTIONS_H

#include "nnc/Runtime/Options.h"
#include "nnc/Support/Optimizations.h"
#include <cstdint>
#include <string>
#include <vector>

namespace nnc::driver {

enum class Command {
  None,
  Bench,
  Build,
  Check,
  Eval,
  Evaluate,
  Fmt,
  Info,
  New,
  Ops,
  Predict,
  Run,
  Train
};

/// What is compiled and how; shared by every command that compiles.
struct CodeArguments {
  std::string model;
  /// `NAME=VALUE[,VALUE]`, as written.
  std::vector<std::string> defines;
  std::vector<std::string> entries;
  std::string target;
  std::string cpu;
  std::string features;
  int level = 3;
  bool strict = false;
  std::string backend = "auto";
  bool poison = false;
  Optimizations optimizations;
};

struct BuildOptions {
  std::string prefixPath;
  std::vector<std::string> emit;
  std::string symbolPrefix;
  int maxThreads = 16;
  bool debug = false;
  bool printMemory = false;
  bool timePasses = false;
  /// Bytes that an instance may take; 0: any number.
  uint64_t memoryLimit = 0;
  /// Values of variables that `init` copies, and that --freeze packs in.
  std::string weights;
  /// Seconds to tune for; 0: not at all.
  double tune = 0;
  bool freeze = false;
  uint64_t seed = 0;
};

struct Invocation {
  Command command = Command::None;
  CodeArguments code;
  BuildOptions build;
  runtime::TrainOptions train;
  runtime::PredictOptions predict, evaluate;
  runtime::RunOptions run;
  /// `run --interpret`.
  bool interpret = false;
  /// `check --gradients`.
  bool gradients = false;
  /// `fmt FILE…`, `fmt --check`.
  std::vector<std::string> files;
  bool check = false;
  /// `info FILE`, `info --values`.
  std::string file;
  bool values = false;
  /// `eval EXPRESSION`.
  std::string expression;
  /// `new NAME`.
  std::string name;
  /// `ops --format`.
  std::string format;
  /// `bench`.
  runtime::BenchOptions bench;
  bool benchKernels = false;
};

/// Parses the command line; `version` is what --version prints. Answers true if the command is to be carried out;
/// otherwise help or an error has been printed and `status` is the exit status.
bool parseCommandLine(int argc, char **argv, const std::string &version,
                      Invocation &invocation, int &status);

} // namespace nnc::driver

#endif // NNC_DRIVER_OPTIONS_H
