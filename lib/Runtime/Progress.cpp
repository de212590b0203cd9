//===- Progress.cpp - How far a training run is ---------------------------===//
//
// A bar with rate, remaining time and running means on a terminal; elsewhere
// one line per epoch.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Progress.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace nnc::runtime {

/// Seconds between two drawings of the bar.
static constexpr double drawInterval = 0.1;
/// This many epochs leave a line each on a terminal, and the later ones one
/// in so many seconds.
static constexpr int64_t wholeLines = 100;
static constexpr double lineInterval = 1;
/// The bar is no longer than this.
static constexpr int64_t barWidth = 20;

std::string readable(double value) {
  // The sign of a NaN means nothing.
  return std::isnan(value) ? "nan" : fmt::format("{:.6g}", value);
}

std::string readable(const NamedValues &values) {
  std::string text;
  for (const auto &[name, value] : values)
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : "  ", name, readable(value));
  return text;
}

std::string readable(const std::vector<std::vector<int64_t>> &table) {
  size_t width = 0;
  for (const auto &row : table)
    for (int64_t count : row)
      width = std::max(width, fmt::formatted_size("{}", count));
  std::string text;
  for (const auto &row : table) {
    for (int64_t count : row)
      text += fmt::format("  {:>{}}", count, width);
    text += '\n';
  }
  return text;
}

static std::string duration(double seconds) {
  int64_t whole = static_cast<int64_t>(seconds + 0.5);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60,
                       whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

static void print(const std::string &text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

Progress::Progress(int64_t epochs, int64_t stepsPerEpoch)
    : onTerminal(isatty(STDERR_FILENO)), epochs(epochs),
      stepsPerEpoch(stepsPerEpoch) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (onTerminal)
    print("\r\033[K");
  bar.clear();
}

void Progress::beginEpoch(int64_t number, int64_t before) {
  // Reading the data before is no part of what a step takes.
  if (epoch == 0)
    whole = Stopwatch();
  epoch = number;
  done = before;
  current = Stopwatch();
}

bool Progress::isDue() const {
  return onTerminal && whole.seconds() - lastDrawn >= drawInterval;
}

void Progress::draw(int64_t steps, int64_t samples,
                    const NamedValues &running) {
  lastDrawn = whole.seconds();
  // Of the whole run, evaluation included.
  double perStep = lastDrawn / (finished + steps);
  double perSample = perStep * steps / samples;
  int64_t reached = done + steps;
  int64_t left = stepsPerEpoch - reached + (epochs - epoch) * stepsPerEpoch;
  std::string before = fmt::format("epoch {}/{} ", epoch, epochs);
  std::string after =
      fmt::format(" {}/{}  {:.0f} samples/s  ETA {}  {}", reached,
                  stepsPerEpoch, perSample > 0 ? 1 / perSample : 0,
                  duration(perStep * left), readable(running));
  winsize window{};
  int64_t width =
      ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0
          ? window.ws_col
          : 80;
  // The bar takes what the numbers leave.
  int64_t room = width - 3 - static_cast<int64_t>(before.size() + after.size());
  int64_t cells = std::clamp<int64_t>(room, 0, barWidth);
  int64_t filled = cells * reached / stepsPerEpoch;
  std::string text = before;
  if (cells)
    text += fmt::format("[{}{}]", std::string(filled, '='),
                        std::string(cells - filled, ' '));
  text += after;
  // A line that wraps could not be redrawn in place.
  if (static_cast<int64_t>(text.size()) >= width)
    text.resize(width - 1);
  bar = "\r" + text + "\033[K";
  print(bar);
}

bool Progress::showsEpoch() const {
  return !onTerminal || epoch <= wholeLines || epoch == epochs ||
         whole.seconds() - lastLine >= lineInterval;
}

void Progress::endEpoch(int64_t step, const NamedValues &values) {
  finished += stepsPerEpoch - done;
  if (!showsEpoch())
    return;
  lastLine = whole.seconds();
  std::string line =
      fmt::format("epoch {}/{}  step {}  {}  {:.2f} s\n", epoch, epochs, step,
                  readable(values), current.seconds());
  // The bar goes on below the line.
  print((onTerminal ? "\r\033[K" : "") + line + bar);
}

} // namespace nnc::runtime
