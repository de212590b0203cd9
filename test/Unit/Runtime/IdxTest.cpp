//===- IdxTest.cpp - Tests of IDX and gzip --------------------------------===//
//
// Reading IDX files, whole, broken and compressed.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Idx.h"
#include "TestSupport.h"
#include "nnc/Runtime/Data/Dataset.h"
#include "nnc/Runtime/Data/Gzip.h"
#include <zlib.h>

using namespace nnc::runtime;
using namespace nnc::runtime::test;

namespace {
std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> result;
  for (int value : values)
    result.push_back(static_cast<std::byte>(value));
  return result;
}

/// Two images of 2 by 3.
std::vector<std::byte> images() {
  return bytes({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,  0,  0,
                0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255});
}

std::vector<std::byte> gzip(Bytes content) {
  std::vector<std::byte> result(compressBound(content.size()) + 64);
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8,
                         Z_DEFAULT_STRATEGY),
            Z_OK);
  stream.next_in =
      reinterpret_cast<Bytef *>(const_cast<std::byte *>(content.data()));
  stream.avail_in = content.size();
  stream.next_out = reinterpret_cast<Bytef *>(result.data());
  stream.avail_out = result.size();
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}
} // namespace

TEST(Idx, ReadsEveryType) {
  Array array = parseIdx(images(), "i");
  EXPECT_EQ(toString(array.type, array.shape), "u8[2, 2, 3]");
  EXPECT_EQ(array.at(0), 1);
  EXPECT_EQ(array.at(11), 255);
  EXPECT_EQ(parseIdx(bytes({0, 0, 9, 1, 0, 0, 0, 1, 0xfe}), "i").at(0), -2);
  EXPECT_EQ(
      parseIdx(bytes({0, 0, 11, 1, 0, 0, 0, 2, 1, 2, 0xff, 0xfe}), "i").at(1),
      -2);
  EXPECT_EQ(parseIdx(bytes({0, 0, 12, 1, 0, 0, 0, 1, 0, 1, 0, 2}), "i").at(0),
            65538);
  EXPECT_EQ(
      parseIdx(bytes({0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0}), "i").at(0),
      1.5);
  EXPECT_EQ(
      parseIdx(bytes({0, 0, 14, 1, 0, 0, 0, 1, 0xc0, 0, 0, 0, 0, 0, 0, 0}), "i")
          .at(0),
      -2);
}

TEST(Idx, RefusesBrokenFiles) {
  expectEveryPrefixRefused(images(),
                           [](const auto &part) { parseIdx(part, "i"); });
  refusedFlips(images(), [](const auto &content) { parseIdx(content, "i"); });
  std::vector<std::byte> longer = images();
  longer.push_back({});
  EXPECT_EQ(errorOf([&] { parseIdx(longer, "i"); }),
            "i: is longer than it should be: the header says uint8[2, 2, 3], "
            "and 13 bytes of values follow");
  longer.resize(20);
  EXPECT_EQ(errorOf([&] { parseIdx(longer, "i"); }),
            "i: is cut short: the header says uint8[2, 2, 3], and 4 bytes of "
            "values follow");
  EXPECT_EQ(errorOf([&] { parseIdx(bytes({0, 0, 8, 3, 0}), "i"); }),
            "i: is cut short: the header of an IDX file of 3 axes has 16 "
            "bytes, and the file has 5");
  EXPECT_EQ(errorOf([&] { parseIdx(bytes({1, 0, 8, 1}), "i"); }),
            "i: is no IDX file or is cut short");
  // A shape whose product does not fit 64 bits.
  EXPECT_EQ(errorOf([&] {
              parseIdx(bytes({0, 0, 14, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                              0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
                       "i");
            }),
            "i: is cut short: the header says float64[4294967295, 4294967295, "
            "4294967295], and 0 bytes of values follow");
}

TEST(Gzip, ReadsMembersAndRefusesTheRest) {
  std::vector<std::byte> one = gzip(images());
  EXPECT_EQ(gunzip(one, "g"), images());
  std::vector<std::byte> both = one, twice = images();
  append(both, Bytes(one));
  append(twice, Bytes(images()));
  EXPECT_EQ(gunzip(both, "g"), twice);
  std::vector<std::byte> zeros(1 << 20);
  EXPECT_EQ(gunzip(gzip(zeros), "g"), zeros);
  expectEveryPrefixRefused(one, [](const auto &part) { gunzip(part, "g"); });
  // A flip in the checksum, the size or the data; a few bits of the header
  // say nothing about the content.
  EXPECT_GT(
      refusedFlips(one, [](const auto &content) { gunzip(content, "g"); }),
      (one.size() - 10) * 8 - 1);
  EXPECT_EQ(errorOf([] { gunzip(bytes({1, 2, 3}), "g"); }),
            "g: is no gzip file, or is cut short or corrupt");
}

TEST(Idx, FeedsInputs) {
  TemporaryFolder folder;
  std::string plain = folder.write("train-images.idx3-ubyte", images());
  std::string packed = folder.write("images.gz", gzip(images()));
  std::string table =
      folder.write("t.csv.gz", gzip(bytesOf("a,b\n1,2\n3,4\n")));
  nnc_port image{"image", NNC_F32, 4, {-1, 1, 2, 3}};
  nnc_port label{"b", NNC_I32, 1, {-1}};
  testing::internal::CaptureStderr();
  for (const std::string &path : {plain, packed}) {
    Dataset data;
    auto source = openSource("image=" + path, {});
    data.add(*source, Port(image), NonFinite::Refuse);
    EXPECT_EQ(toString(data.columns()[0].values.shape), "[2, 1, 2, 3]");
    EXPECT_EQ(data.columns()[0].values.at(11), 255);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            plain +
                ": remark: array 'image' is converted from uint8 to "
                "float32\n" +
                packed +
                ": remark: array 'image' is converted from uint8 to float32\n");
  Dataset data;
  data.add(*openSource(table, {}), Port(label), NonFinite::Refuse);
  EXPECT_EQ(data.columns()[0].values.at(1), 4);

  std::string text = folder.write("labels-idx1-ubyte", "hello");
  std::string other = folder.write("x.dat", "hello");
  EXPECT_EQ(errorOf([&] { readArray(text, "x"); }),
            text + ": is no IDX file or is cut short");
  EXPECT_EQ(errorOf([&] { readArray(other, "x"); }),
            other + ": unknown kind of array: expected .npy, archive.npz:key "
                    "or IDX");
  EXPECT_EQ(errorOf([&] { readArray(folder / "no", "x"); }),
            (folder / "no") + ": cannot open: No such file or directory");
}
