//===- Npz.cpp - Reading NumPy's .npz archives ----------------------------===//
//
// Reads a zip archive of .npy files, stored or deflated, with zip64 fields.
//
// Every offset and size is compared with the file's before it is used, and a
// member may not claim to be larger than deflate could have made it, so that
// a broken archive costs neither memory nor time.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Npz.h"
#include "nnc/Runtime/Data/Npy.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <limits>
#include <set>
#include <zlib.h>

namespace nnc::runtime {

static constexpr uint32_t endSignature = 0x06054b50;
static constexpr uint32_t end64Signature = 0x06064b50;
static constexpr uint32_t locator64Signature = 0x07064b50;
static constexpr uint32_t directorySignature = 0x02014b50;
static constexpr uint32_t localSignature = 0x04034b50;
static constexpr size_t endSize = 22, end64Size = 56, locatorSize = 20;
static constexpr size_t directorySize = 46, localSize = 30;

NpzArchive::NpzArchive(const std::string &path)
    : NpzArchive(readFile(path), path) {}

NpzArchive::NpzArchive(std::vector<std::byte> bytes, std::string path)
    : file(std::move(path)), content(std::move(bytes)) {
  readDirectory();
}

void NpzArchive::readDirectory() {
  // The end record stands last, before a comment of at most 64 KiB.
  if (content.size() < endSize)
    failIn(file, "is no .npz archive or is cut short");
  size_t at = content.size() - endSize;
  size_t lowest = at > 0xffff ? at - 0xffff : 0;
  while (loadLittle<uint32_t>(&content[at]) != endSignature ||
         at + endSize + loadLittle<uint16_t>(&content[at + 20]) !=
             content.size()) {
    if (at == lowest)
      failIn(file, "is no .npz archive or is cut short");
    --at;
  }
  uint64_t count = loadLittle<uint16_t>(&content[at + 10]);
  uint64_t size = loadLittle<uint32_t>(&content[at + 12]);
  uint64_t start = loadLittle<uint32_t>(&content[at + 16]);
  bool wide = count == 0xffff || size == 0xffffffff || start == 0xffffffff;
  if (wide && at >= locatorSize &&
      loadLittle<uint32_t>(&content[at - locatorSize]) == locator64Signature) {
    uint64_t end64 = loadLittle<uint64_t>(&content[at - locatorSize + 8]);
    if (content.size() < end64Size || end64 > content.size() - end64Size ||
        loadLittle<uint32_t>(&content[end64]) != end64Signature)
      failIn(file, "corrupt .npz archive");
    count = loadLittle<uint64_t>(&content[end64 + 32]);
    size = loadLittle<uint64_t>(&content[end64 + 40]);
    start = loadLittle<uint64_t>(&content[end64 + 48]);
  }
  if (start > content.size() || size > content.size() - start ||
      count > size / directorySize)
    failIn(file, "corrupt .npz archive");
  Bytes directory = Bytes(content).subspan(start, size);
  std::set<std::string> seen;
  for (uint64_t i = 0; i < count; ++i) {
    Member member = readMember(directory);
    if (!seen.insert(member.name).second)
      failIn(file, "holds two arrays called '{}'", member.name);
    members.push_back(std::move(member));
  }
}

NpzArchive::Member NpzArchive::readMember(Bytes &directory) {
  if (directory.size() < directorySize ||
      loadLittle<uint32_t>(&directory[0]) != directorySignature)
    failIn(file, "corrupt .npz archive");
  Member member;
  uint16_t flags = loadLittle<uint16_t>(&directory[8]);
  member.method = loadLittle<uint16_t>(&directory[10]);
  member.crc = loadLittle<uint32_t>(&directory[16]);
  member.compressed = loadLittle<uint32_t>(&directory[20]);
  member.size = loadLittle<uint32_t>(&directory[24]);
  size_t name = loadLittle<uint16_t>(&directory[28]);
  size_t extra = loadLittle<uint16_t>(&directory[30]);
  size_t comment = loadLittle<uint16_t>(&directory[32]);
  member.offset = loadLittle<uint32_t>(&directory[42]);
  if (name + extra + comment > directory.size() - directorySize)
    failIn(file, "corrupt .npz archive");
  member.name.assign(
      reinterpret_cast<const char *>(&directory[directorySize - 1] + 1), name);
  Bytes fields = directory.subspan(directorySize + name, extra);
  directory = directory.subspan(directorySize + name + extra + comment);

  // Sizes that do not fit 32 bits stand, in this order, in the extra field 1.
  while (fields.size() >= 4) {
    uint16_t id = loadLittle<uint16_t>(&fields[0]);
    uint16_t length = loadLittle<uint16_t>(&fields[2]);
    if (length > fields.size() - 4)
      failIn(file, "corrupt .npz archive");
    Bytes field = fields.subspan(4, length);
    if (id == 1)
      for (uint64_t *value : {&member.size, &member.compressed, &member.offset})
        if (*value == 0xffffffff && field.size() >= 8) {
          *value = loadLittle<uint64_t>(&field[0]);
          field = field.subspan(8);
        }
    fields = fields.subspan(4 + length);
  }
  if (endsWith(member.name, ".npy"))
    member.name.resize(member.name.size() - 4);
  if (flags & 1)
    failIn(file, "array '{}' is encrypted", member.name);
  return member;
}

/// Inflates raw deflate data to exactly `size` bytes; false if it cannot.
static bool inflateRaw(Bytes from, std::vector<std::byte> &to, uint64_t size) {
  to.resize(size);
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return false;
  // zlib counts in unsigned ints; larger buffers are handed over in parts.
  constexpr size_t part = std::numeric_limits<uInt>::max() / 2;
  size_t taken = 0, made = 0;
  int state = Z_OK;
  // zlib wants a place to write to even when nothing is left to be written.
  std::byte nowhere{};
  while (state == Z_OK) {
    size_t in = std::min(part, from.size() - taken);
    size_t out = std::min(part, to.size() - made);
    stream.next_in =
        reinterpret_cast<Bytef *>(const_cast<std::byte *>(from.data() + taken));
    stream.avail_in = in;
    stream.next_out =
        reinterpret_cast<Bytef *>(out ? to.data() + made : &nowhere);
    stream.avail_out = out;
    state = inflate(&stream, Z_NO_FLUSH);
    taken += in - stream.avail_in;
    made += out - stream.avail_out;
    if (state == Z_OK && in == stream.avail_in && out == stream.avail_out)
      break;
  }
  inflateEnd(&stream);
  return state == Z_STREAM_END && made == to.size();
}

std::vector<std::byte> NpzArchive::extract(const Member &member) const {
  if (content.size() < localSize ||
      member.offset > content.size() - localSize ||
      loadLittle<uint32_t>(&content[member.offset]) != localSignature)
    failIn(file, "corrupt .npz archive: array '{}'", member.name);
  uint64_t start = member.offset + localSize +
                   loadLittle<uint16_t>(&content[member.offset + 26]) +
                   loadLittle<uint16_t>(&content[member.offset + 28]);
  if (start > content.size() || member.compressed > content.size() - start)
    failIn(file, "corrupt .npz archive: array '{}'", member.name);
  Bytes stored = Bytes(content).subspan(start, member.compressed);
  std::vector<std::byte> result;
  if (member.method == 0) {
    if (member.size != member.compressed)
      failIn(file, "corrupt .npz archive: array '{}'", member.name);
    result.assign(stored.begin(), stored.end());
  } else if (member.method == Z_DEFLATED) {
    // Deflate shrinks by less than 1032 to 1.
    if (member.size / 1032 > member.compressed ||
        !inflateRaw(stored, result, member.size))
      failIn(file, "corrupt .npz archive: array '{}'", member.name);
  } else {
    failIn(file, "array '{}' is compressed by method {}, not by deflate",
           member.name, member.method);
  }
  if (crc32_z(0, reinterpret_cast<const Bytef *>(result.data()),
              result.size()) != member.crc)
    failIn(file, "corrupt .npz archive: the checksum of array '{}' is wrong",
           member.name);
  return result;
}

std::vector<std::string> NpzArchive::names() const {
  std::vector<std::string> result;
  for (const Member &member : members)
    result.push_back(member.name);
  return result;
}

bool NpzArchive::has(const std::string &name) const {
  return std::any_of(members.begin(), members.end(),
                     [&](const Member &member) { return member.name == name; });
}

Array NpzArchive::read(const std::string &name) const {
  for (const Member &member : members)
    if (member.name == name)
      return parseNpy(extract(member), file + ":" + name);
  failIn(file, "has no array '{}'; it has {}", name, quotedList(names()));
}

} // namespace nnc::runtime
