//===- VerifyObject.cpp - an object keeps the promises of its header ------===//
//
// Looks at the emitted bytes, since code generation itself makes calls (of
// memcpy, of libm) that no earlier stage shows.
//
//===----------------------------------------------------------------------===//
#include "AllowedSymbols.h"
#include "nnc/Target/Emit.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/ObjectFile.h"

using namespace llvm;
using namespace nnc;

static bool isAllowed(StringRef name) {
  if (is_contained(kAllowedMemoryFunctions, name) ||
      is_contained(kAllowedMathFunctions, name) ||
      is_contained(kLinkerSymbols, name))
    return true;
  StringRef unsized = name.rtrim("48");
  if (is_contained(kArmMemoryFunctions, unsized))
    return true;
  return name.consume_back("f") && is_contained(kAllowedMathFunctions, name);
}

/// True for memory that the loaded program could write, or the loader must.
static bool isWritable(const object::SectionRef &section) {
  if (isa<object::ELFObjectFileBase>(section.getObject())) {
    uint64_t flags = object::ELFSectionRef(section).getFlags();
    return (flags & ELF::SHF_WRITE) && (flags & ELF::SHF_ALLOC);
  }
  return section.isBSS();
}

Error nnc::verifyObject(StringRef bytes) {
  auto object =
      object::ObjectFile::createObjectFile(MemoryBufferRef(bytes, "object"));
  if (!object)
    return object.takeError();
  for (const object::SymbolRef &symbol : (*object)->symbols()) {
    Expected<uint32_t> flags = symbol.getFlags();
    if (!flags)
      return flags.takeError();
    if (!(*flags & object::SymbolRef::SF_Undefined))
      continue;
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    // Mach-O puts an underscore before every C name.
    if ((*object)->isMachO())
      name->consume_front("_");
    if (name->empty() || isAllowed(*name))
      continue;
    if (name->starts_with("__"))
      return createStringError(
          std::errc::not_supported,
          "the processor lacks what '%s' of a compiler's own library does, "
          "which an object must not need; --cpu and --features say what it has",
          name->str().c_str());
    return createStringError(
        inconvertibleErrorCode(),
        "the object needs '%s', which is not in the allow-list",
        name->str().c_str());
  }
  for (const object::SectionRef &section : (*object)->sections())
    if (section.getSize() != 0 && isWritable(section)) {
      Expected<StringRef> name = section.getName();
      if (!name)
        return name.takeError();
      return createStringError(inconvertibleErrorCode(),
                               "the object has writable data in '%s'",
                               name->str().c_str());
    }
  return Error::success();
}
