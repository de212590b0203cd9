//===- InterpreterTest.cpp - variables, calls and refusals ----------------===//
#include "RunHelper.h"
#include "nnc/Support/InverseNormal.h"
#include "nnc/Support/NameHash.h"

using namespace nnc;

static const char *const swapText = R"(
  nn.variable parameter @"m.a" : tensor<f32> init {
  ^bb0(%random: tensor<2xi64>):
    %u = nn.random_uniform %random stream 0 : tensor<f32>
    nn.yield %u : tensor<f32>
  }
  nn.variable state @"m.b" : tensor<f32> init {
  ^bb0(%random: tensor<2xi64>):
    %c = nn.constant dense<2.0> : tensor<f32>
    nn.yield %c : tensor<f32>
  }
  nn.step @swap(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
    %a = nn.read @"m.a" : tensor<f32>
    nn.write @"m.b", %a : tensor<f32>
    %b = nn.read @"m.b" : tensor<f32>
    nn.write @"m.a", %b : tensor<f32>
    %sum = nn.add %a, %x : tensor<f32>
    nn.return %b, %sum : tensor<f32>, tensor<f32>
  }
  nn.step @bad(%i: tensor<i32>) -> (tensor<2xf32>) {
    %b = nn.read @"m.b" : tensor<f32>
    %two = nn.add %b, %b : tensor<f32>
    nn.write @"m.b", %two : tensor<f32>
    %y = nn.one_hot %i : tensor<i32> -> tensor<2xf32>
    nn.return %y : tensor<2xf32>
  }
)";

static Numbers read(Program &program, llvm::StringRef name) {
  const Tensor *value = program.interpreter->readVariable(name);
  return value ? numbersOf(*value) : Numbers();
}

TEST(Interpreter, InitialValuesFollowFromSeedAndName) {
  Program program(swapText);
  EXPECT_EQ(read(program, "m.a"), Numbers{});
  ASSERT_TRUE(llvm::succeeded(program.interpreter->initialize(5)));
  float expected = toUniformF32(drawWords(5 + hashName("m.a"), 0, 0, 0));
  EXPECT_EQ(read(program, "m.a"), Numbers{double(expected)});
  EXPECT_EQ(read(program, "m.b"), Numbers{2});
  EXPECT_EQ(program.interpreter->readVariable("m.c"), nullptr);
}

// Reads give the old values wherever they stand; writes take effect at the end.
TEST(Interpreter, SwapsVariables) {
  Program program(swapText);
  ASSERT_TRUE(llvm::succeeded(program.interpreter->initialize(0)));
  auto type = program.interpreter->readVariable("m.a")->type;
  ASSERT_TRUE(llvm::succeeded(program.interpreter->writeVariable("m.a", makeTensor(type, {1}))));
  EXPECT_EQ(program.call("swap", {{10}}), (std::vector<Numbers>{{2}, {11}}));
  EXPECT_EQ(read(program, "m.a"), Numbers{2});
  EXPECT_EQ(read(program, "m.b"), Numbers{1});
}

TEST(Interpreter, AFailedCallChangesNothing) {
  Program program(swapText);
  ASSERT_TRUE(llvm::succeeded(program.interpreter->initialize(0)));
  EXPECT_TRUE(program.call("bad", {{2}}).empty());
  EXPECT_NE(program.errors.find("index 2 "), std::string::npos);
  EXPECT_EQ(read(program, "m.b"), Numbers{2});
  EXPECT_EQ(program.call("bad", {{1}}).size(), 1u);
  EXPECT_EQ(read(program, "m.b"), Numbers{4});
}

TEST(Interpreter, RefusesWhatDoesNotFit) {
  Program program(swapText);
  auto f32 = mlir::RankedTensorType::get({}, mlir::Float32Type::get(&getContext()));
  EXPECT_TRUE(llvm::failed(program.interpreter->call("swap", {Tensor(f32)})));
  EXPECT_EQ(program.errors, "'m.a' has no value yet\n");
  ASSERT_TRUE(llvm::succeeded(program.interpreter->initialize(0)));
  auto refusal = [&](llvm::StringRef name, llvm::ArrayRef<Tensor> inputs) {
    program.errors.clear();
    EXPECT_TRUE(llvm::failed(program.interpreter->call(name, inputs)));
    return program.errors;
  };
  EXPECT_EQ(refusal("nothing", {}), "no entry or step is named 'nothing'\n");
  EXPECT_EQ(refusal("m.a", {}), "no entry or step is named 'm.a'\n");
  EXPECT_EQ(refusal("swap", {}), "'swap' has 1 inputs but is called with 0\n");
  auto f64 = mlir::RankedTensorType::get({}, mlir::Float64Type::get(&getContext()));
  EXPECT_EQ(refusal("swap", {Tensor(f64)}),
            "input 0 of 'swap' is 'tensor<f32>' but is given 'tensor<f64>'\n");
  EXPECT_TRUE(llvm::failed(program.interpreter->writeVariable("m.a", Tensor(f64))));
  EXPECT_TRUE(llvm::failed(program.interpreter->writeVariable("m.c", Tensor(f32))));
}

TEST(Interpreter, RefusesGradientsAndHugeTensors) {
  Program gradient(R"(
    nn.entry @f(%x: tensor<f32>) -> (tensor<f32>) {
      %g = nn.gradient %x by %x : tensor<f32> by tensor<f32> -> tensor<f32>
      nn.return %g : tensor<f32>
    })");
  EXPECT_TRUE(gradient.call("f", {{1}}).empty());
  EXPECT_EQ(gradient.errors, "'nn.gradient' cannot be interpreted: run nn-differentiate first\n");
  Program huge(R"(
    nn.entry @f() -> (tensor<1000000x1000000xf32>) {
      %g = nn.iota 0 : tensor<1000000x1000000xf32>
      nn.return %g : tensor<1000000x1000000xf32>
    })");
  EXPECT_TRUE(huge.call("f", {}).empty());
  EXPECT_EQ(huge.errors, "'tensor<1000000x1000000xf32>' is too large for the interpreter\n");
}

// f32 values stay doubles unless rounding at the boundary is asked for.
TEST(Interpreter, RoundsVariablesOnRequest) {
  const std::string text = R"(
    nn.variable state @s : tensor<f32> init {
    ^bb0(%random: tensor<2xi64>):
      %c = nn.constant dense<0.0> : tensor<f32>
      nn.yield %c : tensor<f32>
    }
    nn.step @f(%x: tensor<f32>, %y: tensor<f32>) -> (tensor<f32>) {
      %q = nn.div %x, %y : tensor<f32>
      nn.write @s, %q : tensor<f32>
      nn.return %q : tensor<f32>
    })";
  for (bool round : {false, true}) {
    Program program(text, {round});
    ASSERT_TRUE(llvm::succeeded(program.interpreter->initialize(0)));
    double expected = round ? double(float(1.0 / 3)) : 1.0 / 3;
    EXPECT_EQ(program.call("f", {{1}, {3}}), (std::vector<Numbers>{{expected}}));
    EXPECT_EQ(read(program, "s"), Numbers{expected});
  }
}
