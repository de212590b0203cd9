//===- KernelSchedule.h - how a kernel is to be made ------------*- C++ -*-===//
//
// A kernel's attributes name the back end that makes its code, and how that one
// is to walk it, as words NAME=NUMBER: "rows=9 columns=3". The words here are
// those of MLIR's kernels; Halide's are its plugin's.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_CONVERSION_KERNELSCHEDULE_H
#define NNC_CONVERSION_KERNELSCHEDULE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"
#include <optional>

namespace nnc {

/// On a kernel: the name of the back end that makes its code.
inline constexpr llvm::StringLiteral kBackendAttrName = "kernel.backend";

/// On a kernel: which of the back end's schedules; absent: the default.
inline constexpr llvm::StringLiteral kScheduleAttrName = "kernel.schedule";

/// A word of MLIR's schedules, and what it may say.
struct ScheduleWord {
  llvm::StringLiteral name;
  int64_t least, most;
};

inline constexpr ScheduleWord kScheduleWords[] = {
    /// The register tile of products: rows, and columns in vectors.
    {"rows", 1, 32},
    {"columns", 1, 8},
    /// KiB of second-level cache that blocks are cut for.
    {"cache", 16, 65536},
    /// Whether convolutions that can be are computed by Winograd's transforms.
    {"winograd", 0, 1},
};

/// What is wrong with a schedule of MLIR's; empty: nothing.
inline std::string findScheduleMistake(llvm::StringRef schedule) {
  llvm::SmallVector<llvm::StringRef> words;
  schedule.split(words, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (llvm::StringRef word : words) {
    auto [name, value] = word.split('=');
    const auto *known = llvm::find_if(kScheduleWords, [&, name = name](const ScheduleWord &each) { return each.name == name; });
    if (known == std::end(kScheduleWords))
      return ("'" + word + "' is none of rows=, columns=, cache= and winograd=").str();
    int64_t number = 0;
    if (value.getAsInteger(10, number) || number < known->least || number > known->most)
      return ("'" + word + "' wants a number from " + llvm::Twine(known->least) + " to " + llvm::Twine(known->most)).str();
  }
  return "";
}

/// What a schedule says of a word.
inline std::optional<int64_t> findScheduleNumber(llvm::StringRef schedule, llvm::StringRef name) {
  while (!schedule.empty()) {
    auto [word, tail] = schedule.split(' ');
    auto [own, value] = word.split('=');
    int64_t number = 0;
    if (own == name && !value.getAsInteger(10, number))
      return number;
    schedule = tail;
  }
  return std::nullopt;
}

/// What the schedule of a kernel, or of the function it has become, says of a
/// word.
inline std::optional<int64_t> getScheduleNumber(mlir::Operation *kernel, llvm::StringRef name) {
  auto schedule = kernel->getAttrOfType<mlir::StringAttr>(kScheduleAttrName);
  return schedule ? findScheduleNumber(schedule.getValue(), name) : std::nullopt;
}

} // namespace nnc

#endif // NNC_CONVERSION_KERNELSCHEDULE_H
