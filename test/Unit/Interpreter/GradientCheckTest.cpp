//===- GradientCheckTest.cpp - right and wrong gradients ------------------===//
//
// A check that passes what is wrong by one percent is no check: each test of
// what passes has its counterpart with something broken.
//
//===----------------------------------------------------------------------===//
#include "RunHelper.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include "nnc/Interpreter/GradientCheck.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

using namespace nnc;

/// A parameter with random initial values.
static std::string parameter(const std::string &name, const std::string &type) {
  return "nn.variable parameter @\"" + name + "\" : tensor<" + type +
         "> init {\n^bb0(%random: tensor<2xi64>):\n%u = nn.random_normal %random stream 0 : "
         "tensor<" +
         type + ">\nnn.yield %u : tensor<" + type + ">\n}\n";
}

/// Two layers, tanh and a rectifier with dropout, cross-entropy with an index.
static const std::string classifier =
    parameter("m.w1", "8x3xf32") + parameter("m.b1", "8xf32") + parameter("m.w2", "5x8xf32") + R"(
  nn.variable state @random.state : tensor<2xi64> init {
  ^bb0(%random: tensor<2xi64>):
    nn.yield %random : tensor<2xi64>
  }
  nn.step @train(%x: tensor<4x3xf32> {nn.name = "x"}, %label: tensor<4x1xi64> {nn.name = "label"})
      -> (tensor<f32> {nn.name = "loss"}) {
    %w1 = nn.read @m.w1 : tensor<8x3xf32>
    %b1 = nn.read @m.b1 : tensor<8xf32>
    %w2 = nn.read @m.w2 : tensor<5x8xf32>
    %state = nn.read @random.state : tensor<2xi64>
    %a = nn.contract "bi,oi->bo" %x, %w1 : tensor<4x3xf32>, tensor<8x3xf32> -> tensor<4x8xf32>
    %wide = nn.broadcast %b1 [1] : tensor<8xf32> -> tensor<4x8xf32>
    %s = nn.add %a, %wide : tensor<4x8xf32>
    %zero = nn.constant dense<0.0> : tensor<4x8xf32>
    %half = nn.constant dense<0.5> : tensor<4x8xf32>
    %r = nn.max %s, %zero : tensor<4x8xf32>
    %t = nn.tanh %s : tensor<4x8xf32>
    %h0 = nn.add %r, %t : tensor<4x8xf32>
    %u = nn.random_uniform %state stream 0 : tensor<4x8xf32>
    %keep = nn.compare lt %u, %half : tensor<4x8xf32>
    %h = nn.select %keep, %h0, %zero : tensor<4x8xf32>
    %y = nn.contract "bi,oi->bo" %h, %w2 : tensor<4x8xf32>, tensor<5x8xf32> -> tensor<4x5xf32>
    %m = nn.reduce_max %y [1] : tensor<4x5xf32> -> tensor<4xf32>
    %held = nn.stop_gradient %m : tensor<4xf32>
    %mw = nn.broadcast %held [0] : tensor<4xf32> -> tensor<4x5xf32>
    %c = nn.sub %y, %mw : tensor<4x5xf32>
    %e = nn.exp %c : tensor<4x5xf32>
    %z = nn.reduce_sum %e [1] : tensor<4x5xf32> -> tensor<4xf32>
    %l = nn.log %z : tensor<4xf32>
    %flat = nn.reshape %label : tensor<4x1xi64> -> tensor<4xi64>
    %hot = nn.one_hot %flat : tensor<4xi64> -> tensor<4x5xf32>
    %p = nn.mul %hot, %c : tensor<4x5xf32>
    %ps = nn.reduce_sum %p [1] : tensor<4x5xf32> -> tensor<4xf32>
    %d = nn.sub %l, %ps : tensor<4xf32>
    %loss = nn.reduce_sum %d [0] : tensor<4xf32> -> tensor<f32>
    %g1, %gb, %g2 = nn.gradient %loss by %w1, %b1, %w2 : tensor<f32> by tensor<8x3xf32>, tensor<8xf32>, tensor<5x8xf32> -> tensor<8x3xf32>, tensor<8xf32>, tensor<5x8xf32>
    nn.write @m.w1, %g1 : tensor<8x3xf32>
    nn.write @m.b1, %gb : tensor<8xf32>
    nn.write @m.w2, %g2 : tensor<5x8xf32>
    nn.return %loss : tensor<f32>
  })";

static llvm::LogicalResult differentiate(mlir::ModuleOp module) {
  mlir::PassManager manager(module.getContext());
  manager.addPass(nn::createDifferentiate());
  return manager.run(module);
}

/// Writes gradients out and then multiplies the result of one op of `probe` by
/// 1.01: the last that `isChosen`.
static auto breakAnOp(std::function<bool(mlir::Operation &)> isChosen) {
  return [isChosen](mlir::ModuleOp module) {
    if (llvm::failed(differentiate(module)))
      return llvm::failure();
    auto probe = module.lookupSymbol<nn::StepOp>(GradientProbe::kFunctionName);
    for (mlir::Operation &op : llvm::reverse(probe.getBody().front())) {
      if (!isChosen(op))
        continue;
      mlir::OpBuilder builder(module.getContext());
      builder.setInsertionPointAfter(&op);
      auto type = llvm::cast<mlir::RankedTensorType>(op.getResult(0).getType());
      mlir::Value factor = nn::ConstantOp::createSplat(builder, op.getLoc(), type, 1.01);
      auto scaled = nn::MulOp::create(builder, op.getLoc(), type, op.getResult(0), factor);
      op.getResult(0).replaceAllUsesExcept(scaled.getResult(), scaled);
      return llvm::success();
    }
    ADD_FAILURE() << "no op to break";
    return llvm::failure();
  };
}

static llvm::SmallVector<GradientRow> check(Program &program,
                                            const GradientCheckOptions &options = {}) {
  auto step = *program.module->getOps<nn::StepOp>().begin();
  GradientProbe probe = buildGradientProbe(*program.module, step);
  EXPECT_TRUE(llvm::succeeded(mlir::verify(*probe.module)));
  EXPECT_TRUE(llvm::succeeded(mlir::verify(*probe.oracle)));
  auto rows = checkGradients(probe, options);
  EXPECT_TRUE(llvm::succeeded(rows)) << program.errors;
  return llvm::succeeded(rows) ? *rows : llvm::SmallVector<GradientRow>();
}

static void expectAllPass(const std::string &text, unsigned rowCount,
                          const GradientCheckOptions &options = {}) {
  Program program(text);
  llvm::SmallVector<GradientRow> rows = check(program, options);
  EXPECT_EQ(rows.size(), rowCount);
  for (const GradientRow &row : rows) {
    EXPECT_TRUE(row.passed) << row.name << ": " << row.message;
    EXPECT_LE(row.interpretedError, 1e-6);
    EXPECT_GE(row.compared, 4u);
  }
}

TEST(GradientCheck, RightGradientsPass) {
  for (uint64_t seed : {0, 1, 2}) {
    GradientCheckOptions options;
    options.seed = seed;
    expectAllPass(classifier, 3, options);
  }
}

TEST(GradientCheck, OnePercentInOneDerivativeFails) {
  // The last contraction makes one parameter's gradient, the only one that
  // fails; exp is computed once, for the loss and for its derivative.
  Program program(classifier);
  GradientCheckOptions options;
  options.differentiate = breakAnOp([](mlir::Operation &op) { return llvm::isa<nn::ContractOp>(op); });
  unsigned failures = 0;
  for (const GradientRow &row : check(program, options)) {
    failures += !row.passed;
    EXPECT_EQ(row.passed, row.message.empty());
    EXPECT_NEAR(row.interpretedError, row.passed ? 0 : 0.01, 0.002) << row.name;
  }
  EXPECT_EQ(failures, 1u);

  // A derivative of tanh: what follows it fails, w2 does not.
  options.differentiate = breakAnOp([](mlir::Operation &op) {
    auto sub = llvm::dyn_cast<nn::SubOp>(op);
    return sub && llvm::isa_and_present<nn::ConstantOp>(sub.getLhs().getDefiningOp());
  });
  llvm::SmallVector<GradientRow> rows = check(program, options);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_FALSE(rows[0].passed);
  EXPECT_FALSE(rows[1].passed);
  EXPECT_TRUE(rows[2].passed) << rows[2].message;
}

TEST(GradientCheck, CompiledGradientsAreCompared) {
  Program program(classifier);
  for (double factor : {1.0, 1.01}) {
    GradientProbe probe =
        buildGradientProbe(*program.module, *program.module->getOps<nn::StepOp>().begin());
    mlir::OwningOpRef<mlir::ModuleOp> native = (*probe.module).clone();
    ASSERT_TRUE(llvm::succeeded(differentiate(*native)));
    GradientCheckOptions options;
    options.compiled = [&](const ProbePoint &point) {
      Interpreter interpreter(*native, {/*roundVariables=*/true});
      for (auto &[name, value] : point.variables)
        EXPECT_TRUE(llvm::succeeded(interpreter.writeVariable(name, value)));
      auto outputs = interpreter.call(GradientProbe::kFunctionName, point.inputs);
      for (double &value : (*outputs)[2].floats)
        value *= factor;
      return outputs;
    };
    auto rows = checkGradients(probe, options);
    ASSERT_TRUE(llvm::succeeded(rows));
    ASSERT_EQ(rows->size(), 3u);
    for (auto [i, row] : llvm::enumerate(*rows)) {
      bool isRight = factor == 1 || i != 1;
      EXPECT_EQ(row.passed, isRight) << row.name << ": " << row.message;
      ASSERT_TRUE(row.compiledError.has_value());
      EXPECT_LE(row.interpretedError, 1e-6);
      EXPECT_NEAR(*row.compiledError, isRight ? 0 : 0.02, isRight ? 1e-5 : 0.015);
    }
  }
}

// What stop_gradient holds back is held still; the true derivative is 2w.
TEST(GradientCheck, CutsAreHeldStill) {
  const std::string text = parameter("m.w", "3xf32") + R"(
    nn.step @f() -> (tensor<f32>) {
      %w = nn.read @m.w : tensor<3xf32>
      %cut = nn.stop_gradient %w : tensor<3xf32>
      %p = nn.mul %w, %cut : tensor<3xf32>
      %loss = nn.reduce_sum %p [0] : tensor<3xf32> -> tensor<f32>
      %g = nn.gradient %loss by %w : tensor<f32> by tensor<3xf32> -> tensor<3xf32>
      nn.write @m.w, %g : tensor<3xf32>
      nn.return %loss : tensor<f32>
    })";
  expectAllPass(text, 1);
}

// A loss that holds a gradient, by an input and by a parameter.
TEST(GradientCheck, GradientsOfGradients) {
  const std::string text = parameter("m.w", "3xf32") + R"(
    nn.step @f(%x: tensor<3xf32> {nn.name = "x"}) -> (tensor<f32>) {
      %w = nn.read @m.w : tensor<3xf32>
      %p = nn.mul %w, %x : tensor<3xf32>
      %t = nn.tanh %p : tensor<3xf32>
      %s = nn.reduce_sum %t [0] : tensor<3xf32> -> tensor<f32>
      %gx = nn.gradient %s by %x : tensor<f32> by tensor<3xf32> -> tensor<3xf32>
      %q = nn.mul %gx, %gx : tensor<3xf32>
      %penalty = nn.reduce_sum %q [0] : tensor<3xf32> -> tensor<f32>
      %loss = nn.add %s, %penalty : tensor<f32>
      %g = nn.gradient %loss by %w : tensor<f32> by tensor<3xf32> -> tensor<3xf32>
      nn.write @m.w, %g : tensor<3xf32>
      nn.return %loss : tensor<f32>
    })";
  expectAllPass(text, 2);
  Program program(text);
  llvm::SmallVector<GradientRow> rows = check(program);
  EXPECT_EQ(rows[0].name, "x");
  EXPECT_EQ(rows[1].name, "m.w");
}

// Some inputs give no finite loss, and zero-initialised parameters sit on the
// kink of a rectifier; both are avoided.
TEST(GradientCheck, AvoidsBadPoints) {
  const std::string text = R"(
    nn.variable parameter @m.w : tensor<20xf32> init {
    ^bb0(%random: tensor<2xi64>):
      %zero = nn.constant dense<0.0> : tensor<20xf32>
      nn.yield %zero : tensor<20xf32>
    }
    nn.step @f(%x: tensor<20xf32> {nn.name = "x"}) -> (tensor<f32>) {
      %w = nn.read @m.w : tensor<20xf32>
      %l = nn.log %x : tensor<20xf32>
      %p = nn.mul %w, %l : tensor<20xf32>
      %zero = nn.constant dense<0.0> : tensor<20xf32>
      %r = nn.max %zero, %p : tensor<20xf32>
      %a = nn.abs %w : tensor<20xf32>
      %sum = nn.add %a, %r : tensor<20xf32>
      %loss = nn.reduce_sum %sum [0] : tensor<20xf32> -> tensor<f32>
      %g = nn.gradient %loss by %w : tensor<f32> by tensor<20xf32> -> tensor<20xf32>
      nn.write @m.w, %g : tensor<20xf32>
      nn.return %loss : tensor<f32>
    })";
  expectAllPass(text, 1);
}

TEST(GradientCheck, ALossThatIsNeverFiniteFails) {
  Program program(parameter("m.w", "2xf32") + R"(
    nn.step @f() -> (tensor<f32>) {
      %w = nn.read @m.w : tensor<2xf32>
      %q = nn.mul %w, %w : tensor<2xf32>
      %n = nn.neg %q : tensor<2xf32>
      %l = nn.log %n : tensor<2xf32>
      %loss = nn.reduce_sum %l [0] : tensor<2xf32> -> tensor<f32>
      %g = nn.gradient %loss by %w : tensor<f32> by tensor<2xf32> -> tensor<2xf32>
      nn.write @m.w, %g : tensor<2xf32>
      nn.return %loss : tensor<f32>
    })");
  llvm::SmallVector<GradientRow> rows = check(program);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_FALSE(rows[0].passed);
  EXPECT_NE(rows[0].message.find("not finite"), std::string::npos);
}

// Thousands of rectifiers have kinks within any large step.
TEST(GradientCheck, ManyKinks) {
  const std::string text = parameter("m.w", "8xf64") + R"(
    nn.step @f(%x: tensor<4000x8xf64> {nn.name = "x"}) -> (tensor<f64>) {
      %w = nn.read @m.w : tensor<8xf64>
      %a = nn.contract "bi,i->b" %x, %w : tensor<4000x8xf64>, tensor<8xf64> -> tensor<4000xf64>
      %zero = nn.constant dense<0.0> : tensor<4000xf64>
      %r = nn.max %zero, %a : tensor<4000xf64>
      %loss = nn.reduce_sum %r [0] : tensor<4000xf64> -> tensor<f64>
      %g = nn.gradient %loss by %w : tensor<f64> by tensor<8xf64> -> tensor<8xf64>
      nn.write @m.w, %g : tensor<8xf64>
      nn.return %loss : tensor<f64>
    })";
  expectAllPass(text, 1);
  Program program(text);
  GradientCheckOptions options;
  options.differentiate = breakAnOp([](mlir::Operation &op) { return llvm::isa<nn::ContractOp>(op); });
  EXPECT_FALSE(check(program, options)[0].passed);
}
