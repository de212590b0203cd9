//===- KernelOps.cpp - what is a legal kernel -----------------------------===//
//
// The kernel dialect's registration, printing and verification.
//
//===----------------------------------------------------------------------===//
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nnc::kernel;

#include "nnc/Dialect/Kernel/IR/KernelDialect.cpp.inc"
#include "nnc/Dialect/Kernel/IR/KernelEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "nnc/Dialect/Kernel/IR/KernelAttributes.cpp.inc"
#define GET_OP_CLASSES
#include "nnc/Dialect/Kernel/IR/KernelOps.cpp.inc"

void KernelDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "nnc/Dialect/Kernel/IR/KernelAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "nnc/Dialect/Kernel/IR/KernelOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// FuncOp
//===----------------------------------------------------------------------===//

ParseResult nnc::kernel::FuncOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> inputs, ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(inputs, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false, getFunctionTypeAttrName(result.name),
      buildType, getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void nnc::kernel::FuncOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, *this, /*isVariadic=*/false,
                                           getFunctionTypeAttrName(), getArgAttrsAttrName(),
                                           getResAttrsAttrName());
}

LogicalResult nnc::kernel::ReturnOp::verify() {
  FunctionType type = cast<kernel::FuncOp>((*this)->getParentOp()).getFunctionType();
  if (type.getResults() != TypeRange(getValues()))
    return emitOpError() << "returns " << TypeRange(getValues()) << " but its kernel is " << type;
  return success();
}

//===----------------------------------------------------------------------===//
// CallOp
//===----------------------------------------------------------------------===//

LogicalResult nnc::kernel::CallOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (getPlaces() && getPlaces()->size() != getNumResults())
    return emitOpError() << "has " << getNumResults() << " results but "
                         << getPlaces()->size() << " places";
  Operation *callee = symbols.lookupNearestSymbolFrom(*this, getKernelAttr());
  if (!callee)
    return emitOpError() << "calls '" << getKernel() << "', which does not exist";
  auto kernel = dyn_cast<kernel::FuncOp>(callee);
  if (!kernel) {
    // Lowered already, to memrefs or to pointers: the memory plan's checker and
    // the conversion of the call look at the signature.
    if (isa<FunctionOpInterface>(callee))
      return success();
    return emitOpError() << "calls '" << getKernel() << "', which is no kernel";
  }
  FunctionType expected = kernel.getFunctionType();
  if (expected.getInputs() != TypeRange(getInputs()) || expected.getResults() != getResultTypes())
    return emitOpError() << "has type "
                         << FunctionType::get(getContext(), getOperandTypes(), getResultTypes())
                         << " but '" << getKernel() << "' is " << expected;
  return success();
}
