//===- Options.h - What the commands are asked to do ----------------------===//
//
// The options of train, predict, evaluate and run, as plain data.
//
// An emitted executable and `nnc` fill the same structures; this header and
// Commands.h need no exceptions, and no library.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_OPTIONS_H
#define NNC_RUNTIME_OPTIONS_H

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace nnc::runtime {

/// What becomes of the samples that fill no whole batch.
enum class LastBatch {
  Auto,    // trained on if the step is compiled for their number
  Smaller, // trained on, or an error
  Drop     // left out
};

struct TrainOptions {
  std::string data;
  std::string columns;
  std::string step = "train"; // or a:5,b:1, which alternates
  int64_t batch = 0;          // 0: the largest that the step is compiled for
  LastBatch lastBatch = LastBatch::Auto;
  int64_t epochs = 10;
  bool shuffle = true;
  bool standardize = false;
  double split = 0; // 0: none
  std::string validation;
  std::string evaluate; // empty: the entry of this name, if there is one
  std::vector<std::string> metrics;
  std::string plateau;   // the value that schedules are told
  std::string keepBest;  // the value whose best epoch's weights are kept
  std::string earlyStop; // VALUE:PATIENCE
  std::string weights;
  std::vector<std::string> map; // OLD=NEW: names in the file and the model
  std::string resume;           // a checkpoint to go on from
  std::string checkpoint;       // where checkpoints go
  int64_t every = 0;            // steps between two; 0: an epoch
  std::string out;
  std::string log;
  int64_t logEvery = 0; // steps between two lines within an epoch; 0: none
  std::string plot;
  uint64_t seed = 0;
  int threads = 0; // 0: the default
  /// The whole command as typed, for the hint how to resume.
  std::vector<std::string> commandLine;
};

struct PredictOptions {
  std::string command = "predict"; // or evaluate, which does the same
  std::string entry;               // empty: that of this name, or the only one
  std::vector<std::string> inputs; // name=FILE
  std::string data;
  std::string columns;
  std::string weights;
  std::vector<std::string> map;
  std::string output;
  uint64_t seed = 0;
  int threads = 0;
};

struct RunOptions {
  std::string function;            // an entry or a step
  std::vector<std::string> inputs; // name=FILE
  std::string weights;
  std::string saveWeights;
  std::string output;
  int64_t repeat = 1;
  double timeSeconds = 0;    // above 0: measure for that long
  double compileSeconds = 0; // what the measurement says of compiling
  uint64_t seed = 0;
  int threads = 0;
};

struct BenchOptions {
  double seconds = 1; // for each function
  uint64_t seed = 0;
  int threads = 0;
};

/// Defines the options of a command on a CLI11 application. These are in the
/// library because CLI11 needs exceptions; see Commands.h for callers without.
void addTrainOptions(CLI::App &app, TrainOptions &options);
void addPredictOptions(CLI::App &app, PredictOptions &options);
void addRunOptions(CLI::App &app, RunOptions &options);
void addBenchOptions(CLI::App &app, BenchOptions &options);

/// Gives a --time that no number follows its second.
std::vector<std::string> spellTime(std::vector<std::string> arguments);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_OPTIONS_H
