//===- Canvas.h - Where a plot is drawn -----------------------------------===//
//
// Lines and words in pixels, from the top left corner, kept as SVG or PNG.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_LIB_RUNTIME_CANVAS_H
#define NNC_LIB_RUNTIME_CANVAS_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace nnc::runtime {

/// Red, green and blue, as 0xrrggbb.
using Colour = uint32_t;

/// Where a text stands relative to its place, along the line.
enum class Anchor { Start, End };

using Points = std::vector<std::pair<double, double>>;

class Canvas {
public:
  virtual ~Canvas() = default;
  virtual void line(const Points &points, Colour colour, double width) = 0;
  /// The place is on the base line.
  virtual void text(double x, double y, const std::string &words,
                    Anchor anchor) = 0;
  /// The finished file.
  virtual std::vector<std::byte> finish() = 0;
};

std::unique_ptr<Canvas> makeSvg(int width, int height);
std::unique_ptr<Canvas> makePng(int width, int height);

} // namespace nnc::runtime

#endif // NNC_LIB_RUNTIME_CANVAS_H
