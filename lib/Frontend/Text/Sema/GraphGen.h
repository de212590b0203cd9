//===- GraphGen.h - evaluates a program into an nn module -----------------===//
//
// Interprets entries and steps: what is known when compiling is computed, what
// is a tensor becomes ops, calls are inlined. One object makes one module.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_FRONTEND_TEXT_SEMA_GRAPHGEN_H
#define NNC_LIB_FRONTEND_TEXT_SEMA_GRAPHGEN_H

#include "Builtins.h"
#include "Program.h"
#include "nnc/Frontend/Builder/GraphBuilder.h"
#include "nnc/Frontend/Text/TextModel.h"
#include "llvm/ADT/SetVector.h"

namespace nnc::sema {

/// What a call site wants its parameters to be named after.
struct SiteName {
  llvm::StringRef variable;
  llvm::SMLoc loc;
};

class GraphGen {
public:
  GraphGen(Program &program, mlir::MLIRContext &context,
           const LoadOptions &options, LoadedModule &result);
  void run();

  //===--------------------------------------------------------------------===//
  // Errors and places (Errors.cpp)
  //===--------------------------------------------------------------------===//

  /// Reports at `loc`, or at the user's call if `loc` is in the library. The
  /// same error at the same place is kept once.
  Diagnostic &error(llvm::SMLoc loc, const llvm::Twine &message);
  Datum poison(llvm::SMLoc loc, const llvm::Twine &message) {
    error(loc, message);
    return Datum();
  }
  /// Ends a call whose value is not known after an error.
  static void abandon(Frame &call);
  /// The place in the user's files that `loc` of the current frame is for.
  llvm::SMLoc userLoc(llvm::SMLoc loc);
  mlir::Location mlirLoc(llvm::SMLoc loc);
  /// A tensor, or poison with the builder's error.
  Datum tensor(mlir::Value value, llvm::SMLoc loc);
  /// Refuses lists and strings without end.
  Datum limit(Datum value, llvm::SMLoc loc);
  /// Adds a note with the type of a name and where it was bound.
  void noteOperand(Diagnostic &diag, const ast::Expr *operand,
                   const Datum &value);

  //===--------------------------------------------------------------------===//
  // Expressions (Expressions.cpp, Operators.cpp, Indexing.cpp)
  //===--------------------------------------------------------------------===//

  /// One value: the first, where a call gives several.
  Datum eval(const ast::Expr *expr, SiteName site = {});
  /// As it is, several values included.
  Datum evalAll(const ast::Expr *expr, SiteName site = {});
  /// The value of an operator.
  Datum binary(ast::BinaryOp op, Datum lhs, Datum rhs, llvm::SMLoc loc);
  Datum negate(Datum value, llvm::SMLoc loc);
  Datum logicalNot(Datum value, llvm::SMLoc loc);
  /// Any elementwise op of the builder, with numbers taking the other's type.
  Datum elementwise(llvm::StringRef mnemonic, Datum lhs, Datum rhs,
                    llvm::SMLoc loc);
  Datum power(Datum base, Datum exponent, llvm::SMLoc loc);

  /// The type of floats without a tensor beside them: f32, or the parameter's
  /// in an initialiser.
  mlir::Type standardFloat();
  /// While an initialiser runs: its variable's type, if that is of floats.
  mlir::Type initialized;
  /// `value` as a tensor; a number has `element`, or standardFloat (i32 for an
  /// int if `keepInts`). Lists become arrays. Null after an error.
  mlir::Value toTensor(const Datum &value, llvm::SMLoc loc,
                       mlir::Type element = {}, bool keepInts = false);
  /// Gives a number the element type and shape of a tensor beside it.
  mlir::Value numberLike(const Datum &value, mlir::RankedTensorType type,
                         llvm::SMLoc loc);
  /// Both as tensors; false after an error.
  bool toTensors(const Datum &lhs, const Datum &rhs, llvm::SMLoc loc,
                 mlir::Value &left, mlir::Value &right);

  //===--------------------------------------------------------------------===//
  // Calls (Calls.cpp, Arguments.cpp)
  //===--------------------------------------------------------------------===//

  Datum evalCall(const ast::CallExpr *call, SiteName site);
  /// Inlines a declared function. One value per parameter, where given.
  Datum callFunction(const Callee &callee, llvm::StringRef name,
                     std::vector<std::optional<Datum>> given, llvm::SMLoc loc,
                     NameScope names = {}, CallMode mode = CallMode::Plain);
  /// Warns of what a call in the user's file can hardly have been meant to do
  /// (Lint.cpp).
  void lintCall(const Callee &callee, llvm::ArrayRef<std::optional<Datum>> args,
                const Datum &value, llvm::SMLoc loc);
  void warn(llvm::SMLoc loc, const llvm::Twine &message, llvm::SMLoc noteLoc,
            llvm::StringRef note);
  /// Calls a function of the standard library with positional arguments.
  Datum callLibrary(llvm::StringRef name, llvm::ArrayRef<Datum> args,
                    llvm::SMLoc loc);
  /// `frozen(M)` and `averaged(M)`: the model as a function of another mode.
  Datum modelInMode(llvm::StringRef path, CallMode mode, llvm::SMLoc loc);
  /// Binds all arguments of a new frame; false after an error.
  bool bindArguments(Frame &made, llvm::StringRef name,
                     std::vector<std::optional<Datum>> given, llvm::SMLoc loc);
  /// The model as the path of its parameters.
  Datum modelPath(const Callee &model);
  /// Runs the body of a frame whose arguments are bound.
  Datum inlineBody(Frame &callee);
  /// What a name before `(` stands for; nothing if it means nothing.
  std::optional<FunctionValue> resolveFunction(llvm::StringRef name);

  /// What is known of a parameter before it is called.
  struct ParamSpec {
    llvm::StringRef name;
    std::optional<ast::TypeKind> kind;
    bool isRequired = true;
    bool acceptsNone = false;
    /// Not for the user to give.
    bool isSupplied = false;
  };
  static llvm::SmallVector<ParamSpec> paramSpecs(const ast::FunctionDecl &decl);
  static llvm::SmallVector<ParamSpec> paramSpecs(const Builtin &builtin);
  /// Finds the parameter of each argument: its number, or that of the
  /// parameters for one of the variadic rest.
  bool matchArguments(llvm::ArrayRef<ast::Argument> args,
                      llvm::StringRef function,
                      llvm::ArrayRef<ParamSpec> params,
                      std::optional<size_t> variadicAt, llvm::SMLoc loc,
                      llvm::SmallVectorImpl<size_t> &targets);
  Datum evalArgument(const ast::Expr *expr, const ParamSpec &param,
                     llvm::StringRef function, llvm::SMLoc loc);
  /// Evaluates the arguments of a declared function in the order written.
  /// False if one is poison.
  bool evalArguments(llvm::ArrayRef<ast::Argument> args,
                     llvm::ArrayRef<size_t> targets,
                     llvm::ArrayRef<ParamSpec> params, llvm::StringRef function,
                     llvm::SMLoc loc, std::vector<std::optional<Datum>> &values,
                     std::vector<Datum> *rest = nullptr);
  /// Checks a value against an attribute type and converts it.
  Datum coerce(Datum value, const ParamSpec &param, llvm::StringRef function,
               llvm::SMLoc loc);
  /// Binds the dimension names of all given tensors' types: the size of one may
  /// speak of another's.
  void bindDimensions(llvm::ArrayRef<ast::Parameter> params,
                      llvm::ArrayRef<std::optional<Datum>> given,
                      Frame &callee);
  /// Makes tensors of lists that were given where tensors are wanted. False
  /// after an error.
  bool makeTensors(llvm::ArrayRef<ParamSpec> params,
                   std::vector<std::optional<Datum>> &values, llvm::SMLoc loc);
  /// Binds a tensor to an argument with a shape, and the dimension names of its
  /// type to sizes.
  bool unify(const ast::Parameter &param, const Datum &value, Frame &callee,
             llvm::StringRef function, llvm::SMLoc callLoc);

  //===--------------------------------------------------------------------===//
  // Statements (Statements.cpp)
  //===--------------------------------------------------------------------===//

  void runBlock(const ast::Block &block);
  void runStatement(const ast::Stmt *stmt);
  void runBind(const ast::BindStmt *stmt);
  void runUpdate(const ast::UpdateStmt *stmt);
  void runRepeat(const ast::RepeatStmt *stmt);
  void runIf(const ast::IfStmt *stmt);
  /// In Scan.cpp.
  void runScan(const ast::ScanStmt *stmt);
  void runReturn(const ast::ReturnStmt *stmt);

  //===--------------------------------------------------------------------===//
  // Variables (Variables.cpp)
  //===--------------------------------------------------------------------===//

  void runVariable(const ast::VariableStmt *stmt);
  /// The name of the scope, handed out now if it has none yet.
  llvm::StringRef resolvePath(NameScope &scope);
  std::string allocate(NameScope &scope, llvm::StringRef wish,
                       NameScope::Wish kind, llvm::SMLoc loc,
                       llvm::ArrayRef<int64_t> turns);
  mlir::RankedTensorType evalType(const ast::Type *type);
  /// The initial value of a variable, inside its region.
  mlir::Value evalInitializer(const ast::VariableStmt *stmt,
                              mlir::RankedTensorType type);
  /// Makes a variable of the compiler's own whose elements all are `value`.
  nn::VariableOp makeSlot(llvm::StringRef name, mlir::RankedTensorType type,
                          double value,
                          nn::VariableKind kind = nn::VariableKind::slot);
  /// The value of a variable now.
  mlir::Value currentValue(nn::VariableOp variable);
  /// The value of a variable as the calls around see it: cut off or averaged.
  mlir::Value valueInMode(nn::VariableOp variable);
  /// The moving average of a parameter that a step keeps: NaN before its first
  /// update.
  nn::VariableOp makeAverage(nn::VariableOp parameter, llvm::StringRef step);
  /// Whether batch statistics and dropout are on here.
  bool isTraining() const {
    return function.isStep && (!frame || frame->mode == CallMode::Plain);
  }

  //===--------------------------------------------------------------------===//
  // Gradients (Gradients.cpp)
  //===--------------------------------------------------------------------===//

  /// The scalar that `value` must be to be differentiated; null after an error.
  mlir::Value checkLoss(const Datum &value, llvm::SMLoc loc);
  void noteCuts(Diagnostic &diag, const GraphBuilder::Cuts &cuts);
  Datum gradient(llvm::ArrayRef<Datum> args, llvm::SMLoc loc);
  /// The parameters whose names are `path` or begin with it.
  llvm::SmallVector<nn::VariableOp> parametersOf(llvm::StringRef path,
                                                 llvm::SMLoc loc);

  //===--------------------------------------------------------------------===//
  // Updates (Minimize.cpp)
  //===--------------------------------------------------------------------===//

  void runMinimize(const ast::MinimizeStmt *stmt);
  /// Which steps keep a moving average of a parameter or of a part of a model,
  /// to go by the text.
  llvm::SmallVector<llvm::StringRef> findAverages(llvm::StringRef parameter);
  /// `lr`, with a number from the second `minimize` of a step on.
  std::string learningRateName();

  //===--------------------------------------------------------------------===//
  // Functions and constants (Functions.cpp)
  //===--------------------------------------------------------------------===//

  bool evalConsts();
  void evalConst(ConstInfo &info);
  void overrideConst(ConstInfo &info, const Define &define);
  void generateFunction(const ast::FunctionDecl *decl);
  void generateVariant(const ast::FunctionDecl *decl, llvm::StringRef name,
                       const std::map<std::string, int64_t> &dims);
  /// The value of -D at `index`; nothing if it is wrong, which has been said.
  std::optional<Datum> evalDefine(const Define &define, size_t index);

  //===--------------------------------------------------------------------===//
  // State
  //===--------------------------------------------------------------------===//

  Program &program;
  DiagnosticEngine &diags;
  const LoadOptions &options;
  LoadedModule &result;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  GraphBuilder builder;

  Frame *frame = nullptr;

  /// What evaluation may make.
  enum class Mode : uint8_t { Constants, Graph, Init } mode = Mode::Constants;

  /// Of the entry or step being made.
  struct FunctionState {
    const ast::FunctionDecl *decl = nullptr;
    bool isStep = false;
    /// States as the rest of the call sees them.
    llvm::StringMap<mlir::Value> states;
    /// Parameters that a `minimize` has updated, and where.
    llvm::StringMap<llvm::SMLoc> updated;
    unsigned numMinimize = 0;
    /// The number of earlier calls, as f32, once asked for.
    mlir::Value calls;
  } function;
  /// What calls in the user's files gave, for warnings, and where they are.
  llvm::DenseMap<mlir::Value, llvm::SMLoc> linearResults, softmaxResults;

  /// Schedules may be called: the learning rate is being evaluated.
  bool inLearningRate = false;

  struct VariableInfo {
    nn::VariableOp op;
    llvm::SMLoc loc;
    /// The call of the model that made it.
    llvm::SMLoc modelCall;
    const ast::Stmt *decl = nullptr;
  };
  llvm::StringMap<VariableInfo> variables;
  /// The declaration that each model name stands for.
  struct ModelInfo {
    const ast::FunctionDecl *decl;
    FileScope *file;
  };
  llvm::StringMap<ModelInfo> models;
  llvm::SetVector<mlir::Attribute> normalizers;

  /// The last error that was reported; null if it had been reported before.
  Diagnostic *lastError = nullptr;

  unsigned depth = 0;
  unsigned numFrames = 0;
  int64_t numSteps = 0;
  /// More was to be run than is allowed, and that has been said.
  bool isExhausted = false;

private:
  std::map<std::pair<const char *, std::string>, bool> reported;
  Diagnostic ignored;
  /// What the values of -D are: each is evaluated once.
  std::map<std::pair<const Define *, size_t>, std::optional<Datum>> defined;
  llvm::DenseMap<std::pair<const char *, const char *>, mlir::Location> places;
};

/// Takes the error of an unfinished function along without making ops.
constexpr unsigned maxEvalDepth = 20000;
constexpr unsigned maxFrames = 1000;
/// Statements that are run in all, so that nested repeats end.
constexpr int64_t maxSteps = 1000000;

} // namespace nnc::sema

#endif // NNC_LIB_FRONTEND_TEXT_SEMA_GRAPHGEN_H
