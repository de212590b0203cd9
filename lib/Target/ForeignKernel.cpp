//===- ForeignKernel.cpp - kernels whose code comes from elsewhere --------===//
//
// Halide's functions take descriptors of buffers and ask a runtime for memory.
// Both have constant sizes here: descriptors are written out, to vanish when the
// function is inlined, and each request of memory gets its own part of the
// scratch, since a kernel neither recurs nor runs beside itself on one scratch.
//
//===----------------------------------------------------------------------===//
#include "nnc/Target/ForeignKernel.h"
#include "AllowedSymbols.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/AttributeMask.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Alignment.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace nnc;

static constexpr StringLiteral bodyName = "kernel";

static Error declined(const Twine &why) {
  return createStringError(inconvertibleErrorCode(), why.str().c_str());
}

//===----------------------------------------------------------------------===//
// The target
//===----------------------------------------------------------------------===//

std::optional<halide::Target> nnc::describeHalideTarget(const CodeOptions &target) {
  halide::Target described;
  described.strict = target.strictFloatingPoint;
  described.cacheBytes = target.cacheBytes;
  auto machine = createTargetMachine(target);
  if (!machine) {
    consumeError(machine.takeError());
    return std::nullopt;
  }
  const MCSubtargetInfo &info = *(*machine)->getMCSubtargetInfo();
  auto has = [&](StringRef features) { return info.checkFeatures(features); };
  // The system makes no difference: the function is internal.
  switch (Triple(target.triple).getArch()) {
  case Triple::x86_64:
    described.architecture = "x86-64-linux";
    for (auto [feature, name] : {std::pair{"+sse4.1", "sse41"}, {"+avx", "avx"}, {"+f16c", "f16c"},
                                 {"+fma", "fma"}, {"+avx2", "avx2"}})
      if (has(feature))
        described.features.push_back(name);
    if (has("+avx512f,+avx512cd,+avx512vl,+avx512bw,+avx512dq,+fma,+f16c")) {
      described.features.push_back("avx512");
      described.features.push_back("avx512_skylake");
    }
    return described;
  case Triple::aarch64:
    described.architecture = "arm-64-linux";
    return described;
  default:
    return std::nullopt;
  }
}

//===----------------------------------------------------------------------===//
// Adoption
//===----------------------------------------------------------------------===//

namespace {
class Adopter {
public:
  Adopter(Module &module, const halide::Kernel &kernel, const halide::Code &code)
      : module(module), kernel(kernel), code(code), builder(module.getContext()) {}

  /// Leaves nothing but the function and what it uses.
  Error clean(TargetMachine &machine, bool contract);
  Error placeMemory();
  void makeBody();
  int64_t scratchBytes = 0;

private:
  Value *describeBuffer(const halide::Tensor &tensor, Value *host);

  Module &module;
  const halide::Kernel &kernel;
  const halide::Code &code;
  IRBuilder<> builder;
  Function *function = nullptr;
};
} // namespace

static bool mayStay(StringRef name) {
  return name.starts_with("llvm.") || is_contained(kAllowedMemoryFunctions, name) ||
         is_contained(kAllowedMathFunctions, name) ||
         (name.consume_back("f") && is_contained(kAllowedMathFunctions, name));
}

/// Halide takes a result's buffer to be aligned like its own where another Func
/// reads it. The caller's are aligned to their elements and no more.
static void limitAlignment(Instruction &instruction) {
  auto limit = [](Type *type) { return Align(std::max(type->getScalarSizeInBits() / 8, 1u)); };
  if (auto *load = dyn_cast<LoadInst>(&instruction)) {
    if (load->getType()->isVectorTy())
      load->setAlignment(std::min(load->getAlign(), limit(load->getType())));
  } else if (auto *store = dyn_cast<StoreInst>(&instruction)) {
    Type *type = store->getValueOperand()->getType();
    if (type->isVectorTy())
      store->setAlignment(std::min(store->getAlign(), limit(type)));
  } else if (auto *call = dyn_cast<CallBase>(&instruction)) {
    bool isMasked = isa<IntrinsicInst>(call) && cast<IntrinsicInst>(call)->getCalledFunction()->getName().starts_with("llvm.masked.");
    for (unsigned i = 0; isMasked && i != call->arg_size(); ++i)
      if (call->getParamAlign(i))
        call->removeParamAttr(i, Attribute::Alignment);
  }
}

Error Adopter::clean(TargetMachine &machine, bool contract) {
  function = module.getFunction(kernel.name);
  if (!function || function->isDeclaration())
    return declined("no function '" + kernel.name + "'");
  for (Function &other : make_early_inc_range(module))
    if (&other != function && !other.isDeclaration() && other.hasExternalLinkage())
      other.eraseFromParent();
  for (NamedMDNode &node : make_early_inc_range(module.named_metadata()))
    node.eraseFromParent();
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  function->setName("halide");
  LLVMContext &context = module.getContext();
  for (Function &each : module) {
    if (each.isDeclaration())
      continue;
    // Processor and options are those of the model's own functions.
    each.setAttributes(each.getAttributes().removeFnAttributes(context));
    each.setDoesNotThrow();
    each.setLinkage(GlobalValue::InternalLinkage);
    for (Instruction &instruction : instructions(each)) {
      limitAlignment(instruction);
      // It says that buffers of different names do not overlap: not so where the
      // plan lets them, nor between kernels, once both are inlined.
      instruction.setMetadata(LLVMContext::MD_tbaa, nullptr);
      if (auto *call = dyn_cast<CallBase>(&instruction))
        call->removeFnAttr(Attribute::NoBuiltin);
      if (!isa<FPMathOperator>(instruction))
        continue;
      FastMathFlags flags;
      flags.setAllowContract(contract);
      instruction.setFastMathFlags(flags);
    }
  }
  function->addFnAttr(Attribute::AlwaysInline);
  return Error::success();
}

/// Every request has a constant size, and a place of its own.
Error Adopter::placeMemory() {
  Value *context = function->getArg(0);
  function->removeParamAttrs(0, AttributeMask(function->getAttributes().getParamAttrs(0)));
  if (Function *allocate = module.getFunction("halide_malloc")) {
    SmallVector<CallInst *> calls;
    for (User *user : allocate->users())
      calls.push_back(cast<CallInst>(user));
    // In the order of the code.
    DenseMap<Instruction *, unsigned> order;
    for (Function &each : module)
      for (Instruction &instruction : instructions(each))
        order[&instruction] = order.size();
    sort(calls, [&](CallInst *a, CallInst *b) { return order[a] < order[b]; });
    for (CallInst *call : calls) {
      auto *bytes = dyn_cast<ConstantInt>(call->getArgOperand(1));
      if (!bytes || call->getFunction() != function)
        return declined("needs memory of a size that is not known when compiling");
      builder.SetInsertPoint(call);
      Value *place = builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), context, scratchBytes);
      call->replaceAllUsesWith(place);
      call->eraseFromParent();
      scratchBytes += alignTo(bytes->getZExtValue(), 64);
    }
    allocate->eraseFromParent();
  }
  if (Function *release = module.getFunction("halide_free")) {
    for (User *user : make_early_inc_range(release->users()))
      cast<CallInst>(user)->eraseFromParent();
    release->eraseFromParent();
  }
  for (Function &each : make_early_inc_range(module))
    if (each.isDeclaration()) {
      if (each.use_empty())
        each.eraseFromParent();
      else if (!mayStay(each.getName()))
        return declined("needs '" + each.getName() + "'");
    }
  return Error::success();
}

/// A halide_buffer_t on the stack, of which only `host` is not constant.
Value *Adopter::describeBuffer(const halide::Tensor &tensor, Value *host) {
  Type *i32 = builder.getInt32Ty(), *i64 = builder.getInt64Ty(), *pointer = builder.getPtrTy();
  auto *type = StructType::get(i64, pointer, pointer, i64, i32, i32, pointer, pointer);
  auto *axis = StructType::get(i32, i32, i32, i32);
  unsigned rank = tensor.shape.size();
  Value *buffer = builder.CreateAlloca(type);
  Value *axes = builder.CreateAlloca(ArrayType::get(axis, rank));
  Constant *null = ConstantPointerNull::get(cast<PointerType>(pointer));
  Value *fields[] = {builder.getInt64(0), null, host, builder.getInt64(0), builder.getInt32(0),
                     builder.getInt32(rank), axes, null};
  for (auto [i, field] : enumerate(fields))
    builder.CreateStore(field, builder.CreateStructGEP(type, buffer, i));
  int64_t stride = 1;
  for (unsigned i = 0; i != rank; ++i) {
    int64_t size = tensor.shape[rank - 1 - i];
    Value *place = builder.CreateConstInBoundsGEP1_64(axis, axes, i);
    const int64_t values[] = {0, size, stride, 0};
    for (auto [field, value] : enumerate(values))
      builder.CreateStore(builder.getInt32(value), builder.CreateStructGEP(axis, place, field));
    stride *= size;
  }
  return buffer;
}

void Adopter::makeBody() {
  Type *pointer = builder.getPtrTy();
  size_t results = kernel.results.size(), buffers = kernel.inputs + results;
  SmallVector<Type *> types(buffers + (scratchBytes != 0), pointer);
  auto *body = Function::Create(FunctionType::get(builder.getVoidTy(), types, false),
                                GlobalValue::ExternalLinkage, bodyName, module);
  body->setDoesNotThrow();
  builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "", body));
  SmallVector<Value *> arguments(buffers + 1);
  arguments[0] = scratchBytes != 0
                     ? static_cast<Value *>(body->getArg(buffers))
                     : ConstantPointerNull::get(cast<PointerType>(pointer));
  int64_t elements = 0;
  for (size_t i = 0; i != buffers; ++i) {
    bool isResult = i >= static_cast<size_t>(kernel.inputs);
    size_t result = i - kernel.inputs;
    const halide::Tensor &tensor = kernel.values[isResult ? kernel.results[result] : i];
    int64_t size = 1;
    for (int64_t extent : tensor.shape)
      size *= extent;
    elements += size;
    size_t place = isResult ? kernel.inputs + code.resultOrder[result] : i;
    arguments[1 + place] = describeBuffer(tensor, body->getArg(i));
    bool shares = any_of(code.inPlace, [&](auto pair) { return pair.second == static_cast<int>(result); });
    if (isResult && !shares)
      body->addParamAttr(i, Attribute::NoAlias);
  }
  if (scratchBytes != 0)
    body->addParamAttr(buffers, Attribute::NoAlias);
  builder.CreateCall(function, arguments);
  builder.CreateRetVoid();
  // Where a call costs nothing beside the work, it stays: profilers see its name.
  if (elements > 4096)
    body->addFnAttr(Attribute::NoInline);
}

Expected<ForeignKernel> nnc::adoptHalideKernel(const halide::Kernel &kernel,
                                               const halide::Code &code,
                                               const CodeOptions &target) {
  auto machine = createTargetMachine(target);
  if (!machine)
    return machine.takeError();
  LLVMContext context;
  auto module = parseBitcodeFile(MemoryBufferRef(code.bitcode, kernel.name), context);
  if (!module)
    return module.takeError();
  Adopter adopter(**module, kernel, code);
  if (Error error = adopter.clean(**machine, /*contract=*/!target.strictFloatingPoint))
    return error;
  if (Error error = adopter.placeMemory())
    return error;
  adopter.makeBody();
  std::string message;
  raw_string_ostream stream(message);
  if (verifyModule(**module, &stream))
    return declined("is not valid: " + message);
  ForeignKernel adopted;
  adopted.scratchBytes = adopter.scratchBytes;
  adopted.inPlace = code.inPlace;
  raw_string_ostream bytes(adopted.bitcode);
  WriteBitcodeToFile(**module, bytes);
  return adopted;
}

//===----------------------------------------------------------------------===//
// Linking
//===----------------------------------------------------------------------===//

Error nnc::linkForeignKernels(Module &module, StringRef prefix, ArrayRef<ForeignKernel> kernels) {
  for (const ForeignKernel &kernel : kernels) {
    auto part = parseBitcodeFile(MemoryBufferRef(kernel.bitcode, kernel.name), module.getContext());
    if (!part)
      return part.takeError();
    std::string name = (prefix + "." + kernel.name).str();
    // A kernel that nothing calls any more is not declared.
    if (!module.getFunction(name))
      continue;
    (*part)->getFunction(bodyName)->setName(name);
    if (Linker::linkModules(module, std::move(*part)))
      return createStringError(inconvertibleErrorCode(), "linking '%s' failed", name.c_str());
    module.getFunction(name)->setLinkage(GlobalValue::InternalLinkage);
  }
  return Error::success();
}
