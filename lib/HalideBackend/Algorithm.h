//===- Algorithm.h - what a kernel computes, as Funcs -----------*- C++ -*-===//
//
// The algorithm half of the back end. A value becomes a Func if it is a result,
// is a sum over something, or costs more to repeat than to store; every other
// value is an expression of those. How the Funcs are walked is for Schedule.h.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_HALIDEBACKEND_ALGORITHM_H
#define NNC_LIB_HALIDEBACKEND_ALGORITHM_H

#include "Functions.h"
#include "nnc/HalideBackend/Interface.h"
#include <functional>
#include <optional>
#include <set>
#include <stdexcept>

namespace nnc::halide {

/// Thrown for what cannot be expressed.
struct Declined : std::runtime_error {
  Declined(const std::string &op, const std::string &why)
      : std::runtime_error("'" + op + "': " + why) {}
};

/// In the order of a tensor's axes; Halide's order is the reverse.
using Indices = std::vector<Halide::Expr>;
using Shape = std::vector<int64_t>;

/// What of a schedule the algorithm itself depends on, and the rest of it.
struct Parameters {
  /// Elements of a vector register, of 32 bits each.
  int vector = 4;
  /// The register tile of products: rows, and columns in vectors.
  int rows = 4, columns = 2;
  /// Accumulators of a reduction along rows, in vectors.
  int accumulators = 4;
  /// Copy the operand that vectors run along, with that axis last.
  bool pack = true;
  /// Vectors of a convolution run along its channels, not its last axis.
  bool channels = true;
  /// Keep the order of float sums.
  bool strict = false;
  /// Most tasks that a loop is cut into, and the turns that are worth it.
  int64_t tasks = 1, leastTurns = 0;
  /// The autoscheduler that walks the Funcs, by Halide's name; empty: Schedule.h.
  std::string automatic;
};

/// How the loops of a sum lie to its operands.
enum class SumKind { Row, Column, Product };

/// Something that is accumulated: read by one stage, at the element that the
/// stage computes.
struct Sum {
  Halide::Func func;
  SumKind kind;
  Halide::RDom domain;
  /// Axes of the register tile: vectors run along the first; -1: none.
  int lane = -1, row = -1;
  /// Partial sums by lane, so many of them, for reductions along rows.
  int64_t width = 0;
  Halide::Func partial, folded;
  Halide::RDom partialDomain;
};

/// A Func that is stored.
struct Stage {
  Halide::Func func;
  Shape shape;
  /// The values in its tuple.
  std::vector<int> values;
  std::vector<Sum> sums;
  /// The tuple's values before any of them is stored, where there are several.
  Halide::Func inner;
  bool isResult = false;
  /// Has updates of its own that run in order.
  bool isSerial = false;
  /// Copied operands of a product.
  bool isCopy = false;
  /// The stages that it reads: how many leading axes it reads at its own place.
  std::map<int, int> reads;
};

class Algorithm {
public:
  Algorithm(const Kernel &kernel, const Parameters &parameters);

  std::vector<Halide::ImageParam> inputs;
  /// Producers come before their consumers.
  std::vector<Stage> stages;

  const Shape &shapeOf(int value) const { return kernel.values[value].shape; }
  Element elementOf(int value) const { return kernel.values[value].element; }
  static Halide::Type typeOf(Element element);
  /// The results by stage and place in its tuple.
  std::pair<int, int> placeOf(int value) const { return stageOf.at(value); }
  /// For each input, the stages that read it: at their own place only, or not.
  std::vector<std::map<int, bool>> inputReads;

private:
  /// What is kept while a stage is defined.
  struct Context {
    /// Values whose expressions stand in the stage itself.
    std::vector<int> members;
    std::map<int, Sum> sums;
    std::map<int, int> reads;
    std::vector<std::tuple<int, Indices, Halide::Expr>> memo;
  };

  // Stages.cpp: which values are stored, and their Funcs.
  void formGroups();
  bool canJoin(int value, const std::vector<int> &group) const;
  bool dependsOn(int value, const std::vector<int> &group) const;
  void chooseStored();
  int64_t chainCost(int value) const;
  void defineGroup(int group);
  void limitSize() const;
  void addStage(Stage stage);
  int copyOperand(const std::string &name, const Shape &shape,
                  const std::function<Halide::Expr(const Indices &)> &element);
  int copyPadded(const std::string &name, size_t lead, const Shape &from, const Shape &padded,
                 const Shape &low, const Halide::Expr &outside,
                 const std::function<Halide::Expr(const Indices &)> &element);
  std::function<Halide::Expr(const Indices &)> readAround(const std::string &name, int value, const Shape &padded,
                                                          const Shape &low, const Halide::Expr &outside);
  Halide::Expr readStage(int stage, int tuple, const Indices &indices);
  /// The element of a value.
  Halide::Expr at(int value, const Indices &indices);
  Halide::Expr compute(int value, const Indices &indices);

  // Elements.cpp: ops that move indices, and windows.
  std::optional<Halide::Expr> computeMoved(const Op &op, const Indices &indices);
  Halide::Expr computeWindow(const Op &op, const Indices &indices);
  Halide::Expr computeWindowScatter(const Op &op, const Indices &indices);

  // Sums.cpp, Convolutions.cpp
  using Combine = std::function<Halide::Expr(const Halide::Expr &, const Halide::Expr &)>;
  Sum makeSum(const Op &op);
  Sum reduce(const Op &op);
  Sum argReduce(const Op &op);
  Sum contract(const Op &op);
  Sum convolve(const Op &op);
  Sum convolveInputGrad(const Op &op);
  Sum convolveWeightGrad(const Op &op);
  Sum sumRows(const std::string &name, const Halide::Expr &neutral, size_t rank, const Shape &outer,
              int64_t extent, bool inLanes, const Combine &combine,
              const std::function<Halide::Expr(const Indices &kept, const Indices &reduced)> &element);
  void defineSerial(const Op &op);

  const Kernel &kernel;
  Parameters parameters;
  std::vector<const Op *> definitions;
  std::vector<std::vector<const Op *>> users;
  /// Values that are stored together, and the group of each that is stored.
  std::vector<std::vector<int>> groups;
  std::map<int, int> groupOf;
  /// Of values with a stage: its number and the place in its tuple.
  std::map<int, std::pair<int, int>> stageOf;
  Context context;
};

/// The variable of an axis; the same in every Func.
Halide::Var axisVar(int axis);
/// The arguments of a Func of this rank, in Halide's order.
std::vector<Halide::Var> argumentsOf(size_t rank);
Indices indicesOf(size_t rank);
std::vector<Halide::Expr> reversed(const Indices &indices);
Halide::Expr index(int64_t value);

/// An elementwise op on its operands' elements.
Halide::Expr buildElementwise(const Op &op, const std::vector<Element> &types, Element result,
                              const std::vector<Halide::Expr> &operands);
bool isElementwise(const Op &op);
bool isAccumulated(const Op &op);
bool isSerial(const Op &op);
/// Cost of an element, in simple operations.
int64_t elementCost(const Op &op);

} // namespace nnc::halide

#endif // NNC_LIB_HALIDEBACKEND_ALGORITHM_H
