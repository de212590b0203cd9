//===- Gzip.cpp - Compressed files ----------------------------------------===//
//
// Reads files that may be compressed with gzip, of one or several members.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Gzip.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <limits>
#include <zlib.h>

namespace nnc::runtime {

namespace {
/// zlib's state, which its destructor frees.
struct Inflater {
  z_stream stream{};
  // 16 more than the window's size asks for gzip's header and checksum.
  bool ready = inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK;
  ~Inflater() { inflateEnd(&stream); }
};
} // namespace

std::vector<std::byte> gunzip(Bytes content, const std::string &where) {
  Inflater inflater;
  z_stream &stream = inflater.stream;
  if (!inflater.ready)
    throw std::bad_alloc();
  std::vector<std::byte> result;
  // zlib counts in unsigned ints; larger buffers are handed over in parts.
  constexpr size_t part = std::numeric_limits<uInt>::max() / 2;
  size_t taken = 0, made = 0;
  for (;;) {
    if (made == result.size())
      result.resize(std::max<size_t>(2 * made, 4 * content.size() + 64));
    size_t in = std::min(part, content.size() - taken);
    size_t out = std::min(part, result.size() - made);
    stream.next_in =
        reinterpret_cast<Bytef *>(const_cast<std::byte *>(content.data())) +
        taken;
    stream.avail_in = in;
    stream.next_out = reinterpret_cast<Bytef *>(result.data()) + made;
    stream.avail_out = out;
    int state = inflate(&stream, Z_NO_FLUSH);
    taken += in - stream.avail_in;
    made += out - stream.avail_out;
    if (state == Z_STREAM_END) {
      if (taken == content.size())
        break;
      inflateReset(&stream);
    } else if (state != Z_OK) {
      failIn(where, "is no gzip file, or is cut short or corrupt");
    }
  }
  result.resize(made);
  return result;
}

std::string uncompressedName(const std::string &path) {
  return endsWith(path, ".gz") ? path.substr(0, path.size() - 3) : path;
}

std::vector<std::byte> readData(const std::string &path) {
  std::vector<std::byte> content = readFile(path);
  return endsWith(path, ".gz") ? gunzip(content, path) : content;
}

} // namespace nnc::runtime
