//===- TestModels.cpp - small models compiled for tests -------------------===//
//
// One model with the cases that a memory plan must get right.
//
//===----------------------------------------------------------------------===//
#include "TestModels.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "nnc/Conversion/Passes.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include "nnc/InitAllDialects.h"
#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace nnc;

const char nnc::test::kModelText[] = R"mlir(
nn.variable parameter @"m.w" : tensor<2x2xf32> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<2x2xf32>
  nn.yield %c : tensor<2x2xf32>
}
nn.variable state @a : tensor<4xf32> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<1.0> : tensor<4xf32>
  nn.yield %c : tensor<4xf32>
}
nn.variable slot @b : tensor<2x2xf32> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<2x2xf32>
  nn.yield %c : tensor<2x2xf32>
}
nn.variable state @count : tensor<i64> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0> : tensor<i64>
  nn.yield %c : tensor<i64>
}

func.func private @add(%x: memref<4xf32>, %y: memref<4xf32>, %z: memref<4xf32>)
    attributes {kernel.inplace = [[0, 0], [1, 0]]} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %a = memref.load %x[%i] : memref<4xf32>
    %b = memref.load %y[%i] : memref<4xf32>
    %s = arith.addf %a, %b : f32
    memref.store %s, %z[%i] : memref<4xf32>
  }
  return
}

func.func private @matmul(%x: memref<2x2xf32>, %y: memref<2x2xf32>, %z: memref<2x2xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c2 step %c1 {
    scf.for %j = %c0 to %c2 step %c1 {
      memref.store %zero, %z[%i, %j] : memref<2x2xf32>
      scf.for %k = %c0 to %c2 step %c1 {
        %a = memref.load %x[%i, %k] : memref<2x2xf32>
        %b = memref.load %y[%k, %j] : memref<2x2xf32>
        %p = arith.mulf %a, %b : f32
        %s = memref.load %z[%i, %j] : memref<2x2xf32>
        %t = arith.addf %s, %p : f32
        memref.store %t, %z[%i, %j] : memref<2x2xf32>
      }
    }
  }
  return
}

// Needs scratch: reverses through it.
func.func private @reverse(%x: memref<4xf32>, %z: memref<4xf32>, %scratch: memref<16xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %t = memref.view %scratch[%c0][] : memref<16xi8> to memref<4xf32>
  scf.for %i = %c0 to %c4 step %c1 {
    %v = memref.load %x[%i] : memref<4xf32>
    %j = arith.subi %c3, %i : index
    memref.store %v, %t[%j] : memref<4xf32>
  }
  scf.for %i = %c0 to %c4 step %c1 {
    %v = memref.load %t[%i] : memref<4xf32>
    memref.store %v, %z[%i] : memref<4xf32>
  }
  return
}

func.func private @seeded(%seed: memref<i64>, %z: memref<i64>) {
  %v = memref.load %seed[] : memref<i64>
  memref.store %v, %z[] : memref<i64>
  return
}

nn.entry @init(%seed: tensor<i64>) {
  %w = nn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %ones = nn.constant dense<1.0> : tensor<4xf32>
  %zeros = nn.constant dense<0.0> : tensor<2x2xf32>
  %count = kernel.call @seeded(%seed) : (tensor<i64>) -> tensor<i64>
  nn.write @"m.w", %w : tensor<2x2xf32>
  nn.write @a, %ones : tensor<4xf32>
  nn.write @b, %zeros : tensor<2x2xf32>
  nn.write @count, %count : tensor<i64>
  nn.return
}

nn.entry @predict(%x: tensor<4xf32> {nn.name = "x"}) -> (tensor<4xf32> {nn.name = "y"}) {
  %a = nn.read @a : tensor<4xf32>
  %s = kernel.call @add(%x, %a) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = kernel.call @reverse(%s) : (tensor<4xf32>) -> tensor<4xf32>
  nn.return %y : tensor<4xf32>
}

// a += x in place; the old and the new value and their sum are returned.
nn.step @old_and_new(%x: tensor<4xf32> {nn.name = "x"})
    -> (tensor<4xf32> {nn.name = "old"}, tensor<4xf32> {nn.name = "new"}, tensor<4xf32> {nn.name = "sum"}) {
  %old = nn.read @a : tensor<4xf32>
  %new = kernel.call @add(%old, %x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  nn.write @a, %new : tensor<4xf32>
  %again = nn.read @a : tensor<4xf32>
  %sum = kernel.call @add(%again, %new) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  nn.return %again, %new, %sum : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

nn.step @update(%x: tensor<4xf32> {nn.name = "x"}) -> (tensor<4xf32> {nn.name = "new"}) {
  %old = nn.read @a : tensor<4xf32>
  %new = kernel.call @add(%old, %x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  nn.write @a, %new : tensor<4xf32>
  nn.return %new : tensor<4xf32>
}

nn.step @swap() {
  %a = nn.read @a : tensor<4xf32>
  %b = nn.read @b : tensor<2x2xf32>
  %ra = nn.reshape %a : tensor<4xf32> -> tensor<2x2xf32>
  %rb = nn.reshape %b : tensor<2x2xf32> -> tensor<4xf32>
  nn.write @a, %rb : tensor<4xf32>
  nn.write @b, %ra : tensor<2x2xf32>
  nn.return
}

nn.step @multiply(%x: tensor<2x2xf32> {nn.name = "x"}) {
  %w = nn.read @"m.w" : tensor<2x2xf32>
  %p = kernel.call @matmul(%w, %x) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  nn.write @"m.w", %p : tensor<2x2xf32>
  nn.return
}

// One value to two variables and two outputs.
nn.step @spread(%x: tensor<4xf32> {nn.name = "x"})
    -> (tensor<4xf32> {nn.name = "p"}, tensor<4xf32> {nn.name = "q"}) {
  %s = kernel.call @add(%x, %x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %r = nn.reshape %s : tensor<4xf32> -> tensor<2x2xf32>
  nn.write @a, %s : tensor<4xf32>
  nn.write @b, %r : tensor<2x2xf32>
  nn.return %s, %s : tensor<4xf32>, tensor<4xf32>
}

nn.entry @twice(%x: tensor<4xf32> {nn.name = "x"})
    -> (tensor<4xf32> {nn.name = "p"}, tensor<4xf32> {nn.name = "q"}) {
  %s = kernel.call @add(%x, %x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  nn.return %s, %s : tensor<4xf32>, tensor<4xf32>
}

// Inputs, constants and variables as outputs.
nn.entry @pass(%x: tensor<4xf32> {nn.name = "x"})
    -> (tensor<4xf32> {nn.name = "same"}, tensor<2xi16> {nn.name = "constant"},
        tensor<3xi1> {nn.name = "flags"}, tensor<2x2xf32> {nn.name = "w"}) {
  %c = nn.constant dense<[7, -8]> : tensor<2xi16>
  %f = nn.constant dense<[true, false, true]> : tensor<3xi1>
  %w = nn.read @"m.w" : tensor<2x2xf32>
  nn.return %x, %c, %f, %w : tensor<4xf32>, tensor<2xi16>, tensor<3xi1>, tensor<2x2xf32>
}

// Column 0 is an index below 10; column 1 is none.
nn.step @indexed(%i: tensor<2x2xi32> {nn.name = "i",
    nn.index_bounds = [{bound = 10 : i64, offset = 0 : i64, sizes = array<i64: 2>, strides = array<i64: 2>}]}) {
  %c = nn.constant dense<5.0> : tensor<4xf32>
  nn.write @a, %c : tensor<4xf32>
  nn.return
}
)mlir";

CompiledModel nnc::test::compile(const std::string &text,
                                 const std::string &prefix, unsigned optLevel,
                                 const std::string &triple,
                                 const std::string &cpu) {
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  nnc::registerAllDialects(registry);
  MLIRContext context(registry);
  auto module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    std::abort();

  PassManager plan(&context);
  plan.addPass(nn::createMarkIndexBounds());
  plan.addPass(kernel::createPlanMemory());
  if (failed(plan.run(*module)))
    std::abort();
  ModelInterface interface = describeModel(*module, prefix);

  PassManager lower(&context);
  lower.addPass(createSCFToControlFlowPass());
  lower.addPass(createFinalizeMemRefToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  lower.addPass(createConvertFuncToLLVMPass(functions));
  lower.addPass(createArithToLLVMConversionPass());
  lower.addPass(createConvertControlFlowToLLVMPass());
  lower.addPass(createReconcileUnrealizedCastsPass());
  ConvertGraphToLLVMOptions options;
  options.prefix = prefix;
  if (llvm::Triple(triple).isArch32Bit())
    options.sizeBits = 32;
  lower.addPass(createConvertGraphToLLVM(options));
  if (failed(lower.run(*module)))
    std::abort();

  auto target = resolveTarget({triple, cpu, "", optLevel, false});
  if (!target)
    std::abort();
  auto model = compileModel(LoweredModel{*module, *target}, interface);
  if (!model) {
    llvm::errs() << toString(model.takeError()) << "\n";
    std::abort();
  }
  return std::move(*model);
}

nnc::test::Instance::Instance(const nnc_model &model)
    : memory(std::aligned_alloc(model.align, (model.size + model.align - 1) /
                                                 model.align * model.align)) {
  std::memset(memory, 0xa5, model.size);
}

nnc::test::Instance::~Instance() { std::free(memory); }
