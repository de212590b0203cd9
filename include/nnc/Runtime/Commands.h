//===- Commands.h - The commands over a compiled model --------------------===//
//
// train, predict, evaluate, run and info: from options to an exit status.
//
// Nothing is thrown through these functions and no other header is needed, so
// that the compiler, which is built without exceptions, calls what an emitted
// executable calls. Messages go to stderr, results to stdout.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_COMMANDS_H
#define NNC_RUNTIME_COMMANDS_H

#include "nnc/Runtime/Model.h"
#include "nnc/Runtime/Options.h"

namespace nnc::runtime {

/// Trains a step on data. Exit status: 0, 1 (data or weights are wrong), 2
/// (the options do not go with the model), 128 + the signal that ended it.
int train(const nnc_model &model, const TrainOptions &options) noexcept;

/// predict and evaluate: runs an entry over all samples, in its batch.
int predict(const nnc_model &model, const PredictOptions &options) noexcept;

/// Calls one entry or step.
int run(const nnc_model &model, const RunOptions &options) noexcept;

/// Prints what is in the model.
int info(const nnc_model &model) noexcept;

/// Prints what is in a safetensors file, with `values` large ones in short.
int infoWeights(const std::string &path, bool values) noexcept;

/// Measures every function of the model.
int bench(const nnc_model &model, const BenchOptions &options) noexcept;

/// A variable as `init` leaves it, or as a file of weights says.
struct InitialValue {
  bool given = false; // by the file
  std::vector<char> bytes;
};

/// The values of all variables, in the order of the model's table. `weights`
/// may be empty. Returns an exit status.
int initialValues(const nnc_model &model, uint64_t seed,
                  const std::string &weights,
                  std::vector<InitialValue> &values) noexcept;

/// Prints the values that `init` gives.
int printInitialValues(const nnc_model &model, uint64_t seed) noexcept;

/// For which sizes of the first dimension a step must be compiled.
struct BatchPlan {
  int64_t samples = 0; // in the training part
  int64_t batch = 0;   // of a full batch
  int64_t rest = 0;    // of the last one; 0 if there is none, or it is dropped
};

/// The steps that --step names. Returns an exit status, having said what is
/// wrong.
int stepNames(const TrainOptions &options,
              std::vector<std::string> &names) noexcept;

/// Reads the data of --data far enough to know how many samples there are.
/// `inputs` are the steps', an open first dimension being −1. Returns an exit
/// status, having said what is wrong.
int planTraining(const TrainOptions &options, const nnc_port *inputs,
                 size_t count, BatchPlan &plan) noexcept;

/// The number of samples in what predict is given for an entry's inputs, 1 if
/// none has a sample axis.
int countSamples(const PredictOptions &options, const nnc_port *inputs,
                 size_t count, int64_t &samples) noexcept;

/// What parsing arguments came to: go on, or end with `status` because they
/// are wrong (said on stderr) or help was asked for (printed).
struct Parsed {
  bool goOn = false;
  int status = 0;
};

/// Parse the arguments behind the command's name. Where `rest` is given, what
/// is no option of the command is put there in order, for the caller to parse.
Parsed parseTrain(const std::vector<std::string> &arguments,
                  TrainOptions &options,
                  std::vector<std::string> *rest = nullptr) noexcept;
/// Parses what predict and evaluate take; `options.command` says which it is.
Parsed parsePredict(const std::vector<std::string> &arguments,
                    PredictOptions &options,
                    std::vector<std::string> *rest = nullptr) noexcept;
Parsed parseBench(const std::vector<std::string> &arguments,
                  BenchOptions &options) noexcept;
Parsed parseRun(const std::vector<std::string> &arguments, RunOptions &options,
                std::vector<std::string> *rest = nullptr) noexcept;

} // namespace nnc::runtime

#endif // NNC_RUNTIME_COMMANDS_H
