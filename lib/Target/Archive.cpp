//===- Archive.cpp - a static library of a model --------------------------===//
#include "nnc/Target/Link.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace nnc;

Expected<std::string> nnc::makeArchive(const CompiledModel &model) {
  // The member's name is of the model, not of the output's path, and no time,
  // owner or mode gets in.
  std::string name = model.interface.prefix + ".o";
  NewArchiveMember member(MemoryBufferRef(model.object, name));
  member.MemberName = name;
  Triple triple(model.target.triple);
  object::Archive::Kind kind =
      triple.isOSDarwin() ? object::Archive::K_DARWIN : object::Archive::K_GNU;
  auto archive = writeArchiveToBuffer(member, SymtabWritingMode::NormalSymtab,
                                      kind, /*Deterministic=*/true,
                                      /*Thin=*/false);
  if (!archive)
    return archive.takeError();
  return (*archive)->getBuffer().str();
}
