//===- VariableOps.cpp - legal variables and functions --------------------===//
//
// Symbols are checked from their users; what a function does as a whole, from
// the function.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace nnc::nn;

//===----------------------------------------------------------------------===//
// VariableOp
//===----------------------------------------------------------------------===//

LogicalResult VariableOp::verifyRegions() {
  Block &body = getInit().front();
  auto state = RankedTensorType::get({2}, IntegerType::get(getContext(), 64));
  if (body.getNumArguments() != 1)
    return emitOpError() << "init region must have one argument, of type "
                         << state << ", but has " << body.getNumArguments();
  if (body.getArgument(0).getType() != state)
    return emitOpError() << "init region's argument must have type " << state
                         << " but has " << body.getArgument(0).getType();
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!yield)
    return emitOpError() << "init region must end in 'nn.yield' but ends in '"
                         << body.back().getName() << "'";
  if (yield.getValue().getType() != getType()) {
    InFlightDiagnostic diag = yield.emitOpError()
                              << "gives " << yield.getValue().getType()
                              << " but variable '" << getSymName() << "' is "
                              << getType();
    diag.attachNote(getLoc()) << "the variable is defined here";
    return diag;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// EntryOp and StepOp
//===----------------------------------------------------------------------===//

static ParseResult parseFunction(OpAsmParser &parser, OperationState &result,
                                 StringAttr typeName, StringAttr argAttrsName,
                                 StringAttr resAttrsName) {
  auto buildType = [](Builder &builder, ArrayRef<Type> inputs,
                      ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(inputs, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false, typeName, buildType,
      argAttrsName, resAttrsName);
}

/// Inputs and outputs are tensors, and their names are strings and distinct.
template <typename FunctionOp>
static LogicalResult verifyFunction(FunctionOp op) {
  auto checkSide = [&](StringRef side, TypeRange types,
                       auto getAttr) -> LogicalResult {
    llvm::StringMap<unsigned> names;
    for (auto [i, type] : llvm::enumerate(types)) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor || !tensor.hasStaticShape() || !isRepresentable(tensor))
        return op.emitOpError()
               << side << " " << i
               << " must be a tensor of static shape and less than 2^63 bytes "
                  "but is "
               << type;
      if (!isElement(tensor.getElementType()))
        return op.emitOpError()
               << side << " " << i << " has element type "
               << tensor.getElementType()
               << " but must have one of f32, f64, i1, i8, ui8, i16, i32, i64";
      Attribute attribute = getAttr(i);
      if (!attribute)
        continue;
      auto name = dyn_cast<StringAttr>(attribute);
      if (!name)
        return op.emitOpError() << "'nn.name' of " << side << " " << i
                                << " must be a string but is " << attribute;
      auto [entry, isNew] = names.try_emplace(name.getValue(), i);
      if (!isNew)
        return op.emitOpError()
               << side << "s " << entry->second << " and " << i
               << " are both named '" << name.getValue() << "'";
    }
    return success();
  };
  if (failed(checkSide("input", op.getArgumentTypes(), [&](unsigned i) {
        return op.getArgAttr(i, "nn.name");
      })))
    return failure();
  return checkSide("output", op.getResultTypes(),
                   [&](unsigned i) { return op.getResultAttr(i, "nn.name"); });
}

/// No variable is written twice.
template <typename FunctionOp>
static LogicalResult verifyWrites(FunctionOp op) {
  llvm::DenseMap<StringAttr, WriteOp> written;
  for (WriteOp write : op.getBody().template getOps<WriteOp>()) {
    auto [entry, isNew] =
        written.try_emplace(write.getVariableAttr().getAttr(), write);
    if (isNew)
      continue;
    InFlightDiagnostic diag =
        write.emitOpError() << "writes '" << write.getVariable()
                            << "' a second time in '" << op.getSymName() << "'";
    diag.attachNote(entry->second.getLoc()) << "the first write is here";
    return diag;
  }
  return success();
}

/// The string attribute, or a made-up name that lives as long as the context.
static StringRef nameOr(StringAttr name, MLIRContext *context, StringRef prefix,
                        unsigned index) {
  if (!name)
    name = StringAttr::get(context, prefix + Twine(index));
  return name.getValue();
}

ParseResult EntryOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseFunction(parser, result, getFunctionTypeAttrName(result.name),
                       getArgAttrsAttrName(result.name),
                       getResAttrsAttrName(result.name));
}

void EntryOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

LogicalResult EntryOp::verify() { return verifyFunction(*this); }
LogicalResult EntryOp::verifyRegions() { return verifyWrites(*this); }

StringRef EntryOp::getInputName(unsigned index) {
  return nameOr(getArgAttrOfType<StringAttr>(index, "nn.name"), getContext(),
                "arg", index);
}

StringRef EntryOp::getOutputName(unsigned index) {
  return nameOr(getResultAttrOfType<StringAttr>(index, "nn.name"), getContext(),
                "result", index);
}

ParseResult StepOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseFunction(parser, result, getFunctionTypeAttrName(result.name),
                       getArgAttrsAttrName(result.name),
                       getResAttrsAttrName(result.name));
}

void StepOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

LogicalResult StepOp::verify() { return verifyFunction(*this); }
LogicalResult StepOp::verifyRegions() { return verifyWrites(*this); }

StringRef StepOp::getInputName(unsigned index) {
  return nameOr(getArgAttrOfType<StringAttr>(index, "nn.name"), getContext(),
                "arg", index);
}

StringRef StepOp::getOutputName(unsigned index) {
  return nameOr(getResultAttrOfType<StringAttr>(index, "nn.name"), getContext(),
                "result", index);
}

//===----------------------------------------------------------------------===//
// ReturnOp
//===----------------------------------------------------------------------===//

LogicalResult ReturnOp::verify() {
  auto function = cast<FunctionOpInterface>((*this)->getParentOp());
  ArrayRef<Type> expected = function.getResultTypes();
  if (getNumOperands() != expected.size())
    return emitOpError() << "has " << getNumOperands() << " operands but '"
                         << function.getName() << "' has " << expected.size()
                         << " outputs";
  for (auto [i, type] : llvm::enumerate(expected))
    if (getOperand(i).getType() != type)
      return emitOpError() << "operand " << i << " has type "
                           << getOperand(i).getType() << " but output " << i
                           << " of '" << function.getName() << "' is " << type;
  return success();
}

//===----------------------------------------------------------------------===//
// ReadOp and WriteOp
//===----------------------------------------------------------------------===//

/// The symbol is a variable of the value's type.
static LogicalResult verifyAccess(Operation *op, FlatSymbolRefAttr symbol,
                                  Type type, SymbolTableCollection &symbols) {
  Operation *target = symbols.lookupNearestSymbolFrom(op, symbol);
  if (!target)
    return op->emitOpError()
           << "names '" << symbol.getValue() << "', which does not exist";
  auto variable = dyn_cast<VariableOp>(target);
  if (!variable) {
    InFlightDiagnostic diag = op->emitOpError()
                              << "names '" << symbol.getValue()
                              << "', which is no variable but a '"
                              << target->getName() << "'";
    diag.attachNote(target->getLoc())
        << "'" << symbol.getValue() << "' is defined here";
    return diag;
  }
  if (variable.getType() != type) {
    InFlightDiagnostic diag =
        op->emitOpError() << "has type " << type << " but variable '"
                          << symbol.getValue() << "' is " << variable.getType();
    diag.attachNote(variable.getLoc()) << "the variable is defined here";
    return diag;
  }
  return success();
}

LogicalResult ReadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyAccess(*this, getVariableAttr(), getResult().getType(), symbols);
}

LogicalResult WriteOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyAccess(*this, getVariableAttr(), getValue().getType(), symbols);
}
