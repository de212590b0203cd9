//===- Scope.h - files, calls, and the names in them ----------------------===//
//
// Where names are looked up: a file's declarations, and one frame per call that
// is being inlined. A frame also hands out the names of parameters.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_FRONTEND_TEXT_SEMA_SCOPE_H
#define NNC_LIB_FRONTEND_TEXT_SEMA_SCOPE_H

#include "Datum.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <deque>
#include <map>

namespace nnc::sema {

/// A constant of a file: its declaration and, once evaluated, its value.
struct ConstInfo {
  const ast::ConstDecl *decl = nullptr;
  FileScope *file = nullptr;
  enum class State : uint8_t { New, Running, Done } state = State::New;
  Datum value;
};

/// What one file declares and what it can see.
struct FileScope {
  std::string path;
  const ast::File *file = nullptr;
  bool isLibrary = false;

  /// In order; the ones of imported files are in their own scope.
  std::deque<ConstInfo> ownConsts;
  llvm::StringMap<ConstInfo *> consts;
  /// Layers, models, optimisers, schedules; own and imported.
  llvm::StringMap<Callee> functions;
  llvm::StringMap<Callee> initializers;
  /// Entries and steps in order; of the main file only.
  std::vector<const ast::FunctionDecl *> exported;
  /// The standard library; null in it.
  FileScope *library = nullptr;
};

/// Hands out the names of call sites and parameters inside one call of a layer
/// or model. A site takes its name when the first parameter inside it is made,
/// so that only sites with parameters count.
struct NameScope {
  /// The scope of the caller; null for a model.
  NameScope *parent = nullptr;
  /// False in entries, steps and optimisers, where no parameter may be made.
  bool hasNames = false;
  /// Resolved: `M.block_0`.
  std::string path;
  bool resolved = false;

  /// What the call site wants to be called.
  std::string wish;
  enum class Wish : uint8_t { Counted, Variable, ByHand } kind = Wish::Counted;
  llvm::SMLoc wishLoc;
  /// `*_l0`, of calls in the library: the site takes no name, and parameters
  /// inside it are the caller's, with their own names in place of the star.
  std::string pattern;
  /// The repeat turns around the call site, outermost first.
  llvm::SmallVector<int64_t, 2> turns;

  /// Names handed out in this scope. The first two are reset for each turn of a
  /// `repeat`, whose sites are named as if written once.
  struct Sites {
    std::map<std::string, unsigned> counters;
    std::map<std::string, llvm::SMLoc> taken;
  };
  Sites sites;
  std::map<std::string, llvm::SMLoc> finalNames;
};

/// A name bound in a frame.
struct Binding {
  Datum value;
  llvm::SMLoc loc;
  /// Of a `param`, a `state` and the `p` of an optimiser: the variable.
  std::string variable;
  enum class Target : uint8_t { None, State, Parameter } target = Target::None;
};

/// One item of a `return`.
struct Returned {
  std::string name;
  Datum value;
  llvm::SMLoc loc;
  llvm::SMLoc valueLoc;
};

/// One call that is being inlined (or an entry, a step, a list of constants).
struct Frame {
  const ast::FunctionDecl *decl = nullptr;
  FileScope *file = nullptr;
  Frame *caller = nullptr;
  /// The name of the call, in the caller.
  llvm::SMLoc callLoc;

  /// Of this call and all inside it, and the call that set it.
  CallMode mode = CallMode::Plain;
  llvm::SMLoc modeLoc;

  llvm::StringMap<Binding> values;
  /// Functions passed as arguments.
  llvm::StringMap<FunctionValue> functions;
  NameScope names;
  llvm::SmallVector<int64_t, 2> turns;

  bool hasReturned = false;
  llvm::SmallVector<Returned, 2> results;

  /// Set while an optimiser or a schedule runs: the name of the parameter or
  /// of the learning rate that it computes, which its states are named after.
  std::string optimized;
  /// The states that its body has declared.
  llvm::SmallVector<nn::VariableOp, 2> slots;
};

} // namespace nnc::sema

#endif // NNC_LIB_FRONTEND_TEXT_SEMA_SCOPE_H
