//===- MathTest.cpp - functions against the C library ---------------------===//
//
// Every f32 function over its whole range, against the double precision of the
// C library: error in units of the last place, and the extremes.
//
//===----------------------------------------------------------------------===//
#include "KernelRunner.h"
#include <gtest/gtest.h>
#include <cmath>
#include <limits>

using namespace nnc::test;

namespace {

struct Function {
  const char *op;
  double (*reference)(double);
  double low, high;
  /// Largest error allowed, in units of the last place.
  double ulp;
};

void PrintTo(const Function &function, std::ostream *os) { *os << function.op; }

const Function functions[] = {
    {"exp", std::exp, -104, 89, 1.5},      {"log", std::log, 1e-44, 3e38, 1.5},
    {"log1p", std::log1p, -0.999, 1e6, 3}, {"expm1", std::expm1, -20, 88, 3},
    {"tanh", std::tanh, -12, 12, 3},       {"erf", std::erf, -5, 5, 5},
    {"sin", std::sin, -100, 100, 4},       {"cos", std::cos, -100, 100, 4},
    {"sqrt", std::sqrt, 0, 1e30, 0.51},    {"floor", std::floor, -1e4, 1e4, 0},
    {"ceil", std::ceil, -1e4, 1e4, 0},     {"roundeven", std::nearbyint, -1e4, 1e4, 0},
};

constexpr int count = 4099;

std::string textOf(const Function &function) {
  std::string n = std::to_string(count);
  return "func.func @f(%x: memref<" + n + "xf32>, %y: memref<" + n + R"(xf32>) attributes {kernel.first_output = 1 : i64, kernel.inplace = []} {
    linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
        iterator_types = ["parallel"]} ins(%x : memref<)" + n + "xf32>) outs(%y : memref<" + n + R"(xf32>) {
    ^bb0(%a: f32, %o: f32):
      %r = math.)" + function.op + R"( %a : f32
      linalg.yield %r : f32
    }
    return
  })";
}

class Math : public testing::TestWithParam<Function> {};

TEST_P(Math, StaysWithinItsError) {
  const Function &function = GetParam();
  CompiledKernels kernels(textOf(function), {512, 32});
  std::vector<GuardedBuffer> buffers{GuardedBuffer(count * 4), GuardedBuffer(count * 4)};
  double worst = 0, where = 0;
  auto check = [&] {
    kernels.call("f", buffers);
    for (int i = 0; i != count; ++i) {
      float x = buffers[0].as<float>()[i], y = buffers[1].as<float>()[i];
      double wanted = function.reference(x);
      float rounded = wanted;
      if (std::isnan(wanted) || std::isinf(rounded) || std::isnan(y)) {
        EXPECT_TRUE(std::isnan(wanted) ? std::isnan(y) : y == rounded)
            << function.op << "(" << x << ") is " << y << ", not " << rounded;
        continue;
      }
      double unit = std::ldexp(1.0, std::max(std::ilogb(rounded == 0 ? 1e-45f : rounded), -126) - 23);
      double error = std::abs(y - wanted) / unit;
      if (error > worst) {
        worst = error;
        where = x;
      }
    }
  };
  // Evenly spaced, then near zero by orders of magnitude, then by bits.
  float *x = buffers[0].as<float>();
  for (int i = 0; i != count; ++i)
    x[i] = function.low + (function.high - function.low) * i / (count - 1);
  check();
  for (int i = 0; i != count; ++i)
    x[i] = std::min(function.high,
                    std::max(function.low, (i % 2 ? -1 : 1) * std::exp(-60 + 62.0 * i / count)));
  check();
  for (int i = 0; i != count; ++i)
    x[i] = i % 9 == 0   ? 1 - i * 1e-5f
           : i % 9 == 1 ? 1 + i * 1e-6f
                        : std::max(function.low, std::min(function.high, i * 0.013));
  check();
  printf("%s: %.2f ulp at %.9g\n", function.op, worst, where);
  EXPECT_LE(worst, function.ulp) << "at " << where;
}

TEST_P(Math, HandlesExtremes) {
  const Function &function = GetParam();
  CompiledKernels kernels(textOf(function), {256, 16});
  std::vector<GuardedBuffer> buffers{GuardedBuffer(count * 4), GuardedBuffer(count * 4)};
  float infinity = std::numeric_limits<float>::infinity();
  const float extremes[] = {0.0f,  -0.0f,  infinity, -infinity, NAN,     1e4f,   -1e4f, 1e-45f,
                            -1e-45f, 1e-39f, -1e-39f,  3.4e38f,   -3.4e38f, 88.7f, -88.7f, -1.0f,
                            1.0f,  -0.5f,  -103.9f,  1e-10f};
  for (int i = 0; i != count; ++i)
    buffers[0].as<float>()[i] = extremes[i % std::size(extremes)];
  kernels.call("f", buffers);
  for (size_t i = 0; i != std::size(extremes); ++i) {
    float x = extremes[i], y = buffers[1].as<float>()[i];
    // Far from 0 the phase of sin and cos is not promised.
    if (std::abs(x) > 1e5f && std::isfinite(x) && (function.reference == static_cast<double (*)(double)>(std::sin) ||
                                function.reference == static_cast<double (*)(double)>(std::cos))) {
      EXPECT_LE(std::abs(y), 1.0f) << x;
      continue;
    }
    float wanted = function.reference(x);
    if (std::isnan(wanted))
      EXPECT_TRUE(std::isnan(y)) << function.op << "(" << x << ") is " << y;
    else if (std::isinf(wanted) || wanted == 0)
      EXPECT_EQ(y, wanted) << function.op << "(" << x << ")";
    else
      EXPECT_NEAR(y, wanted, std::abs(wanted) * 1e-6 + 1.5e-45) << function.op << "(" << x << ")";
  }
}

INSTANTIATE_TEST_SUITE_P(Functions, Math, testing::ValuesIn(functions),
                         [](const auto &info) { return std::string(info.param.op); });

} // namespace
