//===- KernelRunner.cpp - compiles and calls kernels in a test ------------===//
#include "KernelRunner.h"
#include "nnc/Conversion/KernelToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace nnc::test;
namespace orc = llvm::orc;

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

template <typename T>
static T orDie(llvm::Expected<T> value) {
  if (!value)
    llvm::report_fatal_error(value.takeError());
  return std::move(*value);
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graph;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder passes(&machine);
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(graph);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, graph, modules);
  passes.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
}

CompiledKernels::CompiledKernels(const std::string &text, const Target &target) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto builder = orDie(orc::JITTargetMachineBuilder::detectHost());
  builder.setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
  // As wide as the kernels ask, not as LLVM prefers for this processor.
  auto machine = orDie(builder.createTargetMachine());

  mlir::DialectRegistry registry;
  registry.insert<mlir::affine::AffineDialect, mlir::arith::ArithDialect,
                  mlir::cf::ControlFlowDialect, mlir::func::FuncDialect, mlir::LLVM::LLVMDialect,
                  mlir::linalg::LinalgDialect, mlir::math::MathDialect, mlir::memref::MemRefDialect,
                  mlir::scf::SCFDialect, mlir::vector::VectorDialect>();
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    llvm::report_fatal_error("bad kernel text");
  mlir::PassManager pm(&context);
  nnc::KernelToLLVMOptions options;
  options.vectorBits = target.bits;
  options.vectorRegisters = target.registers;
  options.strict = target.strict;
  options.cacheBytes = target.cacheBytes;
  options.scalar = target.bits == 0;
  nnc::buildKernelToLLVMPipeline(pm, options);
  if (mlir::failed(pm.run(*module)))
    llvm::report_fatal_error("pipeline failed");

  auto llvmContext = std::make_unique<llvm::LLVMContext>();
  auto translated = mlir::translateModuleToLLVMIR(*module, *llvmContext);
  if (!translated)
    llvm::report_fatal_error("translation failed");
  translated->setDataLayout(machine->createDataLayout());
  translated->setTargetTriple(machine->getTargetTriple());
  for (llvm::Function &function : *translated)
    if (!function.isDeclaration()) {
      function.addFnAttr("prefer-vector-width", std::to_string(std::max(target.bits, 128u)));
      function.addFnAttr("target-cpu", machine->getTargetCPU());
      function.addFnAttr("target-features", machine->getTargetFeatureString());
    }
  optimize(*translated, *machine);
  if (getenv("NNC_TEST_DUMP"))
    translated->print(llvm::errs(), nullptr);
  jit = orDie(orc::LLJITBuilder().setJITTargetMachineBuilder(builder).create());
  llvm::cantFail(jit->addIRModule(
      orc::ThreadSafeModule(std::move(translated), std::move(llvmContext))));
}

void CompiledKernels::call(const std::string &name, std::vector<GuardedBuffer> &buffers) {
  auto address = orDie(jit->lookup(name));
  using P = void *;
  auto at = [&](size_t i) { return buffers[i].get(); };
  switch (buffers.size()) {
  case 1:
    return address.toPtr<void(P)>()(at(0));
  case 2:
    return address.toPtr<void(P, P)>()(at(0), at(1));
  case 3:
    return address.toPtr<void(P, P, P)>()(at(0), at(1), at(2));
  case 4:
    return address.toPtr<void(P, P, P, P)>()(at(0), at(1), at(2), at(3));
  case 5:
    return address.toPtr<void(P, P, P, P, P)>()(at(0), at(1), at(2), at(3), at(4));
  default:
    llvm::report_fatal_error("too many buffers for a test");
  }
}
