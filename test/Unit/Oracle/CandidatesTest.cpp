//===- CandidatesTest.cpp - what the tuner times --------------------------===//
//
// Of each kernel's schedules the model of costs leaves a few, and none that no
// processor with these registers runs well.
//
//===----------------------------------------------------------------------===//
#include "Candidates.h"
#include "Harness.h"
#include "mlir/Parser/Parser.h"
#include "nnc/Conversion/KernelSchedule.h"
#include "gmock/gmock.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::test;
using testing::AllOf;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// MLIR's candidates for a kernel of one op, on a processor with 16 registers of
/// 8 floats and half a MiB of second-level cache.
static std::vector<std::string> listFor(const std::string &arguments, const std::string &op,
                                        const std::string &result) {
  std::unique_ptr<MLIRContext> context = makeCompilerContext();
  auto module = parseSourceString<ModuleOp>("kernel.func @k(" + arguments + ") -> " + result + " {\n%y = " + op +
                                                "\nkernel.return %y : " + result + "\n}",
                                            context.get());
  EXPECT_TRUE(module);
  CodeOptions options;
  options.cpu = "x86-64-v3";
  auto target = resolveTarget(options);
  EXPECT_TRUE(bool(target));
  std::vector<std::string> schedules;
  for (const driver::Candidate &candidate :
       driver::listCandidates(*module->getOps<kernel::FuncOp>().begin(), *target, nullptr)) {
    EXPECT_EQ(candidate.backend, "mlir");
    EXPECT_EQ(findScheduleMistake(candidate.schedule), "");
    schedules.push_back(candidate.schedule);
  }
  return schedules;
}

static std::vector<std::string> listProduct(int64_t m, int64_t k, int64_t n) {
  auto type = [](int64_t a, int64_t b) {
    return "tensor<" + std::to_string(a) + "x" + std::to_string(b) + "xf32>";
  };
  return listFor("%a: " + type(m, k) + ", %b: " + type(k, n),
                 "nn.contract \"mk,kn->mn\" %a, %b : " + type(m, k) + ", " + type(k, n) + " -> " + type(m, n),
                 type(m, n));
}

TEST(Candidates, TilesFitTheRegisters) {
  std::vector<std::string> schedules = listProduct(96, 96, 96);
  EXPECT_EQ(schedules.size(), 5u);
  for (const std::string &schedule : schedules) {
    int rows = 0, columns = 0;
    ASSERT_EQ(sscanf(schedule.c_str(), "rows=%d columns=%d", &rows, &columns), 2) << schedule;
    EXPECT_LE(rows * columns + columns + 1, 16) << schedule;
    // Enough sums to hide the time that one takes.
    EXPECT_GE(rows * columns, 8) << schedule;
  }
  // A tile of 6 by 2 fills 96 rows without a rest, and loads least.
  EXPECT_EQ(schedules.front(), "rows=6 columns=2");
}

TEST(Candidates, RowsAreNoMoreThanThereAre) {
  for (const std::string &schedule : listProduct(5, 64, 64))
    EXPECT_THAT(schedule, testing::AnyOf(StartsWith("rows=4 "), StartsWith("rows=5 "))) << schedule;
}

TEST(Candidates, CacheIsForWhatItDoesNotHold) {
  EXPECT_THAT(listProduct(64, 64, 64), Not(Contains(StartsWith("cache="))));
  EXPECT_THAT(listProduct(1024, 1024, 1024), AllOf(Contains("cache=256"), Contains("cache=1024"), Contains("cache=2048")));
}

TEST(Candidates, WinogradIsForWindowsOfThree) {
  auto list = [](int64_t window) {
    std::string w = "tensor<8x4x" + std::to_string(window) + "x" + std::to_string(window) + "xf32>";
    std::string result = "tensor<2x8x" + std::to_string(17 - window) + "x" + std::to_string(17 - window) + "xf32>";
    return listFor("%x: tensor<2x4x16x16xf32>, %w: " + w,
                   "nn.conv %x, %w strides [1, 1] low [0, 0] high [0, 0] dilations [1, 1] groups 1 : tensor<2x4x16x16xf32>, " +
                       w + " -> " + result,
                   result);
  };
  EXPECT_THAT(list(3), AllOf(Contains("winograd=0"), Contains("winograd=1")));
  EXPECT_THAT(list(5), Not(Contains(StartsWith("winograd="))));
}

TEST(Candidates, OthersHaveNone) {
  EXPECT_THAT(listFor("%x: tensor<64x96xf32>", "nn.tanh %x : tensor<64x96xf32>", "tensor<64x96xf32>"), IsEmpty());
}
