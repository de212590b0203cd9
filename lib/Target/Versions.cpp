//===- Versions.cpp - code for several processors in one object -----------===//
//
// What a processor needs comes from LLVM's description of it; where cpuid says
// so, from the table below. No ifunc and no global: the choice is a number in
// the instance, made once by init.
//
//===----------------------------------------------------------------------===//
#include "nnc/Target/Versions.h"
#include "nnc/Analysis/MemoryPlan.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/Linker/Linker.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace llvm;
using namespace nnc;

//===----------------------------------------------------------------------===//
// What cpuid says
//===----------------------------------------------------------------------===//

namespace {

/// The words that features are bits of.
enum Word { Leaf1C, Leaf1D, Leaf7B, Leaf7C, Leaf7D, Leaf7_1A, Extended1C, XCR0, WordCount };

struct FeatureBit {
  StringLiteral name;
  Word word;
  unsigned bit;
};

using Words = std::array<uint32_t, WordCount>;

} // namespace

static constexpr FeatureBit featureBits[] = {
    {"sse3", Leaf1C, 0},           {"pclmul", Leaf1C, 1},
    {"ssse3", Leaf1C, 9},          {"fma", Leaf1C, 12},
    {"cx16", Leaf1C, 13},          {"sse4.1", Leaf1C, 19},
    {"sse4.2", Leaf1C, 20},        {"crc32", Leaf1C, 20},
    {"movbe", Leaf1C, 22},         {"popcnt", Leaf1C, 23},
    {"aes", Leaf1C, 25},           {"xsave", Leaf1C, 27},
    {"avx", Leaf1C, 28},           {"f16c", Leaf1C, 29},
    {"rdrnd", Leaf1C, 30},         {"cx8", Leaf1D, 8},
    {"cmov", Leaf1D, 15},          {"mmx", Leaf1D, 23},
    {"fxsr", Leaf1D, 24},          {"sse", Leaf1D, 25},
    {"sse2", Leaf1D, 26},          {"fsgsbase", Leaf7B, 0},
    {"bmi", Leaf7B, 3},            {"avx2", Leaf7B, 5},
    {"bmi2", Leaf7B, 8},           {"rtm", Leaf7B, 11},
    {"avx512f", Leaf7B, 16},       {"avx512dq", Leaf7B, 17},
    {"rdseed", Leaf7B, 18},        {"adx", Leaf7B, 19},
    {"avx512ifma", Leaf7B, 21},    {"clflushopt", Leaf7B, 23},
    {"clwb", Leaf7B, 24},          {"avx512cd", Leaf7B, 28},
    {"sha", Leaf7B, 29},           {"avx512bw", Leaf7B, 30},
    {"avx512vl", Leaf7B, 31},      {"avx512vbmi", Leaf7C, 1},
    {"waitpkg", Leaf7C, 5},        {"avx512vbmi2", Leaf7C, 6},
    {"gfni", Leaf7C, 8},           {"vaes", Leaf7C, 9},
    {"vpclmulqdq", Leaf7C, 10},    {"avx512vnni", Leaf7C, 11},
    {"avx512bitalg", Leaf7C, 12},  {"avx512vpopcntdq", Leaf7C, 14},
    {"rdpid", Leaf7C, 22},         {"cldemote", Leaf7C, 25},
    {"movdiri", Leaf7C, 27},       {"movdir64b", Leaf7C, 28},
    {"avx512vp2intersect", Leaf7D, 8}, {"serialize", Leaf7D, 14},
    {"tsxldtrk", Leaf7D, 16},      {"amx-bf16", Leaf7D, 22},
    {"avx512fp16", Leaf7D, 23},    {"amx-tile", Leaf7D, 24},
    {"amx-int8", Leaf7D, 25},      {"avxvnni", Leaf7_1A, 4},
    {"avx512bf16", Leaf7_1A, 5},   {"cmpccxadd", Leaf7_1A, 7},
    {"amx-fp16", Leaf7_1A, 21},    {"avxifma", Leaf7_1A, 23},
    {"sahf", Extended1C, 0},       {"lzcnt", Extended1C, 5},
    {"sse4a", Extended1C, 6},      {"prfchw", Extended1C, 8},
    {"xop", Extended1C, 11},       {"fma4", Extended1C, 16},
    {"tbm", Extended1C, 21},
};

/// Instructions that no compiler makes of arithmetic, and words for tuning.
static constexpr StringLiteral unusedFeatures[] = {
    "64bit",  "clzero",    "enqcmd",  "evex512",  "hreset", "invpcid",
    "kl",     "mwaitx",    "pconfig", "pku",      "prefetchi", "ptwrite", "rdpru",
    "sgx",    "shstk",     "uintr",   "usermsr",  "vzeroupper", "wbnoinvd",
    "widekl", "x87",       "xsavec",  "xsaveopt", "xsaves", "prefetchwt1"};

/// The features of a processor, those added to it, and what these imply.
static SmallVector<std::string> getFeatures(const CodeOptions &target) {
  SmallVector<StringRef> named, added;
  X86::getFeaturesForCPU(target.cpu, named);
  StringRef(target.features).split(added, ',', -1, /*KeepEmpty=*/false);
  for (StringRef feature : added)
    if (feature.consume_front("+"))
      named.push_back(feature);
  StringMap<bool> all;
  for (StringRef feature : named) {
    all[feature] = true;
    X86::updateImpliedFeatures(feature, /*Enabled=*/true, all);
  }
  SmallVector<std::string> features;
  for (StringRef feature : all.keys())
    features.push_back(feature.str());
  // The map's order is not stable.
  llvm::sort(features);
  return features;
}

/// The bits that a machine must have; the error names a feature that cpuid is
/// not asked for.
static Expected<Words> getRequired(const CodeOptions &target) {
  Words words{};
  for (const std::string &name : getFeatures(target)) {
    StringRef feature = name;
    if (is_contained(unusedFeatures, feature))
      continue;
    const FeatureBit *known = find_if(featureBits, [&](const FeatureBit &bit) { return bit.name == feature; });
    if (known == std::end(featureBits))
      return createStringError(inconvertibleErrorCode(),
                               "cpu '%s' has the feature '%s', which is not looked for at run "
                               "time: it cannot be one of several",
                               target.cpu.c_str(), name.c_str());
    words[known->word] |= 1u << known->bit;
    // The system must keep the registers, too.
    if (feature.starts_with("avx"))
      words[XCR0] |= feature.starts_with("avx512") ? 0xe6 : 0x06;
    if (feature.starts_with("amx"))
      words[XCR0] |= 0x60000;
  }
  return words;
}

Error nnc::orderVersions(SmallVectorImpl<CodeOptions> &targets) {
  for (const CodeOptions &target : targets) {
    auto fail = [&](const char *format) {
      return createStringError(inconvertibleErrorCode(), format, target.cpu.c_str());
    };
    if (Triple(target.triple).getArch() != Triple::x86_64)
      return fail("cpu '%s' is one of several, which is for x86-64 targets only");
    if (X86::parseArchX86(target.cpu, /*Only64Bit=*/true) == X86::CK_None)
      return fail("cpu '%s' cannot be told at run time: it cannot be one of several");
    if (count_if(targets, [&](const CodeOptions &other) { return other.cpu == target.cpu; }) > 1)
      return fail("cpu '%s' is given twice");
    if (auto words = getRequired(target); !words)
      return words.takeError();
  }
  stable_sort(targets, [](const CodeOptions &a, const CodeOptions &b) {
    return getFeatures(a).size() < getFeatures(b).size();
  });
  return Error::success();
}

//===----------------------------------------------------------------------===//
// The functions of the object
//===----------------------------------------------------------------------===//

static std::string getVersionName(StringRef function, unsigned index) {
  return (function + ".version" + Twine(index)).str();
}

/// init and what the model declares: what there is once for each processor.
static SmallVector<std::string> getCompiledFunctions(const ModelInterface &interface) {
  SmallVector<std::string> names{interface.prefix + "_" + kInitName.str()};
  for (const ModelInterface::Function &function : interface.functions)
    names.push_back(interface.prefix + "_" + function.name);
  return names;
}

void nnc::nameVersion(Module &module, TargetMachine &machine, const ModelInterface &interface,
                      unsigned index) {
  for (const std::string &name : getCompiledFunctions(interface))
    module.getFunction(name)->setName(getVersionName(name, index));
  for (Function &function : make_early_inc_range(module)) {
    if (function.isDeclaration())
      continue;
    // The functions that serve all are those of the first.
    if (index != 0 && function.hasExternalLinkage() &&
        !function.getName().contains(".version")) {
      function.eraseFromParent();
      continue;
    }
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
  }
  if (index != 0)
    if (GlobalVariable *table = module.getNamedGlobal(interface.prefix + "_tensors"))
      table->eraseFromParent();
}

namespace {
class DispatchBuilder {
public:
  DispatchBuilder(Module &module, const ModelInterface &interface)
      : module(module), interface(interface), builder(module.getContext()) {}

  Function *makeChoice(ArrayRef<Words> versions);
  void makeDispatch(StringRef name, unsigned versions);
  void makeInit(StringRef name, Function *choice, unsigned versions);

private:
  /// EAX, EBX, ECX and EDX.
  std::array<Value *, 4> cpuid(uint32_t leaf);
  Function *make(StringRef name, FunctionType *type, GlobalValue::LinkageTypes linkage);
  /// Calls the version with this number with the function's own arguments.
  Value *callVersion(Function *function, Value *number, unsigned versions);
  Value *getVersionPlace(Value *instance) {
    return builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), instance, ControlBlock::Version);
  }

  Module &module;
  const ModelInterface &interface;
  IRBuilder<> builder;
};
} // namespace

Function *DispatchBuilder::make(StringRef name, FunctionType *type,
                                GlobalValue::LinkageTypes linkage) {
  Function *function = Function::Create(type, linkage, name, module);
  function->setDoesNotThrow();
  builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "", function));
  return function;
}

std::array<Value *, 4> DispatchBuilder::cpuid(uint32_t leaf) {
  Type *i32 = builder.getInt32Ty();
  auto *type = FunctionType::get(StructType::get(i32, i32, i32, i32), {i32, i32}, false);
  InlineAsm *code = InlineAsm::get(
      type, "cpuid", "={ax},={bx},={cx},={dx},{ax},{cx},~{dirflag},~{fpsr},~{flags}",
      /*hasSideEffects=*/true);
  uint32_t subleaf = leaf >> 16 == 1;
  Value *all = builder.CreateCall(
      type, code, {builder.getInt32(subleaf ? leaf & 0xffff : leaf), builder.getInt32(subleaf)});
  std::array<Value *, 4> result;
  for (unsigned i = 0; i != 4; ++i)
    result[i] = builder.CreateExtractValue(all, i);
  return result;
}

/// The number of the last version that the machine has all features of.
Function *DispatchBuilder::makeChoice(ArrayRef<Words> versions) {
  Type *i32 = builder.getInt32Ty();
  Function *function = make(interface.prefix + ".choose_version", FunctionType::get(i32, false),
                            GlobalValue::InternalLinkage);
  // A leaf behind the last one says what another does.
  Value *zero = builder.getInt32(0);
  auto ifLeaf = [&](Value *there, Value *word) { return builder.CreateSelect(there, word, zero); };
  Value *has7 = builder.CreateICmpUGE(cpuid(0)[0], builder.getInt32(7));
  auto one = cpuid(1), seven = cpuid(7), sevenOne = cpuid(7 | 1 << 16);
  Value *hasExtended = builder.CreateICmpUGE(cpuid(0x80000000)[0], builder.getInt32(0x80000001));
  auto extended = cpuid(0x80000001);
  Value *words[WordCount] = {one[2],
                             one[3],
                             ifLeaf(has7, seven[1]),
                             ifLeaf(has7, seven[2]),
                             ifLeaf(has7, seven[3]),
                             ifLeaf(has7, ifLeaf(builder.CreateICmpUGE(seven[0], builder.getInt32(1)), sevenOne[0])),
                             ifLeaf(hasExtended, extended[2]),
                             nullptr};

  // xgetbv is there where the system has switched xsave on.
  BasicBlock *from = builder.GetInsertBlock();
  BasicBlock *ask = BasicBlock::Create(module.getContext(), "", function);
  BasicBlock *decide = BasicBlock::Create(module.getContext(), "", function);
  Value *canAsk = builder.CreateICmpNE(builder.CreateAnd(one[2], 1u << 27), zero);
  builder.CreateCondBr(canAsk, ask, decide);
  builder.SetInsertPoint(ask);
  auto *type = FunctionType::get(StructType::get(i32, i32), {i32}, false);
  InlineAsm *code = InlineAsm::get(type, "xgetbv", "={ax},={dx},{cx},~{dirflag},~{fpsr},~{flags}",
                                   /*hasSideEffects=*/true);
  Value *kept = builder.CreateExtractValue(builder.CreateCall(type, code, {zero}), 0);
  builder.CreateBr(decide);
  builder.SetInsertPoint(decide);
  PHINode *registers = builder.CreatePHI(i32, 2);
  registers->addIncoming(kept, ask);
  registers->addIncoming(zero, from);
  words[XCR0] = registers;

  Value *choice = zero;
  for (unsigned i = 1; i != versions.size(); ++i) {
    Value *has = builder.getTrue();
    for (auto [word, mask] : zip_equal(words, versions[i]))
      if (mask != 0)
        has = builder.CreateAnd(has, builder.CreateICmpEQ(builder.CreateAnd(word, mask),
                                                          builder.getInt32(mask)));
    choice = builder.CreateSelect(has, builder.getInt32(i), choice);
  }
  builder.CreateRet(choice);
  return function;
}

Value *DispatchBuilder::callVersion(Function *function, Value *number, unsigned versions) {
  LLVMContext &context = module.getContext();
  SmallVector<Value *> arguments;
  for (Argument &argument : function->args())
    arguments.push_back(&argument);
  BasicBlock *after = BasicBlock::Create(context, "", function);
  SmallVector<BasicBlock *> blocks;
  for (unsigned i = 0; i != versions; ++i)
    blocks.push_back(BasicBlock::Create(context, "", function, after));
  SwitchInst *chosen = builder.CreateSwitch(number, blocks[0], versions - 1);
  builder.SetInsertPoint(after);
  PHINode *status = builder.CreatePHI(builder.getInt32Ty(), versions);
  for (unsigned i = 0; i != versions; ++i) {
    if (i != 0)
      chosen->addCase(builder.getInt32(i), blocks[i]);
    builder.SetInsertPoint(blocks[i]);
    Function *version = module.getFunction(getVersionName(function->getName(), i));
    CallInst *call = builder.CreateCall(version, arguments);
    call->setAttributes(version->getAttributes().removeFnAttributes(context));
    status->addIncoming(call, blocks[i]);
    builder.CreateBr(after);
  }
  builder.SetInsertPoint(after);
  return status;
}

/// What is no instance of this model's is for the first version to refuse.
void DispatchBuilder::makeDispatch(StringRef name, unsigned versions) {
  FunctionType *type = module.getFunction(getVersionName(name, 0))->getFunctionType();
  Function *function = make(name, type, GlobalValue::ExternalLinkage);
  LLVMContext &context = module.getContext();
  Value *instance = function->getArg(0);
  BasicBlock *start = builder.GetInsertBlock();
  BasicBlock *look = BasicBlock::Create(context, "", function);
  BasicBlock *choose = BasicBlock::Create(context, "", function);
  Value *bits = builder.CreatePtrToInt(instance, builder.getInt64Ty());
  Value *isNull = builder.CreateICmpEQ(bits, builder.getInt64(0));
  Value *low = builder.CreateAnd(bits, kBufferAlignment - 1);
  Value *bad = builder.CreateOr(isNull, builder.CreateICmpNE(low, builder.getInt64(0)));
  builder.CreateCondBr(bad, choose, look);
  builder.SetInsertPoint(look);
  Value *magic = builder.CreateAlignedLoad(builder.getInt64Ty(), instance, Align(8));
  Value *isOurs = builder.CreateICmpEQ(magic, builder.getInt64(interface.getMagic()));
  Value *kept = builder.CreateAlignedLoad(builder.getInt32Ty(), getVersionPlace(instance), Align(4));
  Value *number = builder.CreateSelect(isOurs, kept, builder.getInt32(0));
  builder.CreateBr(choose);
  builder.SetInsertPoint(choose);
  PHINode *chosen = builder.CreatePHI(builder.getInt32Ty(), 2);
  chosen->addIncoming(builder.getInt32(0), start);
  chosen->addIncoming(number, look);
  builder.CreateRet(callVersion(function, chosen, versions));
}

void DispatchBuilder::makeInit(StringRef name, Function *choice, unsigned versions) {
  FunctionType *type = module.getFunction(getVersionName(name, 0))->getFunctionType();
  Function *function = make(name, type, GlobalValue::ExternalLinkage);
  LLVMContext &context = module.getContext();
  Value *number = builder.CreateCall(choice);
  Value *status = callVersion(function, number, versions);
  BasicBlock *keep = BasicBlock::Create(context, "", function);
  BasicBlock *leave = BasicBlock::Create(context, "", function);
  builder.CreateCondBr(builder.CreateICmpEQ(status, builder.getInt32(0)), keep, leave);
  builder.SetInsertPoint(keep);
  builder.CreateAlignedStore(number, getVersionPlace(function->getArg(0)), Align(4));
  builder.CreateBr(leave);
  builder.SetInsertPoint(leave);
  builder.CreateRet(status);
}

/// Values that all versions read, such as frozen weights, stand there once. No
/// code looks at their addresses.
static void shareConstants(Module &module) {
  DenseMap<Constant *, GlobalVariable *> seen;
  for (GlobalVariable &global : make_early_inc_range(module.globals())) {
    if (!global.hasLocalLinkage() || !global.isConstant() || !global.hasInitializer())
      continue;
    GlobalVariable *&first = seen[global.getInitializer()];
    if (!first) {
      first = &global;
      continue;
    }
    first->setAlignment(std::max(first->getAlign().valueOrOne(), global.getAlign().valueOrOne()));
    global.replaceAllUsesWith(first);
    global.eraseFromParent();
  }
}

Expected<std::unique_ptr<Module>>
nnc::joinVersions(MutableArrayRef<std::unique_ptr<Module>> modules, ArrayRef<CodeOptions> targets,
                  const ModelInterface &interface) {
  std::unique_ptr<Module> joined = std::move(modules.front());
  for (std::unique_ptr<Module> &module : modules.drop_front())
    if (Linker::linkModules(*joined, std::move(module)))
      return createStringError(inconvertibleErrorCode(), "the code of two processors cannot be joined");
  shareConstants(*joined);
  SmallVector<Words> required;
  for (const CodeOptions &target : targets) {
    auto words = getRequired(target);
    if (!words)
      return words.takeError();
    required.push_back(*words);
  }
  DispatchBuilder builder(*joined, interface);
  Function *choice = builder.makeChoice(required);
  for (const std::string &name : getCompiledFunctions(interface)) {
    if (name == interface.prefix + "_" + kInitName.str())
      builder.makeInit(name, choice, targets.size());
    else
      builder.makeDispatch(name, targets.size());
    for (unsigned i = 0; i != targets.size(); ++i)
      joined->getFunction(getVersionName(name, i))->setLinkage(GlobalValue::InternalLinkage);
  }
  return joined;
}
