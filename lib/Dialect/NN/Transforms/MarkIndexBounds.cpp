//===- MarkIndexBounds.cpp - say which inputs are indices -----------------===//
//
// Writes what the index-bound analysis finds onto the arguments, while the
// function still consists of nn ops: kernels hide where an index comes from.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/IndexBounds.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"

namespace nnc::nn {
#define GEN_PASS_DEF_MARKINDEXBOUNDS
#include "nnc/Dialect/NN/Transforms/Passes.h.inc"
} // namespace nnc::nn

using namespace mlir;

namespace {

struct MarkIndexBounds : nnc::nn::impl::MarkIndexBoundsBase<MarkIndexBounds> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<FunctionOpInterface>()) {
      if (!nnc::nn::isGraphFunction(function))
        continue;
      for (auto [i, bounds] :
           llvm::enumerate(nnc::collectIndexBounds(function)))
        if (!bounds.empty())
          function.setArgAttr(i, nnc::kIndexBoundsAttrName,
                              ArrayAttr::get(&getContext(), bounds));
    }
  }
};

} // namespace
