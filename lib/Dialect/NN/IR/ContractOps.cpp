//===- ContractOps.cpp - legal contractions -------------------------------===//
//
// The letters of `nn.contract`, and the shape that follows from them.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

namespace {
/// "ab,bc->ac" in its three parts; missing separators give empty parts.
struct Letters {
  StringRef lhs, rhs, result;
  explicit Letters(StringRef spec) {
    auto [operands, output] = spec.split("->");
    std::tie(lhs, rhs) = operands.split(',');
    result = output;
  }
};
} // namespace

StringRef ContractOp::getLhsLetters() { return Letters(getSpec()).lhs; }
StringRef ContractOp::getRhsLetters() { return Letters(getSpec()).rhs; }
StringRef ContractOp::getResultLetters() { return Letters(getSpec()).result; }

/// Each part is made of letters, none of them twice.
static LogicalResult checkLetters(OpSite site, StringRef spec, StringRef name,
                                  StringRef letters) {
  for (auto [i, letter] : llvm::enumerate(letters)) {
    if (!llvm::isAlpha(letter)) {
      // A byte of a longer character is not shown alone: it is no text.
      std::string shown = llvm::isPrint(letter)
                              ? std::string{'\'', letter, '\''}
                              : std::string("a character");
      return site.refuse("spec \"", spec,
                         "\" is not of the form \"ab,bc->ac\": ", shown,
                         " of its ", name, " is no letter");
    }
    if (letters.take_front(i).contains(letter))
      return site.refuse("spec \"", spec, "\" repeats '", StringRef(&letter, 1),
                         "' in its ", name);
  }
  return success();
}

LogicalResult ContractOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, ValueRange operands,
    DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
    SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  OpSite site(location, getOperationName());
  StringRef spec = op.getSpec();
  if (spec.count(',') != 1 || spec.count("->") != 1 ||
      spec.find(',') > spec.find("->"))
    return site.refuse("spec \"", spec, "\" is not of the form \"ab,bc->ac\"");
  Letters letters(spec);
  if (failed(checkLetters(site, spec, "lhs", letters.lhs)) ||
      failed(checkLetters(site, spec, "rhs", letters.rhs)) ||
      failed(checkLetters(site, spec, "result", letters.result)))
    return failure();

  RankedTensorType lhs = tensorType(op.getLhs()), rhs = tensorType(op.getRhs());
  if (failed(checkElements(site, "lhs", lhs, "rhs", rhs)))
    return failure();
  if (static_cast<size_t>(lhs.getRank()) != letters.lhs.size())
    return site.refuse("spec \"", spec, "\" has ", letters.lhs.size(),
                       " letters for lhs of rank ", lhs.getRank());
  if (static_cast<size_t>(rhs.getRank()) != letters.rhs.size())
    return site.refuse("spec \"", spec, "\" has ", letters.rhs.size(),
                       " letters for rhs of rank ", rhs.getRank());

  for (auto [i, letter] : llvm::enumerate(letters.lhs)) {
    size_t j = letters.rhs.find(letter);
    if (j != StringRef::npos && lhs.getDimSize(i) != rhs.getDimSize(j))
      return site.refuse("sizes of '", StringRef(&letter, 1), "' differ: axis ",
                         i, " of lhs has size ", lhs.getDimSize(i),
                         " but axis ", j, " of rhs has size ",
                         rhs.getDimSize(j));
  }
  SmallVector<int64_t> shape;
  for (char letter : letters.result) {
    size_t i = letters.lhs.find(letter), j = letters.rhs.find(letter);
    if (i == StringRef::npos && j == StringRef::npos)
      return site.refuse("spec \"", spec, "\" has '", StringRef(&letter, 1),
                         "' in its result but in neither operand");
    shape.push_back(i != StringRef::npos ? lhs.getDimSize(i)
                                         : rhs.getDimSize(j));
  }
  inferred.push_back(RankedTensorType::get(shape, lhs.getElementType()));
  return success();
}
