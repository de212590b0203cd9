//===- Location.h - places in .nn text as MLIR locations ------------------===//
//
// The bridge between the front end's SMLoc and MLIR's FileLineColLoc, both
// ways: graph generation puts places on operations, and what a verifier or a
// pass says about an operation comes back as a diagnostic with its line.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_FRONTEND_TEXT_LOCATION_H
#define NNC_FRONTEND_TEXT_LOCATION_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "nnc/Frontend/Text/Diagnostics.h"

namespace nnc {

/// `loc` as file, line and character; unknown if it is in no buffer.
inline mlir::Location toMLIR(llvm::SMLoc loc, const DiagnosticEngine &diags,
                             mlir::MLIRContext *context) {
  LineColumn place = diags.getLineColumn(loc);
  if (place.line == 0)
    return mlir::UnknownLoc::get(context);
  return mlir::FileLineColLoc::get(context, place.file, place.line,
                                   place.column);
}

/// The place in a buffer of `diags` that `loc` names first; of inlined library
/// code the user's call. Invalid if none.
inline llvm::SMLoc fromMLIR(mlir::Location loc, const DiagnosticEngine &diags) {
  while (auto call = mlir::dyn_cast<mlir::CallSiteLoc>(loc))
    loc = call.getCaller();
  llvm::SMLoc found;
  loc->walk([&](mlir::Location part) {
    if (auto place = mlir::dyn_cast<mlir::FileLineColLoc>(part))
      found = diags.getLoc(place.getFilename().strref(), place.getLine(),
                           place.getColumn());
    return found.isValid() ? mlir::WalkResult::interrupt()
                           : mlir::WalkResult::advance();
  });
  return found;
}

} // namespace nnc

#endif // NNC_FRONTEND_TEXT_LOCATION_H
