//===- WideIntegersTest.cpp - operations written out give the same --------===//
//
// Runs what is written out for 32-bit processors on this one, beside the
// processor's own operations.
//
//===----------------------------------------------------------------------===//
#include "nnc/Target/WideIntegers.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Triple.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace llvm;

static const char *const text = R"(
define i64 @udiv(i64 %a, i64 %b) { %r = udiv i64 %a, %b ret i64 %r }
define i64 @sdiv(i64 %a, i64 %b) { %r = sdiv i64 %a, %b ret i64 %r }
define i64 @urem(i64 %a, i64 %b) { %r = urem i64 %a, %b ret i64 %r }
define i64 @srem(i64 %a, i64 %b) { %r = srem i64 %a, %b ret i64 %r }
define float @sf(i64 %a) { %r = sitofp i64 %a to float ret float %r }
define float @uf(i64 %a) { %r = uitofp i64 %a to float ret float %r }
define double @sd(i64 %a) { %r = sitofp i64 %a to double ret double %r }
define double @ud(i64 %a) { %r = uitofp i64 %a to double ret double %r }
define i64 @fs(float %a) { %r = fptosi float %a to i64 ret i64 %r }
define i64 @ds(double %a) { %r = fptosi double %a to i64 ret i64 %r }
define i64 @du(double %a) { %r = fptoui double %a to i64 ret i64 %r }
define float @lane(i64 %a, i64 %b) {
  %v = insertelement <2 x i64> poison, i64 %a, i32 0
  %w = insertelement <2 x i64> %v, i64 %b, i32 1
  %f = sitofp <2 x i64> %w to <2 x float>
  %r = extractelement <2 x float> %f, i32 1
  ret float %r
}
)";

TEST(WideIntegers, AreTheSame) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  auto context = std::make_unique<LLVMContext>();
  SMDiagnostic error;
  std::unique_ptr<Module> module = parseAssemblyString(text, error, *context);
  ASSERT_TRUE(module) << error.getMessage().str();
  nnc::expandWideIntegers(*module);
  for (Function &function : *module)
    for (Instruction &op : instructions(function)) {
      unsigned code = op.getOpcode();
      bool divides = code == Instruction::UDiv || code == Instruction::SDiv ||
                     code == Instruction::URem || code == Instruction::SRem;
      bool fromLong =
          (code == Instruction::SIToFP || code == Instruction::UIToFP) &&
          op.getOperand(0)->getType()->getScalarSizeInBits() == 64;
      bool toLong =
          (code == Instruction::FPToSI || code == Instruction::FPToUI) &&
          op.getType()->getScalarSizeInBits() == 64;
      EXPECT_FALSE(divides || fromLong || toLong) << function.getName().str();
    }
  auto jit = cantFail(orc::LLJITBuilder().create());
  cantFail(jit->addIRModule(
      orc::ThreadSafeModule(std::move(module), std::move(context))));
  auto find = [&]<class T>(const char *name, T *) {
    return cantFail(jit->lookup(name)).template toPtr<T *>();
  };
  using U = uint64_t;
  using S = int64_t;
  auto *udiv = find("udiv", static_cast<U (*)(U, U)>(nullptr));
  auto *sdiv = find("sdiv", static_cast<S (*)(S, S)>(nullptr));
  auto *urem = find("urem", static_cast<U (*)(U, U)>(nullptr));
  auto *srem = find("srem", static_cast<S (*)(S, S)>(nullptr));
  auto *sf = find("sf", static_cast<float (*)(S)>(nullptr));
  auto *uf = find("uf", static_cast<float (*)(U)>(nullptr));
  auto *sd = find("sd", static_cast<double (*)(S)>(nullptr));
  auto *ud = find("ud", static_cast<double (*)(U)>(nullptr));
  auto *fs = find("fs", static_cast<S (*)(float)>(nullptr));
  auto *ds = find("ds", static_cast<S (*)(double)>(nullptr));
  auto *du = find("du", static_cast<U (*)(double)>(nullptr));
  auto *lane = find("lane", static_cast<float (*)(S, S)>(nullptr));

  std::mt19937_64 random(1);
  std::vector<U> values = {0,
                           1,
                           2,
                           3,
                           0x7fffffff,
                           0x80000000,
                           0xffffffff,
                           0x100000000,
                           (U(1) << 53) + 1,
                           (U(1) << 63) - 1,
                           U(1) << 63,
                           ~U(0),
                           ~U(0) - 1};
  // Halfway between two floats, and one beside.
  for (U half :
       {(U(1) << 24) + 1, ((U(1) << 24) + 1) << 20, ((U(1) << 25) + 3) << 33})
    values.insert(values.end(), {half, half + 1, half - 1});
  for (int i = 0; i != 3000; ++i)
    values.push_back(random() >> (random() % 64));
  for (size_t i = 0; i != values.size(); ++i) {
    U a = values[i], b = values[(i * 7 + 5) % values.size()];
    if (b != 0) {
      EXPECT_EQ(udiv(a, b), a / b);
      EXPECT_EQ(urem(a, b), a % b);
    }
    if (b != 0 && !(a == U(1) << 63 && b == ~U(0))) {
      EXPECT_EQ(sdiv(a, b), S(a) / S(b));
      EXPECT_EQ(srem(a, b), S(a) % S(b));
    }
    EXPECT_EQ(sf(a), static_cast<float>(S(a))) << a;
    EXPECT_EQ(uf(a), static_cast<float>(a)) << a;
    EXPECT_EQ(sd(a), static_cast<double>(S(a))) << a;
    EXPECT_EQ(ud(a), static_cast<double>(a)) << a;
    EXPECT_EQ(lane(b, a), static_cast<float>(S(a))) << a;
    double real = std::ldexp(static_cast<double>(S(random())),
                             -static_cast<int>(random() % 70));
    EXPECT_EQ(ds(real), static_cast<S>(real)) << real;
    EXPECT_EQ(fs(static_cast<float>(real / 2)),
              static_cast<S>(static_cast<float>(real / 2)))
        << real;
    EXPECT_EQ(du(std::abs(real)), static_cast<U>(std::abs(real))) << real;
  }
}

TEST(WideIntegers, WhoNeedsThem) {
  EXPECT_TRUE(nnc::needsWideIntegers(Triple("armv7-linux-gnueabihf")));
  EXPECT_TRUE(nnc::needsWideIntegers(Triple("i686-linux-gnu")));
  EXPECT_FALSE(nnc::needsWideIntegers(Triple("wasm32-unknown-unknown")));
  EXPECT_FALSE(nnc::needsWideIntegers(Triple("x86_64-linux-gnu")));
}
