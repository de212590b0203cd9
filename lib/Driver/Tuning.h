//===- Tuning.h - what was measured to be best for each kernel --*- C++ -*-===//
#ifndef NNC_DRIVER_TUNING_H
#define NNC_DRIVER_TUNING_H

#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Target/TargetMachine.h"
#include "mlir/IR/BuiltinOps.h"
#include <map>
#include <optional>

namespace nnc::driver {

/// How a kernel's code is made.
struct Candidate {
  std::string backend = "mlir";
  /// As kernel.schedule has it, empty for the back end's default.
  std::string schedule;

  bool operator==(const Candidate &) const = default;
};

/// Sets a kernel's attributes.
void setCandidate(kernel::FuncOp kernel, const Candidate &candidate);

/// A kernel's ops and shapes, whatever its name, as 16 hexadecimal digits.
std::string getKernelKey(kernel::FuncOp kernel);

/// The tuning file of a model: text, a line for each kernel, valid for one
/// processor and one version of nnc.
class Tuning {
public:
  explicit Tuning(const CodeOptions &target) : target(target) {}

  /// Where a model's tuning file is: beside it.
  static std::string getPath(llvm::StringRef model);

  /// Reads the file if there is one and it is for this processor and version; a
  /// remark says where it is not. False after an error, which is printed.
  bool read(llvm::StringRef path);
  std::string write() const;

  /// Chooses for the kernels that it knows and that do not say what they want.
  void apply(mlir::ModuleOp module) const;

  struct Entry {
    Candidate best;
    double seconds = 0, mlirSeconds = 0;
    std::string name;
  };
  /// By key.
  std::map<std::string, Entry> kernels;

private:
  CodeOptions target;
};

} // namespace nnc::driver

#endif // NNC_DRIVER_TUNING_H
