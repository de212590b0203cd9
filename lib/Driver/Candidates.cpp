//===- Candidates.cpp - ways to make a kernel that are worth timing -------===//
//
// Products have many schedules: what a register tile costs is estimated first,
// from the loads and multiply-adds of a turn and from what is left at the edges,
// and only the best are timed.
//
//===----------------------------------------------------------------------===//
#include "Candidates.h"
#include "nnc/Analysis/Flops.h"
#include "nnc/Analysis/Storage.h"
#include "nnc/Conversion/KernelSchedule.h"
#include "nnc/Conversion/KernelToHalide/KernelToHalide.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Target/VectorRegisters.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

namespace {

/// The loops of a product that a register tile is cut from, and what it reads.
struct Product {
  int64_t lanes = 1, rows = 1, bytes = 0;
  unsigned elementBits = 32;
  /// A convolution that Winograd's transforms may compute.
  bool isSquare = false;
};

struct Tile {
  int64_t rows, columns;
};

} // namespace

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

static bool isProduct(Operation *op) {
  return isa<nn::ContractOp, nn::ConvOp, nn::ConvInputGradOp, nn::ConvWeightGradOp>(op);
}

static bool isSquare(Operation *op) {
  if (!isa<nn::ConvOp, nn::ConvInputGradOp>(op))
    return false;
  auto isOne = [&](StringRef name) {
    return llvm::all_of(op->getAttrOfType<DenseI64ArrayAttr>(name).asArrayRef(), [](int64_t n) { return n == 1; });
  };
  ArrayRef<int64_t> weight = typeOf(op->getOperand(1)).getShape();
  return typeOf(op->getResult(0)).getElementType().isF32() &&
         weight.drop_front(2) == ArrayRef<int64_t>{3, 3} && isOne("strides") && isOne("dilations") &&
         op->getAttrOfType<IntegerAttr>("groups").getInt() == 1;
}

/// The largest product of a kernel, if it has one.
static std::optional<Product> findProduct(kernel::FuncOp kernel) {
  Operation *largest = nullptr;
  for (Operation &op : kernel.getBody().front())
    if (isProduct(&op) && (!largest || countFlops(&op) > countFlops(largest)))
      largest = &op;
  if (!largest)
    return std::nullopt;
  Product product;
  RankedTensorType result = typeOf(largest->getResult(0));
  product.elementBits = result.getElementTypeBitWidth();
  for (Value operand : largest->getOperands())
    product.bytes += getByteSize(typeOf(operand));
  product.isSquare = isSquare(largest);
  if (auto contract = dyn_cast<nn::ContractOp>(largest)) {
    StringRef letters = contract.getResultLetters();
    if (letters.empty())
      return std::nullopt;
    char lane = letters.back();
    StringRef wide = contract.getRhsLetters().contains(lane) ? contract.getRhsLetters() : contract.getLhsLetters();
    for (auto [letter, size] : llvm::zip(letters, result.getShape())) {
      if (letter == lane)
        product.lanes = size;
      else if (!wide.contains(letter))
        product.rows *= size;
    }
    return product;
  }
  // Channels by elements of an image, or of a window.
  bool isWeight = isa<nn::ConvWeightGradOp>(largest);
  product.lanes = result.getDimSize(isWeight ? 0 : 1);
  for (int64_t size : result.getShape().drop_front(2))
    product.rows *= size;
  return product;
}

/// Cycles, about, of all tiles of a product for one term of its sums. A cycle
/// has two multiply-adds and two loads; a sum waits four for the one before.
static double estimate(const Product &product, Tile tile, int64_t width, int64_t registers) {
  auto turn = [&](int64_t rows, int64_t vectors) {
    double sums = rows * vectors, spilled = std::max<double>(0, sums + vectors + 1 - registers);
    return std::max({sums / 2, (rows + vectors) / 2.0, 4.0}) + 2 * spilled;
  };
  int64_t vectors = llvm::divideCeil(product.lanes, width);
  // Tiles of even height, as MLIR's kernels have.
  int64_t most = std::min(tile.rows, product.rows);
  int64_t rows = llvm::divideCeil(product.rows, llvm::divideCeil(product.rows, most));
  auto column = [&](int64_t vectors) {
    int64_t rest = product.rows % rows;
    return product.rows / rows * turn(rows, vectors) + (rest ? turn(rest, vectors) : 0);
  };
  return vectors / tile.columns * column(tile.columns) + vectors % tile.columns * column(1);
}

static std::string print(Tile tile) {
  return "rows=" + std::to_string(tile.rows) + " columns=" + std::to_string(tile.columns);
}

/// The register tiles that promise most, and changes of what else is decided.
static std::vector<std::string> listOwnSchedules(const Product &product, const CodeOptions &target,
                                                 int64_t width, int64_t registers) {
  constexpr size_t numTiles = 5;
  std::vector<std::pair<double, Tile>> tiles;
  for (int64_t columns = 1; columns <= 4; ++columns)
    for (int64_t rows = std::min<int64_t>((registers - 1 - columns) / columns, product.rows); rows >= 4; --rows)
      tiles.push_back({estimate(product, {rows, columns}, width, registers), {rows, columns}});
  llvm::stable_sort(tiles, [](const auto &a, const auto &b) { return a.first < b.first; });
  std::vector<std::string> schedules;
  for (const auto &[cost, tile] : ArrayRef(tiles).take_front(numTiles))
    schedules.push_back(print(tile));
  int64_t kib = target.cacheBytes >> 10;
  // Where all of it stays in cache, blocks are whole.
  if (product.bytes > static_cast<int64_t>(target.cacheBytes / 4))
    for (int64_t cache : {kib / 2, kib * 2, kib * 4})
      schedules.push_back("cache=" + std::to_string(cache));
  if (product.isSquare)
    for (const char *winograd : {"winograd=0", "winograd=1"})
      schedules.push_back(winograd);
  return schedules;
}

/// The tile of one of Halide's schedules, if it names one.
static std::optional<Tile> findTile(StringRef schedule) {
  auto rows = findScheduleNumber(schedule, "rows"), columns = findScheduleNumber(schedule, "columns");
  return rows && columns ? std::optional(Tile{*rows, *columns}) : std::nullopt;
}

std::vector<Candidate> nnc::driver::listCandidates(kernel::FuncOp kernel, const CodeOptions &target,
                                                   const HalidePlugin *plugin) {
  std::vector<Candidate> candidates;
  auto product = findProduct(kernel);
  int64_t width = 1, registers = 16;
  if (auto machine = createTargetMachine(target)) {
    VectorRegisters vectors = getVectorRegisters(**machine);
    width = std::max<int64_t>(product ? vectors.bits / product->elementBits : 1, 1);
    registers = vectors.count;
  } else {
    llvm::consumeError(machine.takeError());
  }
  if (product)
    for (const std::string &schedule : listOwnSchedules(*product, target, width, registers))
      candidates.push_back({"mlir", schedule});
  auto halideTarget = plugin ? describeHalideTarget(target) : std::nullopt;
  if (!halideTarget)
    return candidates;
  std::vector<std::string> schedules;
  plugin->candidates(describeKernel(kernel), *halideTarget, schedules);
  auto cost = [&](const std::string &schedule) -> std::optional<double> {
    auto tile = findTile(schedule);
    return product && tile ? std::optional(estimate(*product, *tile, width, registers)) : std::nullopt;
  };
  double best = 0;
  for (const std::string &schedule : schedules)
    if (auto own = cost(schedule))
      best = best == 0 ? *own : std::min(best, *own);
  for (const std::string &schedule : schedules) {
    auto own = cost(schedule);
    // Half as much again is more than the estimate may be wrong by.
    if (!own || *own <= 1.5 * best)
      candidates.push_back({"halide", schedule});
  }
  return candidates;
}
