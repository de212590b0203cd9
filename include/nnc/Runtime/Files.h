//===- Files.h - Whole files in, whole files out --------------------------===//
//
// Reads a file into memory, and replaces one only by a finished one.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_FILES_H
#define NNC_RUNTIME_FILES_H

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nnc::runtime {

using Bytes = std::span<const std::byte>;

/// The file's content; throws if it cannot be read.
std::vector<std::byte> readFile(const std::string &path);

/// Writes a temporary file in the same folder, sees it onto the disk and
/// renames it, so that the path holds the old content or all of the new one,
/// whatever ends the process or the machine. Throws, leaving nothing behind,
/// if that fails.
void writeFile(const std::string &path, Bytes content);
void writeFile(const std::string &path, std::string_view content);

/// Throws what writeFile would, where that is known before: so that a long
/// run does not end with a path that cannot be written.
void checkWritable(const std::string &path);

bool endsWith(std::string_view text, std::string_view suffix);

/// Little-endian numbers in a buffer. The caller has checked the bounds.
template <class T>
T loadLittle(const std::byte *from) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    value |= static_cast<T>(static_cast<T>(from[i]) << (8 * i));
  return value;
}
template <class T>
void appendLittle(std::vector<std::byte> &to, T value) {
  for (size_t i = 0; i < sizeof(T); ++i)
    to.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xff));
}
inline void append(std::vector<std::byte> &to, std::string_view text) {
  const std::byte *begin = reinterpret_cast<const std::byte *>(text.data());
  to.insert(to.end(), begin, begin + text.size());
}
inline void append(std::vector<std::byte> &to, Bytes bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

} // namespace nnc::runtime

#endif // NNC_RUNTIME_FILES_H
