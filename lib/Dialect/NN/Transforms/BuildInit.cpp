//===- BuildInit.cpp - the function that initialises all variables --------===//
//
// Collects the initial-value regions of the module's variables into one
// `nn.entry @init`, which from then on is compiled like any other function.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/Frozen.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include "nnc/Support/NameHash.h"

namespace nnc::nn {
#define GEN_PASS_DEF_BUILDINIT
#include "nnc/Dialect/NN/Transforms/Passes.h.inc"
} // namespace nnc::nn

using namespace mlir;
using namespace nnc::nn;

namespace {

struct BuildInit : public nnc::nn::impl::BuildInitBase<BuildInit> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module.lookupSymbol("init")) {
      module.emitError() << "the name 'init' is taken by the initialisation function";
      return signalPassFailure();
    }
    OpBuilder builder(module.getBodyRegion());
    builder.setInsertionPointToEnd(module.getBody());
    Location loc = module.getLoc();

    auto scalar = RankedTensorType::get({}, builder.getI64Type());
    auto one = RankedTensorType::get({1}, builder.getI64Type());
    OperationState state(loc, EntryOp::getOperationName());
    state.addAttribute(EntryOp::getSymNameAttrName(state.name), builder.getStringAttr("init"));
    state.addAttribute(EntryOp::getFunctionTypeAttrName(state.name),
                       TypeAttr::get(builder.getFunctionType({scalar}, {})));
    NamedAttribute name(builder.getStringAttr("nn.name"), builder.getStringAttr("seed"));
    state.addAttribute(EntryOp::getArgAttrsAttrName(state.name),
                       builder.getArrayAttr({builder.getDictionaryAttr(name)}));
    // The same seed gives the same numbers on every target.
    state.addAttribute(kStrictAttrName, builder.getUnitAttr());
    state.addRegion()->emplaceBlock().addArgument(scalar, loc);
    auto entry = cast<EntryOp>(builder.create(state));

    Block &body = entry.getBody().front();
    builder.setInsertionPointToStart(&body);
    Value zero = ConstantOp::create(builder, loc, DenseElementsAttr::get(one, int64_t(0)));
    for (VariableOp variable : module.getOps<VariableOp>()) {
      if (variable->hasAttr(nnc::kFrozenAttrName))
        continue;
      Location at = variable.getLoc();
      Value hash = ConstantOp::create(
          builder, at,
          DenseElementsAttr::get(scalar, static_cast<int64_t>(nnc::hashName(variable.getSymName()))));
      Value key = AddOp::create(builder, at, scalar, body.getArgument(0), hash);
      key = ReshapeOp::create(builder, at, one, key);
      Value random = ConcatOp::create(builder, at, ValueRange{key, zero}, 0);

      IRMapping map;
      Block &init = variable.getInit().front();
      map.map(init.getArgument(0), random);
      for (Operation &op : init.without_terminator())
        builder.clone(op, map);
      auto yield = cast<YieldOp>(init.getTerminator());
      WriteOp::create(builder, at, variable.getSymName(), map.lookup(yield.getValue()));
    }
    ReturnOp::create(builder, loc, ValueRange{});
  }
};

} // namespace
