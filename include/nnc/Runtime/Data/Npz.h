//===- Npz.h - NumPy's .npz archives --------------------------------------===//
//
// A .npz file is a zip archive of .npy files.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DATA_NPZ_H
#define NNC_RUNTIME_DATA_NPZ_H

#include "nnc/Runtime/Array.h"
#include "nnc/Runtime/Files.h"
#include <utility>

namespace nnc::runtime {

/// An open archive. Opening checks its directory, reading one array its data.
class NpzArchive {
public:
  explicit NpzArchive(const std::string &path);
  NpzArchive(std::vector<std::byte> content, std::string path);

  /// The arrays' names, without `.npy`, in the archive's order.
  std::vector<std::string> names() const;
  bool has(const std::string &name) const;
  /// The array; throws if there is none of that name.
  Array read(const std::string &name) const;
  const std::string &path() const { return file; }

private:
  struct Member {
    std::string name;
    uint16_t method;
    uint32_t crc;
    uint64_t compressed, size, offset;
  };
  void readDirectory();
  Member readMember(Bytes &directory);
  std::vector<std::byte> extract(const Member &member) const;

  std::string file;
  std::vector<std::byte> content;
  std::vector<Member> members;
};

/// The bytes of an archive of stored arrays, the same for the same arrays.
std::vector<std::byte>
formatNpz(const std::vector<std::pair<std::string, Array>> &arrays);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DATA_NPZ_H
