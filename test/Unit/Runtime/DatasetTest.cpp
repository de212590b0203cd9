//===- DatasetTest.cpp - Tests of data sets -------------------------------===//
//
// Conversion, matching of arrays to inputs, shuffling and splitting.
//
//===----------------------------------------------------------------------===//

#include "TestSupport.h"
#include "nnc/Runtime/Data/Npy.h"
#include "nnc/Runtime/Data/Npz.h"
#include "nnc/Runtime/Data/Shuffle.h"
#include "nnc/Runtime/Standardize.h"
#include <cmath>
#include <limits>
#include <set>

using namespace nnc::runtime;
using namespace nnc::runtime::test;

static Port port(const std::string &name, Shape shape,
                 ElementType type = ElementType::F32) {
  Port result;
  result.name = name;
  result.shape = std::move(shape);
  result.type = type;
  return result;
}

template <class T>
static std::string conversion(ElementType from, T value, ElementType to) {
  Array array = makeArray<T>(from, {1, 2}, {T(1), value});
  testing::internal::CaptureStderr();
  std::string result;
  try {
    result = fmt::format("{}", convert(array, to, "f", "x").at(1));
  } catch (const Error &error) {
    result = error.what();
  }
  std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(said.empty(), result.find("is no") != std::string::npos);
  return result;
}

TEST(Convert, KeepsWhatFits) {
  using enum ElementType;
  EXPECT_EQ(conversion<double>(F64, 0.5, F32), "0.5");
  EXPECT_EQ(conversion<int64_t>(I64, -7, I32), "-7");
  EXPECT_EQ(conversion<uint8_t>(U8, 255, F32), "255");
  EXPECT_EQ(conversion<double>(F64, 3, I32), "3");
  EXPECT_EQ(conversion<int64_t>(I64, 1 << 24, F32), "16777216");
  EXPECT_EQ(conversion<uint8_t>(U8, 1, Bool), "1");
  EXPECT_EQ(conversion<double>(F64, -2147483648.0, I32), "-2147483648");
  EXPECT_EQ(conversion<uint64_t>(U64, 7, I64), "7");
}

TEST(Convert, RefusesWhatDoesNotFit) {
  using enum ElementType;
  EXPECT_EQ(conversion<double>(F64, 1e39, F32),
            "array 'x' is float64 and its value 1e+39 at [0, 1] is no float32");
  EXPECT_EQ(conversion<int64_t>(I64, 1l << 31, I32),
            "array 'x' is int64 and its value 2147483648 at [0, 1] is no "
            "int32");
  EXPECT_EQ(conversion<double>(F64, 2.5, I32),
            "array 'x' is float64 and its value 2.5 at [0, 1] is no int32");
  for (double value :
       {2147483648.0, -2147483649.0, std::numeric_limits<double>::quiet_NaN(),
        std::numeric_limits<double>::infinity()})
    EXPECT_NE(conversion<double>(F64, value, I32).find("is no int32"),
              std::string::npos);
  EXPECT_NE(conversion<int64_t>(I64, (1 << 24) + 1, F32).find("is no float32"),
            std::string::npos);
  EXPECT_NE(conversion<int64_t>(I64, INT64_MAX, F64).find("is no float64"),
            std::string::npos);
  EXPECT_NE(conversion<uint64_t>(U64, UINT64_MAX, I64).find("is no int64"),
            std::string::npos);
  EXPECT_NE(conversion<uint8_t>(U8, 2, Bool).find("is no bool"),
            std::string::npos);
}

TEST(Dataset, OneColumnFitsBothForms) {
  Dataset data;
  data.add(floats({3}, {1, 2, 3}), port("t", {4, 1}), NonFinite::Refuse, "f");
  data.add(floats({3, 1}, {4, 5, 6}), port("u", {4}), NonFinite::Refuse, "f");
  EXPECT_EQ(data.rows(), 3);
  EXPECT_NE(data.find(port("t", {64, 1})), nullptr);
  EXPECT_EQ(data.find(port("t", {4, 2})), nullptr);
  EXPECT_EQ(data.find(port("t", {4, 1}, ElementType::F64)), nullptr);
}

TEST(Dataset, RefusesWhatDoesNotMatch) {
  Dataset data;
  data.add(floats({2, 3}, {1, 2, 3, 4, 5, 6}), port("x", {4, 3}),
           NonFinite::Refuse, "f");
  EXPECT_EQ(errorOf([&] {
              data.add(floats({3}, {1, 2, 3}), port("t", {4}),
                       NonFinite::Refuse, "f");
            }),
            "f: array 't' has 3 samples, and 'x' has 2");
  EXPECT_EQ(errorOf([&] {
              data.add(floats({2, 2}, {1, 2, 3, 4}), port("y", {4, 3}),
                       NonFinite::Refuse, "f");
            }),
            "f: array 'y' is float32[2, 2], and input 'y' is f32[N, 3]");
  float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(errorOf([&] {
              data.add(floats({2, 2}, {1, 2, 3, nan}), port("z", {4, 2}),
                       NonFinite::Refuse, "f");
            }),
            "f: array 'z' holds nan at [1, 1] (row 1, from 0)");
  data.add(floats({2, 2}, {1, 2, 3, nan}), port("z", {4, 2}), NonFinite::Allow,
           "f");
}

TEST(Dataset, ReadsEveryKindOfSource) {
  TemporaryFolder folder;
  Array x = floats({2, 2}, {1, 2, 3, 4}), t = floats({2}, {5, 6});
  folder.write("d.npz", formatNpz({{"x", x}, {"t", t}}));
  std::filesystem::create_directory(folder / "d");
  folder.write("d/x.npy", formatNpy(x));
  folder.write("d/t.npy", formatNpy(t));
  folder.write("d.csv", "x0,x1,t\n1,2,5\n3,4,6\n");
  for (const std::string &path :
       {folder / "d.npz", folder / "d", folder / "d.csv",
        "t=" + folder / "d.npz" + ":t,x=" + folder / "d/x.npy"}) {
    auto source = openSource(path, {});
    Dataset data;
    data.add(*source, port("x", {4, 2}), NonFinite::Refuse);
    data.add(*source, port("t", {4}), NonFinite::Refuse);
    EXPECT_EQ(data.rows(), 2) << path;
    EXPECT_EQ(data.columns()[0].values.bytes, x.bytes) << path;
    EXPECT_EQ(data.columns()[1].values.bytes, t.bytes) << path;
    std::string message =
        errorOf([&] { data.add(*source, port("q", {4}), NonFinite::Refuse); });
    EXPECT_NE(message.find("there is no data for input 'q' of f32[N]"),
              std::string::npos);
    // It lists what there is.
    EXPECT_NE(message.find("t", message.find(';')), std::string::npos);
  }
  EXPECT_EQ(errorOf([&] { openSource(folder / "none.npz", {}); }),
            (folder / "none.npz") + ": cannot open: No such file or directory");
  folder.write("d.xyz", "");
  EXPECT_NE(errorOf([&] {
              openSource(folder / "d.xyz", {});
            }).find("unknown kind of data"),
            std::string::npos);
  errorOf([&] { openSource(folder / "d.npz", {{"x", {"a"}}}); },
          ExitWrongUsage);
}

TEST(Shuffle, IsAPermutationThatDependsOnSeedAndEpoch) {
  std::vector<int64_t> order = permutation(1, Purpose::Order, 0, 1000);
  EXPECT_EQ(std::set<int64_t>(order.begin(), order.end()).size(), 1000u);
  EXPECT_EQ(order, permutation(1, Purpose::Order, 0, 1000));
  EXPECT_NE(order, permutation(2, Purpose::Order, 0, 1000));
  EXPECT_NE(order, permutation(1, Purpose::Order, 1, 1000));
  EXPECT_NE(order, permutation(1, Purpose::Split, 0, 1000));
  // The same on every machine and in every version.
  EXPECT_EQ(permutation(0, Purpose::Order, 0, 8),
            (std::vector<int64_t>{7, 6, 3, 4, 0, 5, 1, 2}));
}

TEST(Shuffle, EveryPlaceIsEquallyLikely) {
  constexpr int count = 6, rounds = 6000;
  int seen[count][count] = {};
  for (int epoch = 0; epoch < rounds; ++epoch) {
    std::vector<int64_t> order = permutation(7, Purpose::Order, epoch, count);
    for (int i = 0; i < count; ++i)
      ++seen[i][order[i]];
  }
  // A thousand each, give or take five standard deviations.
  for (auto &row : seen)
    for (int times : row)
      EXPECT_NEAR(times, rounds / count, 150);
}

TEST(Shuffle, SplitsOnce) {
  Dataset data;
  data.add(Array(ElementType::F32, {100}), port("x", {4}), NonFinite::Refuse,
           "f");
  DataView training = allRows(data);
  DataView part = takePart(training, 0.2, 3);
  EXPECT_EQ(part.size(), 20);
  EXPECT_EQ(training.size(), 80);
  EXPECT_TRUE(std::is_sorted(part.rows.begin(), part.rows.end()));
  std::set<int64_t> all(part.rows.begin(), part.rows.end());
  all.insert(training.rows.begin(), training.rows.end());
  EXPECT_EQ(all.size(), 100u);
  DataView again = allRows(data);
  EXPECT_EQ(takePart(again, 0.2, 3).rows, part.rows);
  again = allRows(data);
  EXPECT_NE(takePart(again, 0.2, 4).rows, part.rows);
  again = allRows(data);
  EXPECT_EQ(takePart(again, 0.001, 4).size(), 1);
}

TEST(Standardize, UsesThePopulationDeviation) {
  Dataset data;
  // The second feature is constant and no short binary fraction.
  data.add(floats({4, 2}, {1, .1f, 2, .1f, 6, .1f, 100, .1f}),
           port("x", {4, 2}), NonFinite::Refuse, "f");
  std::vector<int64_t> rows = {0, 1, 2};
  Moments moments = momentsOf(data.columns()[0], rows, 2);
  EXPECT_DOUBLE_EQ(moments.mean[0], 3);
  EXPECT_DOUBLE_EQ(moments.deviation[0], std::sqrt(14.0 / 3));
  EXPECT_FLOAT_EQ(moments.mean[1], .1f);
  EXPECT_EQ(moments.deviation[1], 1);
  Moments whole = momentsOf(data.columns()[0], rows, 1);
  EXPECT_NEAR(whole.mean[0], (9 + .3) / 6, 1e-7);
}
