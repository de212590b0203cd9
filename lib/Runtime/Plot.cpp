//===- Plot.cpp - Curves of a training run --------------------------------===//
//
// Draws one panel for every value, over the epochs.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Plot.h"
#include "Canvas.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Files.h"
#include <algorithm>
#include <cmath>

namespace nnc::runtime {

static constexpr int panelWidth = 640, panelHeight = 180;
static constexpr double left = 90, right = 20, top = 30, bottom = 30;
static constexpr Colour ink = 0x808080, curve = 0x1f5fa8;

void checkPlotPath(const std::string &path) {
  if (!path.empty() && !endsWith(path, ".svg") && !endsWith(path, ".png"))
    failUsage("--plot {}: expected .svg or .png", path);
}

/// The values of this name by epoch; NaN where there is none.
static std::vector<double> valuesOf(const std::vector<EpochRecord> &history,
                                    const std::string &name) {
  std::vector<double> values;
  for (const EpochRecord &record : history) {
    values.push_back(std::nan(""));
    for (const auto &[other, value] : record.values)
      if (other == name)
        values.back() = value;
  }
  return values;
}

/// A panel: a frame with the range of both axes, and the curve in it.
static void drawPanel(Canvas &canvas, double y, const std::string &name,
                      const std::vector<EpochRecord> &history) {
  std::vector<double> values = valuesOf(history, name);
  double low = INFINITY, high = -INFINITY;
  for (double value : values)
    if (std::isfinite(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  double x0 = left, x1 = panelWidth - right, y0 = y + top,
         y1 = y + panelHeight - bottom;
  canvas.text(x0, y0 - 8, name, Anchor::Start);
  canvas.line({{x0, y0}, {x0, y1}, {x1, y1}}, ink, 1);
  double first = history.front().epoch, last = history.back().epoch;
  canvas.text(x0, y1 + 18, fmt::format("{}", first), Anchor::Start);
  if (last > first)
    canvas.text(x1, y1 + 18, fmt::format("epoch {}", last), Anchor::End);
  if (low > high)
    return;
  canvas.text(x0 - 8, y0 + 10, readable(high), Anchor::End);
  if (high > low)
    canvas.text(x0 - 8, y1, readable(low), Anchor::End);
  auto placeOf = [&](size_t i) {
    double along =
        last > first ? (history[i].epoch - first) / (last - first) : .5;
    double up = high > low ? (values[i] - low) / (high - low) : .5;
    return std::pair(x0 + along * (x1 - x0), y1 - up * (y1 - y0));
  };
  // A gap where there is no number; a single point is a short line.
  Points points;
  auto flush = [&] {
    if (points.size() == 1)
      points = {{points[0].first - 2, points[0].second},
                {points[0].first + 2, points[0].second}};
    if (!points.empty())
      canvas.line(points, curve, 1.5);
    points.clear();
  };
  for (size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i]))
      points.push_back(placeOf(i));
    else
      flush();
  flush();
}

void writePlot(const std::string &path, const std::string &title,
               const std::vector<EpochRecord> &history) {
  std::vector<std::string> names;
  for (const EpochRecord &record : history)
    for (const auto &[name, value] : record.values)
      if (std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
  int height = panelHeight * static_cast<int>(names.size()) + 30;
  auto canvas = endsWith(path, ".svg") ? makeSvg(panelWidth, height)
                                       : makePng(panelWidth, height);
  canvas->text(left, 20, title, Anchor::Start);
  for (size_t i = 0; i < names.size(); ++i)
    drawPanel(*canvas, 30. + panelHeight * i, names[i], history);
  writeFile(path, canvas->finish());
}

} // namespace nnc::runtime
