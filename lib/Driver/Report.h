//===- Report.h - build --emit=report ---------------------------*- C++ -*-===//
#ifndef NNC_DRIVER_REPORT_H
#define NNC_DRIVER_REPORT_H

#include "nnc/Analysis/ModelInterface.h"
#include "llvm/ADT/StringMap.h"

namespace nnc::driver {

/// Collects while a model is compiled what its page shows: graph, kernels,
/// memory over time, sizes and costs.
class Report {
public:
  /// After kernels are formed: what each of them computes.
  void addKernels(mlir::ModuleOp module);
  /// After memory is planned.
  void addPlan(mlir::ModuleOp module, const ModelInterface &interface);

  /// The page: HTML that refers to nothing outside itself.
  std::string write(const ModelInterface &interface, const std::string &processor,
                    uint64_t objectBytes) const;

private:
  struct Kernel {
    uint64_t flops = 0;
    unsigned calls = 0;
    std::string ops, backend = "mlir";
  };
  /// A buffer of the arena while a function runs; times count calls.
  struct Buffer {
    int64_t from, to, offset, bytes;
    std::string name;
  };
  struct Call {
    std::string kernel, place;
    /// Numbers of the calls whose results it takes.
    std::vector<size_t> uses;
    uint64_t bytes = 0;
  };
  struct Function {
    std::string name;
    bool isStep = false;
    std::vector<Call> calls;
    std::vector<Buffer> buffers;
  };

  void writeGraph(llvm::raw_ostream &os, const Function &function) const;
  void writeMemory(llvm::raw_ostream &os, const Function &function, uint64_t arena) const;

  llvm::StringMap<Kernel> kernels;
  std::vector<Function> functions;
};

} // namespace nnc::driver

#endif // NNC_DRIVER_REPORT_H
