//===- NpyTest.cpp - Tests of .npy and .npz files -------------------------===//
//
// Round trips, the variants that NumPy writes, and broken files.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Npy.h"
#include "TestSupport.h"
#include "nnc/Runtime/Data/Npz.h"
#include <zlib.h>

using namespace nnc::runtime;
using namespace nnc::runtime::test;

/// A .npy file with this header text and these bytes.
static std::vector<std::byte> npyOf(std::string header, std::string_view data,
                                    char version = 1) {
  header += '\n';
  std::vector<std::byte> content = bytesOf("\x93NUMPY");
  content.push_back(static_cast<std::byte>(version));
  content.push_back(std::byte(0));
  if (version == 1)
    appendLittle<uint16_t>(content, header.size());
  else
    appendLittle<uint32_t>(content, header.size());
  append(content, header);
  append(content, data);
  return content;
}

static std::string dictionary(const std::string &descr,
                              const std::string &order,
                              const std::string &shape) {
  return "{'descr': '" + descr + "', 'fortran_order': " + order +
         ", 'shape': " + shape + ", }";
}

TEST(Npy, RoundTripsEveryType) {
  for (ElementType type :
       {ElementType::F32, ElementType::F64, ElementType::I8, ElementType::U8,
        ElementType::I16, ElementType::I32, ElementType::I64, ElementType::Bool,
        ElementType::U16, ElementType::U32, ElementType::U64})
    for (const Shape &shape : {Shape{}, Shape{3}, Shape{2, 3}, Shape{2, 0}}) {
      Array array(type, shape);
      for (size_t i = 0; i < array.bytes.size(); ++i)
        array.bytes[i] = std::byte(type == ElementType::Bool ? i % 2 : i + 1);
      std::vector<std::byte> content = formatNpy(array);
      Array back = parseNpy(content, "a.npy");
      EXPECT_EQ(back.type, type);
      EXPECT_EQ(back.shape, shape);
      EXPECT_EQ(back.bytes, array.bytes);
      size_t header = 10 + loadLittle<uint16_t>(&content[8]);
      EXPECT_EQ(header % 64, 0u);
    }
}

TEST(Npy, ReadsVersionsTwoAndThree) {
  for (char version : {2, 3}) {
    Array array = parseNpy(
        npyOf(dictionary("|u1", "False", "(2,)"), "\x05\x06", version), "a");
    EXPECT_EQ(array.at(1), 6);
  }
}

TEST(Npy, ReadsFortranOrder) {
  // [[1, 2, 3], [4, 5, 6]] by columns.
  Array array = parseNpy(
      npyOf(dictionary("|u1", "True", "(2, 3)"), "\x01\x04\x02\x05\x03\x06"),
      "a");
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(array.at(i), i + 1);
}

TEST(Npy, ReadsBigEndian) {
  using namespace std::string_view_literals;
  Array array = parseNpy(
      npyOf(dictionary(">i4", "False", "(1,)"), "\x00\x00\x01\x02"sv), "a");
  EXPECT_EQ(array.at(0), 258);
}

TEST(Npy, WidensHalves) {
  using namespace std::string_view_literals;
  // 1, −2, the smallest subnormal.
  Array array = parseNpy(
      npyOf(dictionary("<f2", "False", "(3,)"), "\x00\x3c\x00\xc0\x01\x00"sv),
      "a");
  EXPECT_EQ(array.type, ElementType::F32);
  EXPECT_EQ(array.at(0), 1);
  EXPECT_EQ(array.at(1), -2);
  EXPECT_EQ(array.at(2), 0x1p-24);
}

TEST(Npy, RefusesBrokenHeaders) {
  struct Case {
    std::string header, data, message;
  } cases[] = {
      {dictionary("<f4", "False", "(2,)"), "1234", "needs 8 bytes"},
      {dictionary("<f4", "False", "(1,)"), "12345", "needs 4 bytes"},
      {dictionary("<f4", "False", "(4611686018427387904, 4)"), "", "too large"},
      {dictionary("<f4", "False", "(99999999999999999999,)"), "", "corrupt"},
      {dictionary("<f4", "False", "(-1,)"), "", "corrupt"},
      {dictionary("<f4", "Maybe", "(1,)"), "1234", "corrupt"},
      {dictionary("<f4", "False", "(0, 9223372036854775807, 2)"), "",
       "too large"},
      {dictionary("<c8", "False", "(1,)"), "12345678", "not supported"},
      {dictionary("<U3", "False", "(1,)"), "", "not supported"},
      {dictionary("", "False", "(1,)"), "", "not supported"},
      {dictionary("|b1", "False", "(1,)"), "\x02", "bool"},
      {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", "",
       "structured"},
      {"{'descr': '<f4', 'shape': ()}", "1234", "corrupt"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': ()", "1234",
       "corrupt"},
      {"", "", "corrupt"},
  };
  for (const Case &test : cases) {
    std::string message =
        errorOf([&] { parseNpy(npyOf(test.header, test.data), "a.npy"); });
    EXPECT_EQ(message.rfind("a.npy: ", 0), 0u);
    EXPECT_NE(message.find(test.message), std::string::npos)
        << test.header << " gives " << message;
  }
}

TEST(Npy, SurvivesCutsAndFlips) {
  std::vector<std::byte> content = formatNpy(floats({2, 2}, {1, 2, 3, 4}));
  auto parse = [](const std::vector<std::byte> &bytes) {
    parseNpy(bytes, "a.npy");
  };
  expectEveryPrefixRefused(content, parse);
  EXPECT_GT(refusedFlips(content, parse), 100u);
}

/// An archive of one array, deflated, as numpy.savez_compressed makes it.
static std::vector<std::byte> deflatedNpz(const Array &array,
                                          uint32_t claimedSize = 0) {
  std::vector<std::byte> npy = formatNpy(array);
  std::vector<std::byte> packed(npy.size() + 100);
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef *>(npy.data());
  stream.avail_in = npy.size();
  stream.next_out = reinterpret_cast<Bytef *>(packed.data());
  stream.avail_out = packed.size();
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  uint32_t crc = crc32_z(0, reinterpret_cast<Bytef *>(npy.data()), npy.size());
  uint32_t size = claimedSize ? claimedSize : npy.size();

  std::vector<std::byte> content;
  auto common = [&] {
    for (uint16_t field : {20, 0, 8, 0, 33})
      appendLittle<uint16_t>(content, field);
    appendLittle<uint32_t>(content, crc);
    appendLittle<uint32_t>(content, packed.size());
    appendLittle<uint32_t>(content, size);
    appendLittle<uint16_t>(content, 5);
    appendLittle<uint16_t>(content, 0);
  };
  appendLittle<uint32_t>(content, 0x04034b50);
  common();
  append(content, "x.npy");
  append(content, Bytes(packed));
  uint32_t start = content.size();
  appendLittle<uint32_t>(content, 0x02014b50);
  appendLittle<uint16_t>(content, 20);
  common();
  for (int i = 0; i < 3; ++i)
    appendLittle<uint16_t>(content, 0);
  appendLittle<uint32_t>(content, 0);
  appendLittle<uint32_t>(content, 0);
  append(content, "x.npy");
  uint32_t length = content.size() - start;
  appendLittle<uint32_t>(content, 0x06054b50);
  for (uint16_t field : {0, 0, 1, 1})
    appendLittle<uint16_t>(content, field);
  appendLittle<uint32_t>(content, length);
  appendLittle<uint32_t>(content, start);
  appendLittle<uint16_t>(content, 0);
  return content;
}

TEST(Npz, RoundTrips) {
  Array x = floats({2, 1}, {1, 2}), empty = floats({0}, {});
  std::vector<std::byte> content = formatNpz({{"x", x}, {"empty", empty}});
  EXPECT_EQ(content, formatNpz({{"x", x}, {"empty", empty}}));
  NpzArchive archive(content, "a.npz");
  EXPECT_EQ(archive.names(), (std::vector<std::string>{"x", "empty"}));
  EXPECT_EQ(archive.read("x").bytes, x.bytes);
  EXPECT_EQ(archive.read("empty").shape, Shape{0});
  EXPECT_EQ(errorOf([&] { archive.read("y"); }),
            "a.npz: has no array 'y'; it has 'x' and 'empty'");
}

TEST(Npz, ReadsDeflated) {
  Array x(ElementType::F32, {500});
  NpzArchive archive(deflatedNpz(x), "a.npz");
  EXPECT_EQ(archive.read("x").bytes, x.bytes);
}

TEST(Npz, RefusesSizesThatDeflateCannotReach) {
  Array x(ElementType::F32, {500});
  NpzArchive archive(deflatedNpz(x, 0xf0000000u), "a.npz");
  EXPECT_NE(errorOf([&] { archive.read("x"); }).find("corrupt"),
            std::string::npos);
}

TEST(Npz, RefusesTwoOfOneName) {
  Array x = floats({1}, {1});
  EXPECT_EQ(
      errorOf([&] { NpzArchive(formatNpz({{"x", x}, {"x", x}}), "a.npz"); }),
      "a.npz: holds two arrays called 'x'");
}

TEST(Npz, SurvivesCutsAndFlips) {
  Array x = floats({3}, {1, 2, 3});
  auto parse = [](const std::vector<std::byte> &bytes) {
    NpzArchive archive(bytes, "a.npz");
    for (const std::string &name : archive.names())
      archive.read(name);
  };
  for (const std::vector<std::byte> &content :
       {formatNpz({{"x", x}, {"y", x}}), deflatedNpz(x)}) {
    expectEveryPrefixRefused(content, parse);
    EXPECT_GT(refusedFlips(content, parse), content.size());
  }
}

TEST(Npz, FlipsInTheDataAreNoticed) {
  Array x = floats({3}, {1, 2, 3});
  std::vector<std::byte> content = formatNpz({{"x", x}});
  size_t header = 30 + 5;
  for (size_t i = header; i < header + formatNpy(x).size(); ++i) {
    std::vector<std::byte> flipped = content;
    flipped[i] ^= std::byte(4);
    EXPECT_THROW(NpzArchive(flipped, "a.npz").read("x"), Error);
  }
}
