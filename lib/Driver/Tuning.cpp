//===- Tuning.cpp - what was measured to be best for each kernel ----------===//
//
// A line of the file reads
//   kernel KEY BACKEND [SCHEDULE] : 12.3 us, MLIR 15.0 us, NAME
// Only what is left of the colon is read back.
//
//===----------------------------------------------------------------------===//
#include "Tuning.h"
#include "Model.h"
#include "nnc/Conversion/KernelToHalide/KernelToHalide.h"
#include "nnc/Driver/Version.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

void nnc::driver::setCandidate(kernel::FuncOp kernel, const Candidate &candidate) {
  Builder builder(kernel.getContext());
  kernel->setAttr(kBackendAttrName, builder.getStringAttr(candidate.backend));
  if (!candidate.schedule.empty())
    kernel->setAttr(kScheduleAttrName, builder.getStringAttr(candidate.schedule));
}

std::string nnc::driver::getKernelKey(kernel::FuncOp kernel) {
  OwningOpRef<kernel::FuncOp> copy(kernel.clone());
  SmallVector<StringAttr> extra;
  for (NamedAttribute attr : (*copy)->getDiscardableAttrs())
    if (attr.getName().strref().starts_with("kernel."))
      extra.push_back(attr.getName());
  for (StringAttr name : extra)
    (*copy)->removeDiscardableAttr(name);
  copy->setSymName("kernel");
  std::string text;
  llvm::raw_string_ostream os(text);
  (*copy)->print(os, OpPrintingFlags().useLocalScope());
  return llvm::utohexstr(llvm::xxh3_64bits(text), /*LowerCase=*/true, /*Width=*/16);
}

/// Everything that decides what code is made of a candidate.
static std::string describeVersion() {
  std::string text = versionText();
  std::replace(text.begin(), text.end(), '\n', ';');
  return text;
}

static std::string describeProcessor(const CodeOptions &target) {
  std::string features = target.triple + target.features +
                         (target.strictFloatingPoint ? " strict" : "") +
                         " O" + std::to_string(target.optLevel);
  return target.cpu + " " + llvm::utohexstr(llvm::xxh3_64bits(features), /*LowerCase=*/true);
}

std::string Tuning::getPath(StringRef model) {
  SmallString<128> path(model);
  llvm::sys::path::replace_extension(path, "tuning");
  return path.str().str();
}

bool Tuning::read(StringRef path) {
  if (!llvm::sys::fs::exists(path))
    return true;
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file) {
    fail(1, path + ": cannot read: " + file.getError().message());
    return false;
  }
  SmallVector<StringRef> lines;
  (*file)->getBuffer().split(lines, '\n');
  bool hasVersion = false, hasProcessor = false;
  std::string foreign;
  std::map<std::string, Entry> read;
  for (auto [number, line] : llvm::enumerate(lines)) {
    auto damaged = [&](const Twine &what) {
      fail(1, path + ":" + Twine(number + 1) + ": the tuning file is damaged: " + what);
      return false;
    };
    bool isLast = number + 1 == lines.size();
    if (isLast && !line.empty())
      return damaged("the last line is cut short");
    if (line.empty() || line.starts_with("#"))
      continue;
    StringRef rest = line;
    if (rest.consume_front("version ")) {
      hasVersion = true;
      if (rest != describeVersion())
        foreign = "another version of nnc";
    } else if (rest.consume_front("processor ")) {
      hasProcessor = true;
      if (rest != describeProcessor(target))
        foreign = "another processor or other code options";
    } else if (rest.consume_front("kernel ")) {
      auto [choice, note] = rest.split(" : ");
      auto [key, how] = choice.split(' ');
      auto [backend, schedule] = how.split(' ');
      if (key.size() != 16 || !llvm::all_of(key, llvm::isHexDigit))
        return damaged("expected a key of 16 hexadecimal digits, found '" + key + "'");
      if (backend != "mlir" && backend != "halide")
        return damaged("expected 'mlir' or 'halide', found '" + backend + "'");
      if (note.empty())
        return damaged("expected ' : ' and what was measured");
      read[key.str()] = {{backend.str(), schedule.str()}, 0, 0, note.str()};
    } else {
      return damaged("expected 'version', 'processor' or 'kernel', found '" + line.split(' ').first + "'");
    }
  }
  if (!hasVersion || !hasProcessor) {
    fail(1, path + ":" + Twine(lines.size()) + ": the tuning file is damaged: it names no " +
                (hasVersion ? "processor" : "version"));
    return false;
  }
  if (foreign.empty())
    kernels = std::move(read);
  else
    remark(path + " is ignored: it is for " + foreign);
  return true;
}

std::string Tuning::write() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "# What nnc build --tune found to be fastest. Later builds read it; without it they take defaults.\n"
     << "version " << describeVersion() << "\nprocessor " << describeProcessor(target) << '\n';
  for (const auto &[key, entry] : kernels) {
    os << "kernel " << key << ' ' << entry.best.backend;
    if (!entry.best.schedule.empty())
      os << ' ' << entry.best.schedule;
    if (entry.seconds != 0)
      os << llvm::formatv(" : {0:F2} us, MLIR {1:F2} us, {2}\n", entry.seconds * 1e6,
                          entry.mlirSeconds * 1e6, entry.name);
    else
      os << " : " << entry.name << '\n';
  }
  return text;
}

void Tuning::apply(ModuleOp module) const {
  if (kernels.empty())
    return;
  unsigned known = 0, all = 0;
  for (auto kernel : module.getOps<kernel::FuncOp>()) {
    ++all;
    auto entry = kernels.find(getKernelKey(kernel));
    if (entry == kernels.end())
      continue;
    ++known;
    if (!kernel->hasAttr(kBackendAttrName))
      setCandidate(kernel, entry->second.best);
  }
  if (known == 0 && all != 0)
    remark("the tuning file is ignored: it has kernels of other shapes only");
}
