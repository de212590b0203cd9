//===- TestSupport.h - What the runtime's tests share ---------------------===//
//
// Temporary folders, small arrays, and expected errors.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_TEST_UNIT_RUNTIME_TESTSUPPORT_H
#define NNC_TEST_UNIT_RUNTIME_TESTSUPPORT_H

#include "nnc/Runtime/Array.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Files.h"
#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>

namespace nnc::runtime::test {

/// A folder that is removed with all it holds.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "nnc.XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }

  std::string operator/(const std::string &name) const {
    return (path / name).string();
  }
  std::string write(const std::string &name, std::string_view text) const {
    writeFile(*this / name, text);
    return *this / name;
  }
  std::string write(const std::string &name, Bytes bytes) const {
    writeFile(*this / name, bytes);
    return *this / name;
  }
  size_t files() const {
    return std::distance(std::filesystem::directory_iterator(path), {});
  }

  std::filesystem::path path;
};

template <class T>
Array makeArray(ElementType type, Shape shape, std::vector<T> values) {
  Array array(type, std::move(shape));
  EXPECT_EQ(array.bytes.size(), values.size() * sizeof(T));
  std::copy(values.begin(), values.end(), array.data<T>());
  return array;
}
inline Array floats(Shape shape, std::vector<float> values) {
  return makeArray(ElementType::F32, std::move(shape), std::move(values));
}

inline std::vector<std::byte> bytesOf(std::string_view text) {
  std::vector<std::byte> bytes;
  append(bytes, text);
  return bytes;
}

/// Calls `body`, which must throw an Error; gives `where: message`.
template <class Body>
std::string errorOf(Body &&body, ExitStatus status = ExitWrongInput) {
  try {
    body();
  } catch (const Error &error) {
    EXPECT_EQ(error.status, status) << error.what();
    return (error.where.empty() ? "" : error.where + ": ") + error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return "";
}

/// Calls `parse` with every proper prefix of the content: each must be an
/// Error and nothing else.
template <class Parse>
void expectEveryPrefixRefused(const std::vector<std::byte> &content,
                              Parse &&parse) {
  for (size_t length = 0; length < content.size(); ++length) {
    std::vector<std::byte> part(content.begin(), content.begin() + length);
    EXPECT_THROW(parse(part), Error) << "cut to " << length << " bytes";
  }
}

/// Calls `parse` with each bit of the content flipped in turn: each time it
/// gives a result or an Error. Returns how many were refused.
template <class Parse>
size_t refusedFlips(const std::vector<std::byte> &content, Parse &&parse) {
  size_t refused = 0;
  for (size_t i = 0; i < content.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::vector<std::byte> flipped = content;
      flipped[i] ^= static_cast<std::byte>(1 << bit);
      try {
        parse(flipped);
      } catch (const Error &) {
        ++refused;
      }
    }
  return refused;
}

} // namespace nnc::runtime::test

#endif // NNC_TEST_UNIT_RUNTIME_TESTSUPPORT_H
