//===- LineInfo.cpp - the lines of the model in the object ----------------===//
//
// Line tables only: no types and no variables, of which C has none here.
//
//===----------------------------------------------------------------------===//
#include "nnc/Target/LineInfo.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace nnc;

/// The user's place that a location names first.
static FileLineColLoc findPlace(Location loc) {
  if (auto call = dyn_cast<CallSiteLoc>(loc))
    return findPlace(call.getCaller());
  if (auto name = dyn_cast<NameLoc>(loc))
    return findPlace(name.getChildLoc());
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      if (FileLineColLoc place = findPlace(part))
        return place;
  auto place = dyn_cast<FileLineColLoc>(loc);
  return place && place.getLine() != 0 ? place : FileLineColLoc();
}

static Location simplify(Location loc) {
  FileLineColLoc place = findPlace(loc);
  if (!place)
    return UnknownLoc::get(loc.getContext());
  return FileLineColLoc::get(loc.getContext(), llvm::sys::path::filename(place.getFilename()),
                             place.getLine(), place.getColumn());
}

void nnc::addLineInfo(ModuleOp module) {
  MLIRContext *context = module.getContext();
  module.walk([](Operation *op) { op->setLoc(simplify(op->getLoc())); });

  // A function without a place of its own gets that of its first operation.
  auto placeOf = [](LLVM::LLVMFuncOp function) {
    FileLineColLoc place = findPlace(function.getLoc());
    function.walk([&](Operation *op) {
      if (!place)
        place = findPlace(op->getLoc());
    });
    return place;
  };
  llvm::MapVector<StringAttr, LLVM::DICompileUnitAttr> units;
  auto typeless = LLVM::DISubroutineTypeAttr::get(context, {});
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    FileLineColLoc place = placeOf(function);
    if (function.isExternal() || !place)
      continue;
    auto file = LLVM::DIFileAttr::get(context, place.getFilename(), "");
    LLVM::DICompileUnitAttr &unit = units[place.getFilename()];
    if (!unit)
      unit = LLVM::DICompileUnitAttr::get(
          DistinctAttr::create(UnitAttr::get(context)), llvm::dwarf::DW_LANG_C99, file,
          StringAttr::get(context, "nnc"), /*isOptimized=*/true, LLVM::DIEmissionKind::LineTablesOnly);
    auto scope = LLVM::DISubprogramAttr::get(
        context, DistinctAttr::create(UnitAttr::get(context)), unit, file, function.getSymNameAttr(),
        function.getSymNameAttr(), file, place.getLine(), place.getLine(),
        LLVM::DISubprogramFlags::Definition | LLVM::DISubprogramFlags::Optimized, typeless,
        /*retainedNodes=*/{}, /*annotations=*/{});
    function->setLoc(FusedLoc::get(context, {place}, scope));
    // A call that may be inlined needs a line; elsewhere none is better than a
    // wrong one.
    function.walk([&](LLVM::CallOp call) {
      if (!findPlace(call.getLoc()))
        call->setLoc(place);
    });
  }
}
