//===- RandomTest.cpp - bits, uniform and normal numbers ------------------===//
#include "RunHelper.h"
#include "nnc/Support/InverseNormal.h"
#include "nnc/Support/NameHash.h"

using namespace nnc;

// The known answers of Random123, threefry2x32 with 20 rounds.
TEST(Random, ThreefryKnownAnswers) {
  Words zeros = threefry({0, 0}, {0, 0});
  EXPECT_EQ(zeros.first, 0x6b200159u);
  EXPECT_EQ(zeros.second, 0x99ba4efeu);
  Words ones = threefry({~0u, ~0u}, {~0u, ~0u});
  EXPECT_EQ(ones.first, 0x1cb996fcu);
  EXPECT_EQ(ones.second, 0xbb002be7u);
  Words pi = threefry({0x13198a2eu, 0x03707344u}, {0x243f6a88u, 0x85a308d3u});
  EXPECT_EQ(pi.first, 0xc4923a9cu);
  EXPECT_EQ(pi.second, 0x483df7a0u);
}

TEST(Random, NameHashKnownAnswers) {
  EXPECT_EQ(hashName(""), 0xcbf29ce484222325u);
  EXPECT_EQ(hashName("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(hashName("foobar"), 0x85944171f73967e8u);
}

// Quantiles of the normal distribution: around the middle and in both tails.
TEST(Random, InverseNormal) {
  expectNear({inverseNormal(0.5), inverseNormal(0.25), inverseNormal(0.001),
              inverseNormal(1e-20), inverseNormal(0.975)},
             {0, -0.67448975019608174, -3.0902323061678132, -9.2623400897984158,
              1.9599639845400543});
  expectNear({inverseNormalShort(0.25), inverseNormalShort(0.001), inverseNormalShort(1e-20)},
             {-0.67448975019608174, -3.0902323061678132, -9.2623400897984158}, 1e-6);
}

// With key and counter zero: the first known answer.
TEST(Random, OpsUseTheirWords) {
  double first = 0x6b200159, second = 0x99ba4efe;
  EXPECT_EQ(evaluate("nn.random_bits %a stream 0 : tensor<1xi32>", {"2xi64"}, "1xi32", {{0, 0}}),
            Numbers{first});
  EXPECT_EQ(
      evaluate("nn.random_uniform %a stream 0 : tensor<1xf32>", {"2xi64"}, "1xf32", {{0, 0}}),
      Numbers{double(0x6b2001) / 16777216});
  uint64_t wide = (uint64_t(0x6b200159) << 32 | uint64_t(second)) >> 11;
  EXPECT_EQ(evaluate("nn.random_uniform %a stream 0 : tensor<f64>", {"2xi64"}, "f64", {{0, 0}}),
            Numbers{double(wide) / 9007199254740992.0});
  double p = (first + 0.5) / 4294967296.0;
  EXPECT_EQ(evaluate("nn.random_normal %a stream 0 : tensor<f64>", {"2xi64"}, "f64", {{0, 0}}),
            Numbers{inverseNormal(p)});
  Numbers shortNormal =
      evaluate("nn.random_normal %a stream 0 : tensor<f32>", {"2xi64"}, "f32", {{0, 0}});
  EXPECT_EQ(shortNormal, Numbers{double(float(inverseNormalShort(p)))});
}

// The stream is part of the key, the element's place and the state's second
// number are the counter.
TEST(Random, KeyAndCounter) {
  int64_t seed = 0x0000000500000006, counter = 0x0000000900000007;
  Numbers bits =
      evaluate("nn.random_bits %a stream 3 : tensor<2x2xi32>", {"2xi64"}, "2x2xi32",
               {{static_cast<double>(seed), static_cast<double>(counter)}});
  Numbers expected;
  for (uint32_t i = 0; i < 4; ++i)
    expected.push_back(static_cast<int32_t>(threefry({6 ^ 3, 5}, {i, 7}).first));
  EXPECT_EQ(bits, expected);
}
