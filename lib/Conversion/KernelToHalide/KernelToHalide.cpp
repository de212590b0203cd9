//===- KernelToHalide.cpp - kernels for the Halide plugin -----------------===//
//
// Knows no op by name: the plugin does. Every attribute that is a number, a list
// of numbers or a word goes along.
//
//===----------------------------------------------------------------------===//
#include "nnc/Conversion/KernelToHalide/KernelToHalide.h"
#include "nnc/Conversion/Tasks.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace nnc;

static halide::Element describeElement(Type type) {
  if (type.isF32())
    return halide::Element::F32;
  if (type.isF64())
    return halide::Element::F64;
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return halide::Element::Bool;
  case 8:
    return type.isUnsignedInteger() ? halide::Element::U8 : halide::Element::I8;
  case 16:
    return halide::Element::I16;
  case 32:
    return halide::Element::I32;
  default:
    return halide::Element::I64;
  }
}

static halide::Op describeOp(Operation *op) {
  halide::Op described;
  described.name = op->getName().stripDialect().str();
  for (NamedAttribute attr : op->getAttrs()) {
    std::string name = attr.getName().str();
    if (auto numbers = dyn_cast<DenseI64ArrayAttr>(attr.getValue()))
      described.numbers[name] = numbers.asArrayRef().vec();
    else if (auto number = dyn_cast<IntegerAttr>(attr.getValue()))
      described.numbers[name] = {number.getInt()};
    else if (auto predicate = dyn_cast<nn::PredicateAttr>(attr.getValue()))
      described.numbers[name] = {static_cast<int64_t>(predicate.getValue())};
    else if (isa<UnitAttr>(attr.getValue()))
      described.numbers[name] = {1};
    else if (auto word = dyn_cast<StringAttr>(attr.getValue()))
      described.words[name] = word.str();
    else if (auto splat = dyn_cast<SplatElementsAttr>(attr.getValue())) {
      if (isa<FloatType>(splat.getElementType())) {
        described.real = splat.getSplatValue<APFloat>().convertToDouble();
      } else {
        APInt bits = splat.getSplatValue<APInt>();
        bool isSigned = bits.getBitWidth() > 1 && !splat.getElementType().isUnsignedInteger();
        described.integer = isSigned ? bits.getSExtValue() : bits.getZExtValue();
      }
    }
  }
  return described;
}

halide::Kernel nnc::describeKernel(kernel::FuncOp kernel) {
  halide::Kernel described;
  described.name = "kernel";
  DenseMap<Value, int> numbers;
  auto add = [&](Value value) {
    numbers[value] = described.values.size();
    auto type = cast<RankedTensorType>(value.getType());
    described.values.push_back({describeElement(type.getElementType()), type.getShape().vec()});
    return numbers[value];
  };
  Block &body = kernel.getBody().front();
  for (BlockArgument argument : body.getArguments())
    add(argument);
  described.inputs = body.getNumArguments();
  for (Operation &op : body.without_terminator()) {
    halide::Op one = describeOp(&op);
    for (Value operand : op.getOperands())
      one.operands.push_back(numbers.at(operand));
    for (Value result : op.getResults())
      one.results.push_back(add(result));
    described.ops.push_back(std::move(one));
  }
  for (Value result : body.getTerminator()->getOperands())
    described.results.push_back(numbers.at(result));
  return described;
}

void nnc::declareKernel(kernel::FuncOp kernel, int64_t scratchBytes,
                        ArrayRef<std::pair<int, int>> inPlace, ArrayRef<int64_t> tasks) {
  kernel.getContext()->loadDialect<func::FuncDialect, memref::MemRefDialect>();
  OpBuilder builder(kernel);
  SmallVector<Type> arguments;
  auto addBuffer = [&](Type tensor) {
    auto type = cast<RankedTensorType>(tensor);
    Type element = type.getElementType();
    // Booleans are bytes in memory; memrefs have no signs.
    if (element.isInteger())
      element = builder.getIntegerType(std::max(element.getIntOrFloatBitWidth(), 8u));
    arguments.push_back(MemRefType::get(type.getShape(), element));
  };
  llvm::for_each(kernel.getArgumentTypes(), addBuffer);
  llvm::for_each(kernel.getResultTypes(), addBuffer);
  if (scratchBytes != 0)
    arguments.push_back(MemRefType::get({scratchBytes}, builder.getI8Type()));
  auto function = func::FuncOp::create(builder, kernel.getLoc(), kernel.getSymName(),
                                       builder.getFunctionType(arguments, {}));
  function.setPrivate();
  function->setAttr(kFirstOutputAttrName,
                    builder.getI64IntegerAttr(kernel.getArgumentTypes().size()));
  SmallVector<Attribute> pairs;
  for (auto [input, result] : inPlace)
    pairs.push_back(builder.getI64ArrayAttr({input, result}));
  function->setAttr("kernel.inplace", builder.getArrayAttr(pairs));
  if (!tasks.empty())
    function->setAttr(kTasksAttrName, builder.getDenseI64ArrayAttr(tasks));
  function->setAttr(kBackendAttrName, kernel->getAttr(kBackendAttrName));
  kernel.erase();
}
