//===- NpzWriter.cpp - Writing NumPy's .npz archives ----------------------===//
//
// Writes a zip archive of stored .npy files.
//
// Dates are zip's first day and nothing depends on the machine, so the same
// arrays give the same bytes. Members are written with zip64 fields only when
// they need them, since some readers know none.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Npy.h"
#include "nnc/Runtime/Data/Npz.h"
#include <zlib.h>

namespace nnc::runtime {

namespace {
/// One member of the archive being written.
struct Written {
  std::string name;
  uint32_t crc;
  uint64_t size, offset;
};
} // namespace

static constexpr uint32_t narrowLimit = 0xffffffff;
/// 1 January 1980, the earliest date zip can say.
static constexpr uint16_t firstDate = (1 << 5) | 1;

/// The fields that a local and a directory header have in common, from the
/// version needed up to the length of the name. Wide members have their sizes
/// in an extra field.
static void appendCommon(std::vector<std::byte> &to, const Written &member,
                         bool wide, size_t extra) {
  appendLittle<uint16_t>(to, wide ? 45 : 20);
  appendLittle<uint16_t>(to, 0); // flags
  appendLittle<uint16_t>(to, 0); // stored
  appendLittle<uint16_t>(to, 0); // time
  appendLittle<uint16_t>(to, firstDate);
  appendLittle<uint32_t>(to, member.crc);
  uint32_t size = wide ? narrowLimit : static_cast<uint32_t>(member.size);
  appendLittle<uint32_t>(to, size);
  appendLittle<uint32_t>(to, size);
  appendLittle<uint16_t>(to, member.name.size());
  appendLittle<uint16_t>(to, extra);
}

static void appendDirectoryEntry(std::vector<std::byte> &to,
                                 const Written &member) {
  bool wide = member.size >= narrowLimit || member.offset >= narrowLimit;
  appendLittle<uint32_t>(to, 0x02014b50);
  appendLittle<uint16_t>(to, 45); // made by
  appendCommon(to, member, wide, wide ? 28 : 0);
  appendLittle<uint16_t>(to, 0); // comment
  appendLittle<uint16_t>(to, 0); // disk
  appendLittle<uint16_t>(to, 0); // internal attributes
  appendLittle<uint32_t>(to, 0); // external attributes
  appendLittle<uint32_t>(to, wide ? narrowLimit
                                  : static_cast<uint32_t>(member.offset));
  append(to, member.name);
  if (wide) {
    appendLittle<uint16_t>(to, 1);
    appendLittle<uint16_t>(to, 24);
    appendLittle<uint64_t>(to, member.size);
    appendLittle<uint64_t>(to, member.size);
    appendLittle<uint64_t>(to, member.offset);
  }
}

/// The records after the directory, the zip64 ones only if needed.
static void appendEnd(std::vector<std::byte> &to, uint64_t count,
                      uint64_t start) {
  uint64_t end = to.size(), size = end - start;
  bool wide = count >= 0xffff || start >= narrowLimit || size >= narrowLimit;
  if (wide) {
    appendLittle<uint32_t>(to, 0x06064b50);
    appendLittle<uint64_t>(to, 44);
    appendLittle<uint16_t>(to, 45);
    appendLittle<uint16_t>(to, 45);
    appendLittle<uint32_t>(to, 0);
    appendLittle<uint32_t>(to, 0);
    appendLittle<uint64_t>(to, count);
    appendLittle<uint64_t>(to, count);
    appendLittle<uint64_t>(to, size);
    appendLittle<uint64_t>(to, start);
    appendLittle<uint32_t>(to, 0x07064b50);
    appendLittle<uint32_t>(to, 0);
    appendLittle<uint64_t>(to, end);
    appendLittle<uint32_t>(to, 1);
  }
  uint16_t shortCount = wide ? 0xffff : count;
  appendLittle<uint32_t>(to, 0x06054b50);
  appendLittle<uint16_t>(to, 0);
  appendLittle<uint16_t>(to, 0);
  appendLittle<uint16_t>(to, shortCount);
  appendLittle<uint16_t>(to, shortCount);
  appendLittle<uint32_t>(to, wide ? narrowLimit : static_cast<uint32_t>(size));
  appendLittle<uint32_t>(to, wide ? narrowLimit : static_cast<uint32_t>(start));
  appendLittle<uint16_t>(to, 0);
}

std::vector<std::byte>
formatNpz(const std::vector<std::pair<std::string, Array>> &arrays) {
  std::vector<std::byte> content;
  std::vector<Written> members;
  for (const auto &[name, array] : arrays) {
    std::vector<std::byte> npy = formatNpy(array);
    Written member{name + ".npy", 0, npy.size(), content.size()};
    member.crc =
        crc32_z(0, reinterpret_cast<const Bytef *>(npy.data()), npy.size());
    bool wide = member.size >= narrowLimit;
    appendLittle<uint32_t>(content, 0x04034b50);
    appendCommon(content, member, wide, wide ? 20 : 0);
    append(content, member.name);
    if (wide) {
      appendLittle<uint16_t>(content, 1);
      appendLittle<uint16_t>(content, 16);
      appendLittle<uint64_t>(content, member.size);
      appendLittle<uint64_t>(content, member.size);
    }
    append(content, Bytes(npy));
    members.push_back(std::move(member));
  }
  uint64_t start = content.size();
  for (const Written &member : members)
    appendDirectoryEntry(content, member);
  appendEnd(content, members.size(), start);
  return content;
}

} // namespace nnc::runtime
