//===- Svg.cpp - Plots as SVG ---------------------------------------------===//
//
// Writes each line and word as one element.
//
//===----------------------------------------------------------------------===//

#include "Canvas.h"
#include "nnc/Runtime/Files.h"
#include <fmt/format.h>

namespace nnc::runtime {

/// The words without what XML gives a meaning or forbids.
static std::string escaped(const std::string &words) {
  std::string text;
  for (char c : words)
    switch (c) {
    case '&':
      text += "&amp;";
      break;
    case '<':
      text += "&lt;";
      break;
    case '>':
      text += "&gt;";
      break;
    default:
      if (static_cast<unsigned char>(c) >= ' ')
        text += c;
    }
  return text;
}

namespace {
class Svg : public Canvas {
public:
  Svg(int width, int height)
      : content(fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" "
            "height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" "
            "font-size=\"12\">\n"
            "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
            width, height)) {}

  void line(const Points &points, Colour colour, double width) override {
    content += fmt::format("<polyline fill=\"none\" stroke=\"#{:06x}\" "
                           "stroke-width=\"{}\" points=\"",
                           colour, width);
    for (auto [x, y] : points)
      content += fmt::format("{:.2f},{:.2f} ", x, y);
    content.back() = '"';
    content += "/>\n";
  }
  void text(double x, double y, const std::string &words,
            Anchor anchor) override {
    content += fmt::format(
        "<text x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"{}\">{}</text>\n", x, y,
        anchor == Anchor::End ? "end" : "start", escaped(words));
  }
  std::vector<std::byte> finish() override {
    content += "</svg>\n";
    std::vector<std::byte> bytes;
    append(bytes, content);
    return bytes;
  }

private:
  std::string content;
};
} // namespace

std::unique_ptr<Canvas> makeSvg(int width, int height) {
  return std::make_unique<Svg>(width, height);
}

} // namespace nnc::runtime
