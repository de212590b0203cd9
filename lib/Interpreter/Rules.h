//===- Rules.h - what each primitive computes -------------------*- C++ -*-===//
//
// Private to the library. A rule is one function that reads an op's operands
// and fills its results; a table finds it by the op's name. Each family of ops
// has a file of rules.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_INTERPRETER_RULES_H
#define NNC_LIB_INTERPRETER_RULES_H

#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Interpreter/Tensor.h"
#include "llvm/ADT/StringMap.h"
#include <functional>

namespace nnc {

/// An op's operands, in its order.
using Operands = llvm::ArrayRef<const Tensor *>;
/// An op's results: of the right types, and zero until the rule fills them.
using Results = llvm::MutableArrayRef<Tensor>;

class RuleTable {
public:
  using Rule = std::function<llvm::LogicalResult(mlir::Operation *, Operands, Results)>;

  /// The rule of an op that may refuse its operands' values, and says why.
  template <typename OpTy>
  void add(llvm::LogicalResult (*rule)(OpTy, Operands, Results)) {
    rules[OpTy::getOperationName()] = [rule](mlir::Operation *op, Operands in, Results out) {
      return rule(llvm::cast<OpTy>(op), in, out);
    };
  }

  /// The rule of an op that takes any values.
  template <typename OpTy>
  void add(void (*rule)(OpTy, Operands, Results)) {
    rules[OpTy::getOperationName()] = [rule](mlir::Operation *op, Operands in, Results out) {
      rule(llvm::cast<OpTy>(op), in, out);
      return llvm::success();
    };
  }

  /// The same where the op itself, attributes included, does not matter.
  template <typename OpTy>
  void add(void (*rule)(Operands, Results)) {
    rules[OpTy::getOperationName()] = [rule](mlir::Operation *, Operands in, Results out) {
      rule(in, out);
      return llvm::success();
    };
  }

  /// Null if there is none.
  const Rule *find(llvm::StringRef opName) const {
    auto it = rules.find(opName);
    return it == rules.end() ? nullptr : &it->second;
  }

private:
  llvm::StringMap<Rule> rules;
};

/// Calls back with the elements of a tensor and of one of the same kind of
/// element that is made from it.
template <typename Fn>
void withElements(const Tensor &from, Tensor &to, Fn &&fn) {
  if (from.isFloat())
    fn(from.floats, to.floats);
  else
    fn(from.ints, to.ints);
}

void addContractRules(RuleTable &table);
void addConvRules(RuleTable &table);
void addElementwiseRules(RuleTable &table);
void addIndexRules(RuleTable &table);
void addRandomRules(RuleTable &table);
void addReduceRules(RuleTable &table);
void addShapeRules(RuleTable &table);
void addWindowRules(RuleTable &table);

/// All rules.
const RuleTable &getRules();

} // namespace nnc

#endif // NNC_LIB_INTERPRETER_RULES_H
