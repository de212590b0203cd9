//===- SpeedTest.cpp - arithmetic per second of products ------------------===//
//
// Not part of the suite: --gtest_also_run_disabled_tests prints GFLOP/s.
//
//===----------------------------------------------------------------------===//
#include "KernelRunner.h"
#include <gtest/gtest.h>
#include <chrono>

using namespace nnc::test;

static double bestSeconds(CompiledKernels &kernels, const std::string &name,
                          std::vector<GuardedBuffer> &buffers, double flops) {
  int turns = std::max(1, static_cast<int>(2e8 / flops));
  double best = 1e9;
  for (int sample = 0; sample != 12; ++sample) {
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i != turns; ++i)
      kernels.call(name, buffers);
    std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count() / turns);
  }
  return best;
}

TEST(DISABLED_Speed, Matmul) {
  for (int n : {256, 512, 1024}) {
    std::string s = std::to_string(n), type = "memref<" + s + "x" + s + "xf32>";
    std::string text = "func.func @mm(%a: " + type + ", %b: " + type + ", %c: " + type + R"()
      attributes {kernel.inplace = []} {
      %zero = arith.constant 0.0 : f32
      linalg.fill ins(%zero : f32) outs(%c : )" + type + R"()
      linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
        affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%a, %b : )" + type + ", " + type + ") outs(%c : " + type + R"() {
      ^bb0(%x: f32, %y: f32, %z: f32):
        %p = arith.mulf %x, %y : f32
        %r = arith.addf %z, %p : f32
        linalg.yield %r : f32
      }
      return
    })";
    CompiledKernels kernels(text, {512, 32});
    std::vector<GuardedBuffer> buffers;
    for (int i = 0; i != 3; ++i)
      buffers.emplace_back(size_t(4) * n * n);
    double flops = 2.0 * n * n * n;
    printf("matmul %d: %.1f GFLOP/s\n", n, flops / bestSeconds(kernels, "mm", buffers, flops) / 1e9);
  }
}

TEST(DISABLED_Speed, Conv) {
  std::string text = R"(func.func @conv(%x: memref<16x32x18x18xf32>, %w: memref<64x32x5x5xf32>,
      %y: memref<16x64x14x14xf32>) attributes {kernel.inplace = []} {
    %zero = arith.constant 0.0 : f32
    linalg.fill ins(%zero : f32) outs(%y : memref<16x64x14x14xf32>)
    linalg.generic {indexing_maps = [
        affine_map<(n, o, p, q, c, h, w) -> (n, c, p + h, q + w)>,
        affine_map<(n, o, p, q, c, h, w) -> (o, c, h, w)>,
        affine_map<(n, o, p, q, c, h, w) -> (n, o, p, q)>],
        iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
        ins(%x, %w : memref<16x32x18x18xf32>, memref<64x32x5x5xf32>) outs(%y : memref<16x64x14x14xf32>) {
    ^bb0(%a: f32, %b: f32, %z: f32):
      %m = arith.mulf %a, %b : f32
      %r = arith.addf %z, %m : f32
      linalg.yield %r : f32
    }
    return
  })";
  CompiledKernels kernels(text, {512, 32});
  std::vector<GuardedBuffer> buffers;
  buffers.emplace_back(4 * 16 * 32 * 18 * 18);
  buffers.emplace_back(4 * 64 * 32 * 25);
  buffers.emplace_back(4 * 16 * 64 * 14 * 14);
  double flops = 2.0 * 16 * 64 * 14 * 14 * 32 * 25;
  printf("conv: %.1f GFLOP/s\n", flops / bestSeconds(kernels, "conv", buffers, flops) / 1e9);
}
