//===- Png.cpp - Plots as PNG ---------------------------------------------===//
//
// Draws lines and a small font into pixels, and packs those with zlib.
//
//===----------------------------------------------------------------------===//

#include "Canvas.h"
#include "nnc/Runtime/Files.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <zlib.h>

namespace nnc::runtime {

namespace {
/// A letter of 3 by 5 dots, row by row from the top, # where there is ink.
struct Glyph {
  char letter;
  const char *dots;
};
} // namespace

static constexpr Glyph glyphs[] = {
    {'0', "####.##.##.####"}, {'1', ".#.##..#..#.###"},
    {'2', "##...#.#.#..###"}, {'3', "##...#.#...###."},
    {'4', "#.##.####..#..#"}, {'5', "####..##...###."},
    {'6', ".###..####.####"}, {'7', "###..#.#..#..#."},
    {'8', "####.#####.####"}, {'9', "####.####..###."},
    {'a', ".#.#.#####.##.#"}, {'b', "##.#.###.#.###."},
    {'c', ".###..#..#...##"}, {'d', "##.#.##.##.###."},
    {'e', "####..##.#..###"}, {'f', "####..##.#..#.."},
    {'g', ".###..#.##.#.##"}, {'h', "#.##.#####.##.#"},
    {'i', "###.#..#..#.###"}, {'j', "..#..#..##.#.#."},
    {'k', "#.##.###.#.##.#"}, {'l', "#..#..#..#..###"},
    {'m', "#.########.##.#"}, {'n', "##.#.##.##.##.#"},
    {'o', ".#.#.##.##.#.#."}, {'p', "##.#.###.#..#.."},
    {'q', ".#.#.##.###..##"}, {'r', "##.#.###.#.##.#"},
    {'s', ".###...#...###."}, {'t', "###.#..#..#..#."},
    {'u', "#.##.##.##.####"}, {'v', "#.##.##.##.#.#."},
    {'w', "#.##.########.#"}, {'x', "#.##.#.#.#.##.#"},
    {'y', "#.##.#.#..#..#."}, {'z', "###..#.#.#..###"},
    {'.', ".............#."}, {',', "..........#.#.."},
    {'-', "......###......"}, {'+', "....#.###.#...."},
    {'_', "............###"}, {'/', "..#..#.#.#..#.."},
    {'(', ".#.#..#..#...#."}, {')', ".#...#..#..#.#."},
    {'=', "...###...###..."}, {':', "....#.....#...."},
    {'%', "#.#..#.#.#..#.#"}, {' ', "..............."}};

/// Pixels that a dot of a letter is wide and high, and from letter to letter.
static constexpr int dot = 2, advance = 4 * dot;

static const char *dotsOf(char letter) {
  if (letter >= 'A' && letter <= 'Z')
    letter += 'a' - 'A';
  for (const Glyph &glyph : glyphs)
    if (glyph.letter == letter)
      return glyph.dots;
  return "###.....#...#.#"; // not in the font
}

static void appendBig(std::vector<std::byte> &to, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    to.push_back(static_cast<std::byte>(value >> shift & 0xff));
}

/// Appends a chunk: its length, name, data and checksum.
static void appendChunk(std::vector<std::byte> &to, std::string_view name,
                        Bytes data) {
  appendBig(to, data.size());
  size_t begin = to.size();
  append(to, name);
  append(to, data);
  appendBig(to, crc32_z(0, reinterpret_cast<const Bytef *>(to.data()) + begin,
                        to.size() - begin));
}

namespace {
class Png : public Canvas {
public:
  Png(int width, int height)
      : width(width), height(height),
        pixels(static_cast<size_t>(width) * height, {255, 255, 255}) {}

  void line(const Points &points, Colour colour, double lineWidth) override {
    for (size_t i = 1; i < points.size(); ++i)
      stroke(points[i - 1], points[i], colour, lineWidth);
  }

  void text(double x, double y, const std::string &words,
            Anchor anchor) override {
    int left = static_cast<int>(std::lround(x)),
        top = static_cast<int>(std::lround(y)) - 5 * dot;
    if (anchor == Anchor::End)
      left -= static_cast<int>(words.size()) * advance - dot;
    for (char letter : words) {
      const char *dots = dotsOf(letter);
      for (int i = 0; i < 15 * dot * dot; ++i) {
        int row = i / (3 * dot), column = i % (3 * dot);
        if (dots[row / dot * 3 + column / dot] == '#')
          blend(left + column, top + row, 0, 1);
      }
      left += advance;
    }
  }

  std::vector<std::byte> finish() override;

private:
  /// Mixes a colour into a pixel, if it is one of the picture's.
  void blend(int x, int y, Colour colour, double part) {
    if (x < 0 || y < 0 || x >= width || y >= height)
      return;
    auto &pixel = pixels[static_cast<size_t>(y) * width + x];
    for (int i = 0; i < 3; ++i) {
      double wanted = colour >> (16 - 8 * i) & 0xff;
      pixel[i] = static_cast<uint8_t>(
          std::lround(pixel[i] + (wanted - pixel[i]) * part));
    }
  }
  void stroke(std::pair<double, double> from, std::pair<double, double> to,
              Colour colour, double lineWidth);

  int width, height;
  std::vector<std::array<uint8_t, 3>> pixels;
};
} // namespace

/// Colours each pixel by how far it is from the line's middle.
void Png::stroke(std::pair<double, double> from, std::pair<double, double> to,
                 Colour colour, double lineWidth) {
  auto [x0, y0] = from;
  auto [x1, y1] = to;
  double dx = x1 - x0, dy = y1 - y0, squared = dx * dx + dy * dy;
  double reach = lineWidth / 2 + 1;
  int top = static_cast<int>(std::floor(std::min(y0, y1) - reach)),
      bottom = static_cast<int>(std::ceil(std::max(y0, y1) + reach)),
      left = static_cast<int>(std::floor(std::min(x0, x1) - reach)),
      right = static_cast<int>(std::ceil(std::max(x0, x1) + reach));
  for (int y = std::max(top, 0); y <= std::min(bottom, height - 1); ++y)
    for (int x = std::max(left, 0); x <= std::min(right, width - 1); ++x) {
      double px = x + .5 - x0, py = y + .5 - y0;
      double along = squared > 0 ? (px * dx + py * dy) / squared : 0;
      along = std::clamp(along, 0., 1.);
      double off = std::hypot(px - along * dx, py - along * dy);
      double part = std::clamp(lineWidth / 2 + .5 - off, 0., 1.);
      if (part > 0)
        blend(x, y, colour, part);
    }
}

std::vector<std::byte> Png::finish() {
  // Every row begins with its filter: none.
  std::vector<std::byte> rows;
  for (int y = 0; y < height; ++y) {
    rows.push_back({});
    append(rows, std::as_bytes(std::span(
                     pixels.data() + static_cast<size_t>(y) * width, width)));
  }
  uLongf size = compressBound(rows.size());
  std::vector<std::byte> packed(size);
  if (compress2(reinterpret_cast<Bytef *>(packed.data()), &size,
                reinterpret_cast<const Bytef *>(rows.data()), rows.size(),
                Z_BEST_COMPRESSION) != Z_OK)
    throw std::bad_alloc();
  packed.resize(size);

  std::vector<std::byte> file, header;
  append(file, "\x89PNG\r\n\x1a\n");
  appendBig(header, width);
  appendBig(header, height);
  // 8 bits of red, green and blue, deflated, unfiltered, not interlaced.
  for (int value : {8, 2, 0, 0, 0})
    header.push_back(static_cast<std::byte>(value));
  appendChunk(file, "IHDR", header);
  appendChunk(file, "IDAT", packed);
  appendChunk(file, "IEND", {});
  return file;
}

std::unique_ptr<Canvas> makePng(int width, int height) {
  return std::make_unique<Png>(width, height);
}

} // namespace nnc::runtime
