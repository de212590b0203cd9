//===- VectorRegisters.cpp - what a target computes vectors in ------------===//
#include "nnc/Target/VectorRegisters.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

nnc::VectorRegisters nnc::getVectorRegisters(llvm::TargetMachine &machine) {
  // LLVM answers for a function; one that asks for the widest registers.
  llvm::LLVMContext context;
  llvm::Module module("registers", context);
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  auto *function = llvm::Function::Create(llvm::FunctionType::get(llvm::Type::getVoidTy(context), false),
                                          llvm::Function::ExternalLinkage, "f", module);
  function->addFnAttr("prefer-vector-width", "512");
  llvm::TargetTransformInfo info = machine.getTargetTransformInfo(*function);
  auto bits = info.getRegisterBitWidth(llvm::TargetTransformInfo::RGK_FixedWidthVector).getFixedValue();
  unsigned count = info.getNumberOfRegisters(info.getRegisterClassForType(/*Vector=*/true));
  if (bits == 0 || count == 0)
    return {32, std::max(info.getNumberOfRegisters(info.getRegisterClassForType(false)), 1u)};
  return {static_cast<unsigned>(bits), count};
}
