//===- ForeignKernel.cpp - kernels whose code comes from elsewhere --------===//
//
// Halide's functions take descriptors of buffers and ask a runtime for memory and
// for loops in parallel. All have constant sizes here: descriptors are written
// out, to vanish when the function is inlined; each request of memory gets its
// own part of the scratch, since a kernel neither recurs nor runs beside itself
// on one scratch; and turns of a parallel loop are tasks as those of MLIR's
// kernels are (Conversion/Tasks.h), each with a scratch of its own.
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
  Error findLoops();
  Error placeMemory();
  Error checkNeeds();
  void makeTasks();
  void makeBody();
  int64_t scratchBytes = 0;
  std::vector<int64_t> getTasks() const;

private:
  /// A parallel loop.
  struct Loop {
    CallInst *call;
    /// Runs one turn.
    Function *turn;
    int64_t tasks;
    /// Memory that a turn asks for.
    int64_t bytes = 0;
  };

  Value *describeBuffer(const halide::Tensor &tensor, Value *host);

  Module &module;
  const halide::Kernel &kernel;
  const halide::Code &code;
  IRBuilder<> builder;
  /// Of the whole kernel. Its first argument is the address of what it and its
  /// tasks have from nnc: the scratch and the instance.
  Function *function = nullptr;
  SmallVector<Loop> loops;
  /// Before what the turns of loops have.
  int64_t ownBytes = 0;
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
    if (&other != function && !other.isDeclaration() && other.hasExternalLinkage() && other.use_empty())
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
    each.removeParamAttrs(0, AttributeMask(each.getAttributes().getParamAttrs(0)));
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

/// The calls of a function of the runtime, in the order of the code.
static SmallVector<CallInst *> findCalls(Module &module, StringRef name) {
  SmallVector<CallInst *> calls;
  for (Function &each : module)
    for (Instruction &instruction : instructions(each))
      if (auto *call = dyn_cast<CallInst>(&instruction); call && call->getCalledFunction() && call->getCalledFunction()->getName() == name)
        calls.push_back(call);
  return calls;
}

/// Loops are parallel in the function itself only, from 0 to a constant.
Error Adopter::findLoops() {
  for (CallInst *call : findCalls(module, "halide_do_par_for")) {
    auto *turn = dyn_cast<Function>(call->getArgOperand(1));
    auto *first = dyn_cast<ConstantInt>(call->getArgOperand(2)), *count = dyn_cast<ConstantInt>(call->getArgOperand(3));
    if (!turn || !first || !first->isZero() || !count || call->getFunction() != function)
      return declined("has a parallel loop of which the turns are not known when compiling");
    loops.push_back({call, turn, count->getSExtValue()});
  }
  return Error::success();
}

std::vector<int64_t> Adopter::getTasks() const {
  std::vector<int64_t> tasks;
  for (const Loop &loop : loops)
    tasks.push_back(loop.tasks);
  return tasks;
}

/// Every request has a constant size, and a place of its own.
Error Adopter::placeMemory() {
  for (CallInst *call : findCalls(module, "halide_malloc")) {
    Function *in = call->getFunction();
    auto *loop = find_if(loops, [&](const Loop &loop) { return loop.turn == in; });
    auto *size = dyn_cast<ConstantInt>(call->getArgOperand(1));
    if (!size || (in != function && loop == loops.end()))
      return declined("needs memory of a size that is not known when compiling");
    builder.SetInsertPoint(call);
    Value *scratch = in->getArg(0);
    if (in == function)
      scratch = builder.CreateLoad(builder.getPtrTy(), scratch);
    int64_t &bytes = in == function ? ownBytes : loop->bytes;
    call->replaceAllUsesWith(builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), scratch, bytes));
    call->eraseFromParent();
    bytes += alignTo(size->getZExtValue(), 64);
  }
  scratchBytes = ownBytes;
  for (const Loop &loop : loops)
    scratchBytes = std::max(scratchBytes, ownBytes + loop.tasks * loop.bytes);
  if (Function *release = module.getFunction("halide_free")) {
    for (User *user : make_early_inc_range(release->users()))
      cast<CallInst>(user)->eraseFromParent();
    release->eraseFromParent();
  }
  return Error::success();
}

/// The functions that the interface calls for one task, and that it defines for
/// all of them.
void Adopter::makeTasks() {
  Type *pointer = builder.getPtrTy(), *i64 = builder.getInt64Ty();
  for (auto [number, loop] : enumerate(loops)) {
    std::string name = (bodyName + ".task" + Twine(number)).str();
    auto *task = Function::Create(FunctionType::get(builder.getVoidTy(), {pointer, pointer, i64, i64}, false),
                                  GlobalValue::ExternalLinkage, name, module);
    task->setDoesNotThrow();
    builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "", task));
    Value *index = task->getArg(2), *scratch = task->getArg(0);
    if (loop.bytes != 0) {
      Value *before = builder.CreateNUWAdd(builder.CreateNUWMul(index, builder.getInt64(loop.bytes)),
                                           builder.getInt64(ownBytes));
      scratch = builder.CreateInBoundsGEP(builder.getInt8Ty(), scratch, before);
    }
    builder.CreateCall(loop.turn, {scratch, builder.CreateTrunc(index, builder.getInt32Ty()), task->getArg(1)});
    builder.CreateRetVoid();
    loop.turn->setName("halide.turn");
    loop.turn->addFnAttr(Attribute::AlwaysInline);

    auto *all = Function::Create(FunctionType::get(builder.getVoidTy(), {pointer, pointer, pointer}, false),
                                 GlobalValue::ExternalLinkage, name + ".all", module);
    builder.SetInsertPoint(loop.call);
    Value *given = function->getArg(0);
    builder.CreateCall(all, {builder.CreateLoad(pointer, given), loop.call->getArgOperand(4),
                             builder.CreateLoad(pointer, builder.CreateConstInBoundsGEP1_64(pointer, given, 1))});
    loop.call->replaceAllUsesWith(builder.getInt32(0));
    loop.call->eraseFromParent();
  }
}

/// What is left to be found elsewhere must be what an object may need.
Error Adopter::checkNeeds() {
  for (Function &each : make_early_inc_range(module))
    if (each.isDeclaration()) {
      if (each.use_empty())
        each.eraseFromParent();
      else if (!mayStay(each.getName()) && !each.getName().starts_with(bodyName))
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
  bool hasScratch = scratchBytes != 0;
  SmallVector<Type *> types(buffers + hasScratch + !loops.empty(), pointer);
  auto *body = Function::Create(FunctionType::get(builder.getVoidTy(), types, false),
                                GlobalValue::ExternalLinkage, bodyName, module);
  body->setDoesNotThrow();
  builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "", body));
  SmallVector<Value *> arguments(buffers + 1);
  arguments[0] = builder.CreateAlloca(ArrayType::get(pointer, 2));
  if (hasScratch)
    builder.CreateStore(body->getArg(buffers), arguments[0]);
  if (!loops.empty())
    builder.CreateStore(body->getArg(buffers + hasScratch), builder.CreateConstInBoundsGEP1_64(pointer, arguments[0], 1));
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
  if (hasScratch)
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
  if (Error error = adopter.findLoops())
    return error;
  if (Error error = adopter.placeMemory())
    return error;
  adopter.makeTasks();
  if (Error error = adopter.checkNeeds())
    return error;
  adopter.makeBody();
  std::string message;
  raw_string_ostream stream(message);
  if (verifyModule(**module, &stream))
    return declined("is not valid: " + message);
  ForeignKernel adopted;
  adopted.scratchBytes = adopter.scratchBytes;
  adopted.inPlace = code.inPlace;
  adopted.tasks = adopter.getTasks();
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
    // What the two modules call of each other is internal once they are one.
    SmallVector<std::string> shared;
    for (Function &function : **part)
      if (function.hasExternalLinkage() && function.getName().starts_with(bodyName)) {
        shared.push_back(name + function.getName().drop_front(bodyName.size()).str());
        function.setName(shared.back());
        if (Function *own = module.getFunction(shared.back()))
          own->setLinkage(GlobalValue::ExternalLinkage);
      }
    if (Linker::linkModules(module, std::move(*part)))
      return createStringError(inconvertibleErrorCode(), "linking '%s' failed", name.c_str());
    for (const std::string &each : shared)
      module.getFunction(each)->setLinkage(GlobalValue::InternalLinkage);
  }
  return Error::success();
}
