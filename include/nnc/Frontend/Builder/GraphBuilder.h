//===- GraphBuilder.h - builds nn modules with NumPy's rules --------------===//
//
// The C++ API with which every front end makes graphs.
//
// An op of the nn dialect takes operands of exactly the right shapes; here the
// operands follow NumPy: shapes broadcast, axes count from the end when they
// are negative, a matrix product takes vectors and batches. What does not fit
// gives a null value and a text in the user's words (`getError`), never an
// invalid op and never an assertion. Nothing is folded or merged, because
// `nn.gradient` may name any value.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_FRONTEND_BUILDER_GRAPHBUILDER_H
#define NNC_FRONTEND_BUILDER_GRAPHBUILDER_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Frontend/Builder/Types.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

namespace nnc {

/// One input of a function.
struct GraphInput {
  std::string name;
  mlir::RankedTensorType type;
  mlir::Location loc;
};

/// One output of a function.
struct GraphOutput {
  std::string name;
  mlir::Value value;
};

/// Strides and the like of a convolution or window: one per spatial axis.
struct WindowShape {
  llvm::SmallVector<int64_t> size, strides, low, high, dilations;
};

class GraphBuilder {
public:
  /// No tensor has more elements, and no function more ops.
  static constexpr int64_t maxElements = int64_t(1) << 40;
  static constexpr int64_t maxOps = 1000000;

  explicit GraphBuilder(mlir::ModuleOp module);

  mlir::MLIRContext *getContext() { return ops.getContext(); }
  mlir::ModuleOp getModule() { return module; }
  mlir::OpBuilder &getOps() { return ops; }
  /// Where the ops made from now on come from.
  void setLoc(mlir::Location where) { loc = where; }
  mlir::Location getLoc() const { return loc; }

  /// Why the last value was null.
  llvm::StringRef getError() const { return error; }
  /// Keeps the text and returns null.
  mlir::Value fail(const llvm::Twine &text);

  //===--------------------------------------------------------------------===//
  // Module: variables and functions
  //===--------------------------------------------------------------------===//

  /// Makes a variable whose initial value `init` builds from the random state;
  /// null if `init` gives null. The type is that of the initial value.
  nn::VariableOp
  createVariable(nn::VariableKind kind, llvm::StringRef name,
                 llvm::function_ref<mlir::Value(mlir::Value random)> init);
  nn::VariableOp lookupVariable(llvm::StringRef name) const;
  /// Removes a variable that nothing uses.
  void eraseVariable(nn::VariableOp variable);

  /// Opens an entry or a step; ops are put into it until `endFunction`.
  mlir::Operation *beginFunction(bool isStep, llvm::StringRef name,
                                 llvm::StringRef baseName,
                                 llvm::ArrayRef<GraphInput> inputs);
  mlir::Block *getFunctionBody() { return body; }
  /// Writes the updated variables and the random counter, and returns.
  void endFunction(llvm::ArrayRef<GraphOutput> outputs);
  /// Gives up the open function and removes it.
  void abandonFunction();

  /// The value of a variable before the call: one read per function.
  mlir::Value readVariable(nn::VariableOp variable);
  /// Its value at the end of the call; the last one counts.
  void writeVariable(nn::VariableOp variable, mlir::Value value);
  /// What has been written so far; null if nothing.
  mlir::Value getWritten(nn::VariableOp variable) {
    return writes.lookup(variable);
  }

  //===--------------------------------------------------------------------===//
  // Constants
  //===--------------------------------------------------------------------===//

  /// A tensor type, or null where a size is not positive or there are too many
  /// elements.
  mlir::RankedTensorType getType(mlir::Type element,
                                 llvm::ArrayRef<int64_t> shape);
  mlir::Value splat(mlir::RankedTensorType type, double value);
  mlir::Value splatInt(mlir::RankedTensorType type, int64_t value);
  /// Row-major values.
  mlir::Value constant(mlir::RankedTensorType type,
                       llvm::ArrayRef<double> values);
  mlir::Value iota(mlir::RankedTensorType type, int64_t axis);

  //===--------------------------------------------------------------------===//
  // Elementwise
  //===--------------------------------------------------------------------===//

  /// `exp`, `tanh`, `logistic` …: the mnemonic of a unary op.
  mlir::Value unary(llvm::StringRef mnemonic, mlir::Value x);
  static bool isUnary(llvm::StringRef mnemonic);
  /// `add`, `div`, `max` …: the mnemonic of a binary op. Broadcasts.
  mlir::Value binary(llvm::StringRef mnemonic, mlir::Value lhs,
                     mlir::Value rhs);
  mlir::Value compare(nn::Predicate predicate, mlir::Value lhs,
                      mlir::Value rhs);
  mlir::Value select(mlir::Value condition, mlir::Value ifTrue,
                     mlir::Value ifFalse);
  mlir::Value convert(mlir::Value x, mlir::Type element);
  mlir::Value stopGradient(mlir::Value x);
  /// x to a whole number, by squaring.
  mlir::Value power(mlir::Value x, int64_t exponent);

  //===--------------------------------------------------------------------===//
  // Shape
  //===--------------------------------------------------------------------===//

  /// The common shape of two, or nothing after an error.
  std::optional<llvm::SmallVector<int64_t>> broadcastShapes(mlir::Value lhs,
                                                            mlir::Value rhs);
  /// Repeats to exactly this shape.
  mlir::Value broadcastTo(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  /// Gives both the same shape.
  bool broadcastBoth(mlir::Value &lhs, mlir::Value &rhs);
  /// One size may be -1.
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> permutation);
  mlir::Value slice(mlir::Value x, llvm::ArrayRef<int64_t> starts,
                    llvm::ArrayRef<int64_t> limits,
                    llvm::ArrayRef<int64_t> strides);
  mlir::Value pad(mlir::Value x, mlir::Value value, llvm::ArrayRef<int64_t> low,
                  llvm::ArrayRef<int64_t> high);
  mlir::Value concat(llvm::ArrayRef<mlir::Value> parts, int64_t axis);
  mlir::Value reverse(mlir::Value x, llvm::ArrayRef<int64_t> axes);

  /// Counts a negative axis from the end; an error names it if it is outside
  /// `rank` axes.
  std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank);

  //===--------------------------------------------------------------------===//
  // Contractions, windows, reductions
  //===--------------------------------------------------------------------===//

  /// NumPy's matmul: vectors and broadcast batches too.
  mlir::Value matmul(mlir::Value lhs, mlir::Value rhs);
  /// Einstein's convention with an explicit or implied result, for one operand
  /// or more.
  mlir::Value einsum(llvm::StringRef spec,
                     llvm::ArrayRef<mlir::Value> operands);
  /// The diagonal of two equally long axes, in the place of the first.
  mlir::Value diagonal(mlir::Value x, int64_t first, int64_t second);

  mlir::Value conv(mlir::Value input, mlir::Value weight,
                   const WindowShape &window, int64_t groups);
  /// The transposed convolution: `spatial` are the sizes of its result.
  mlir::Value convTranspose(mlir::Value input, mlir::Value weight,
                            const WindowShape &window, int64_t groups,
                            llvm::ArrayRef<int64_t> spatial);
  mlir::Value windowMax(mlir::Value x, const WindowShape &window);
  mlir::Value windowSum(mlir::Value x, const WindowShape &window);

  /// `sum`, `max`, `min`, `any`, `all` over the axes (none means all).
  mlir::Value reduce(llvm::StringRef what, mlir::Value x,
                     llvm::ArrayRef<int64_t> axes, bool keepDims);
  mlir::Value argReduce(bool isMax, mlir::Value x, int64_t axis);
  mlir::Value cumsum(mlir::Value x, int64_t axis, bool reverse);

  //===--------------------------------------------------------------------===//
  // Index
  //===--------------------------------------------------------------------===//

  mlir::Value gather(mlir::Value x, mlir::Value index, int64_t axis);
  mlir::Value scatterAdd(mlir::Value x, mlir::Value index, mlir::Value updates,
                         int64_t axis);
  mlir::Value oneHot(mlir::Value index, int64_t classes, mlir::Type element);
  /// Sorted values and their old places.
  std::pair<mlir::Value, mlir::Value> sort(mlir::Value x, int64_t axis,
                                           bool descending);

  //===--------------------------------------------------------------------===//
  // Random
  //===--------------------------------------------------------------------===//

  enum class Random { Bits, Uniform, Normal };
  /// A new draw: from the variable's own state inside an initialiser, else
  /// from the state variable `random.state`.
  mlir::Value random(Random what, mlir::RankedTensorType type);

  //===--------------------------------------------------------------------===//
  // Loops
  //===--------------------------------------------------------------------===//

  /// Opens a loop over axis 0 of arrays of equal length; ops are put into its
  /// body until `endScan` or `abandonScan`. The body may use any value from
  /// outside. Its arguments are the carries, then the arrays' slices.
  mlir::Block *beginScan(llvm::ArrayRef<mlir::Value> inits,
                         llvm::ArrayRef<mlir::Value> arrays);
  /// Closes the loop that was opened last: carries have their initial values'
  /// types. Gives the last carries, then `collects` of all turns stacked along
  /// axis 0; nothing after an error.
  llvm::SmallVector<mlir::Value> endScan(llvm::ArrayRef<mlir::Value> carries,
                                         llvm::ArrayRef<mlir::Value> collects);
  void abandonScan();
  bool isInScan() const { return !loops.empty(); }

  //===--------------------------------------------------------------------===//
  // Gradients
  //===--------------------------------------------------------------------===//

  /// An op that lies between a loss and what it is differentiated by, and lets
  /// no gradient through.
  using Cuts = llvm::SetVector<mlir::Operation *>;
  /// Which of `wrt` a differentiable path leads to from `loss`; if to none,
  /// `cuts` receives the ops that cut a path.
  llvm::SmallVector<bool> findDifferentiable(mlir::Value loss,
                                             llvm::ArrayRef<mlir::Value> wrt,
                                             Cuts &cuts);
  /// The derivatives of a scalar, each of its value's type.
  llvm::SmallVector<mlir::Value> gradient(mlir::Value loss,
                                          llvm::ArrayRef<mlir::Value> wrt);

  /// The variable that `value` reads; null if it is no read.
  nn::VariableOp getReadVariable(mlir::Value value);
  /// The parameters that this function has read so far, in the order of the
  /// module.
  llvm::SmallVector<nn::VariableOp> getReadParameters();

private:
  /// Refuses a result type that is too large and counts the op.
  bool admit(mlir::RankedTensorType type);
  template <typename OpT, typename... Args>
  mlir::Value make(mlir::RankedTensorType type, Args &&...args) {
    if (!type || !admit(type))
      return nullptr;
    return OpT::create(ops, loc, type, std::forward<Args>(args)...).getResult();
  }
  mlir::Value contract(llvm::StringRef lhs, llvm::StringRef rhs,
                       llvm::StringRef result, mlir::Value a, mlir::Value b);
  mlir::Value permuteTo(mlir::Value x, llvm::StringRef from,
                        llvm::StringRef to);
  bool checkIndex(mlir::Value index, int64_t size);
  bool checkWindow(const WindowShape &window);
  bool checkWindow(mlir::Value x, const WindowShape &window,
                   llvm::SmallVectorImpl<int64_t> &outputs);

  mlir::ModuleOp module;
  mlir::OpBuilder ops;
  mlir::Location loc;
  std::string error;
  int64_t numOps = 0;

  llvm::StringMap<nn::VariableOp> variables;
  /// Where the next variable goes: before the first function.
  mlir::Operation *firstFunction = nullptr;

  mlir::Operation *function = nullptr;
  mlir::Block *body = nullptr;
  llvm::MapVector<mlir::Operation *, mlir::Value> reads;
  llvm::MapVector<mlir::Operation *, mlir::Value> writes;

  /// The loops that are open, outermost first.
  struct Loop {
    std::unique_ptr<mlir::Region> region;
    mlir::OpBuilder::InsertPoint before;
    llvm::SmallVector<mlir::Value> inits, arrays;
    /// A random state per turn, once a turn draws: the array and its slice.
    mlir::Value randomStates, randomState;
  };
  llvm::SmallVector<Loop, 2> loops;
  /// The random state at a depth of loops; 0 is outside of all.
  mlir::Value randomStateAt(size_t depth);

  /// The random state that draws come from, and how many there were.
  mlir::Value randomState;
  int64_t numDraws = 0;
};

} // namespace nnc

#endif // NNC_FRONTEND_BUILDER_GRAPHBUILDER_H
