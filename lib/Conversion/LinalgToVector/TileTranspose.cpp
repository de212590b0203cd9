//===- TileTranspose.cpp - tiles that memory holds the other way ----------===//
//
// Where an operand is contiguous along the rows of a tile instead of along its
// lanes, whole vectors are moved to and from memory and the tile is transposed
// in registers: a shuffle for every few elements in place of a gather or
// scatter for every vector.
//
//===----------------------------------------------------------------------===//
#include "NestEmitter.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nnc;

/// The vector's first `size` lanes, or more of which the rest is undefined.
static Value resize(OpBuilder &b, Location loc, Value vector, int64_t size) {
  int64_t width = cast<VectorType>(vector.getType()).getDimSize(0);
  if (width == size)
    return vector;
  SmallVector<int64_t> mask;
  for (int64_t i = 0; i != size; ++i)
    mask.push_back(i < width ? i : vector::ShuffleOp::kPoisonIndex);
  return vector::ShuffleOp::create(b, loc, vector, vector, mask);
}

/// R vectors of W lanes to W vectors of R lanes. Each turn interleaves the
/// vectors of the upper half with those of the lower, which rotates the bits of
/// an element's (row, lane) by one; after log2 turns rows and lanes have
/// changed places.
SmallVector<Value> NestEmitter::transpose(SmallVector<Value> rows) {
  int64_t height = rows.size(),
          width = cast<VectorType>(rows[0].getType()).getDimSize(0);
  int64_t size = llvm::PowerOf2Ceil(std::max(height, width));
  for (Value &row : rows)
    row = resize(b, loc, row, size);
  // The rows that are not there may hold anything.
  rows.resize(size, rows[0]);
  SmallVector<int64_t> low, high;
  for (int64_t i = 0; i != size / 2; ++i) {
    low.append({i, i + size});
    high.append({i + size / 2, i + size / 2 + size});
  }
  for (int64_t turn = 1; turn != size; turn *= 2) {
    SmallVector<Value> next;
    for (int64_t i = 0; i != size / 2; ++i)
      for (ArrayRef<int64_t> mask : {ArrayRef(low), ArrayRef(high)})
        next.push_back(vector::ShuffleOp::create(b, loc, rows[i],
                                                 rows[i + size / 2], mask));
    rows = std::move(next);
  }
  rows.resize(width);
  for (Value &row : rows)
    row = resize(b, loc, row, height);
  return rows;
}

/// The points of the tile, those that differ only in their row together.
SmallVector<SmallVector<unsigned>> NestEmitter::groupRows() const {
  SmallVector<SmallVector<unsigned>> groups;
  for (auto [i, point] : llvm::enumerate(points)) {
    auto matches = [&](ArrayRef<unsigned> group) {
      Point first = points[group.front()];
      first.delta[schedule.row] = point.delta[schedule.row];
      return first.width == point.width && first.delta == point.delta;
    };
    auto group = llvm::find_if(groups, matches);
    if (group == groups.end())
      groups.push_back({static_cast<unsigned>(i)});
    else
      group->push_back(i);
  }
  return groups;
}

void NestEmitter::loadAcross(const Access &access) {
  for (ArrayRef<unsigned> group : groupRows()) {
    Point first = points[group.front()];
    if (group.size() == 1 || first.width == 1)
      continue;
    auto type = VectorType::get(group.size(), access.element);
    SmallVector<Value> lanes;
    for (int64_t lane = 0; lane != first.width; ++lane) {
      Point at = first;
      at.delta[schedule.lane] += lane;
      lanes.push_back(vector::LoadOp::create(b, loc, type, access.flat,
                                             address(access, at)));
    }
    for (auto [i, row] : llvm::zip(group, transpose(std::move(lanes))))
      loaded[{&access, constantOffset(access, points[i])}].push_back(
          {first.width, row});
  }
}

void NestEmitter::storeTile(ArrayRef<Value> values, const Access &access) {
  if (!schedule.runsAcross(access)) {
    for (auto [value, point] : llvm::zip(values, points))
      store(value, access, point);
    return;
  }
  for (ArrayRef<unsigned> group : groupRows()) {
    Point first = points[group.front()];
    if (group.size() == 1 || first.width == 1) {
      for (unsigned i : group)
        store(values[i], access, points[i]);
      continue;
    }
    SmallVector<Value> rows;
    for (unsigned i : group)
      rows.push_back(broadcast(values[i], first.width));
    for (auto [lane, value] : llvm::enumerate(transpose(std::move(rows)))) {
      Point at = first;
      at.delta[schedule.lane] += lane;
      vector::StoreOp::create(b, loc, value, access.flat, address(access, at));
    }
  }
}
