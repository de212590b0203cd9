//===- Progress.h - How far a training run is -----------------------------===//
//
// A bar on a terminal, a line per epoch elsewhere.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_PROGRESS_H
#define NNC_RUNTIME_PROGRESS_H

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nnc::runtime {

using NamedValues = std::vector<std::pair<std::string, double>>;

/// Seconds since it was made.
class Stopwatch {
public:
  double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now();
};

/// Writes to stderr; on a terminal the bar is redrawn in place, and finished
/// epochs leave their lines above it: all of the first hundred, later ones
/// once a second at most, so that there is a bar to see.
class Progress {
public:
  Progress(int64_t epochs, int64_t stepsPerEpoch);
  ~Progress();

  /// Begins an epoch of which `done` steps were made before.
  void beginEpoch(int64_t epoch, int64_t done = 0);
  /// Whether it is time to draw the bar again; never where there is none.
  bool isDue() const;
  /// Draws the bar; `steps` and `samples` count from beginEpoch on.
  void draw(int64_t steps, int64_t samples, const NamedValues &running);
  void endEpoch(int64_t step, const NamedValues &values);
  /// Takes the bar away, and what was typed behind it, so that a message can
  /// be printed.
  void clear();

private:
  bool showsEpoch() const;

  bool onTerminal;
  int64_t epochs, stepsPerEpoch, epoch = 0, done = 0;
  int64_t finished = 0; // steps of epochs that ended while it watched
  Stopwatch whole, current;
  double lastDrawn = -1, lastLine = 0;
  std::string bar; // as it stands on the terminal; empty if it does not
};

/// A number as people read it: six significant digits.
std::string readable(double value);

/// A table with aligned columns, a line a row.
std::string readable(const std::vector<std::vector<int64_t>> &table);

/// `loss 0.25  accuracy 0.9`.
std::string readable(const NamedValues &values);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_PROGRESS_H
