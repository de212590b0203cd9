//===- OpChecks.cpp - questions that many verifiers ask -------------------===//
//
// See OpChecks.h. Sizes come from the user, so sums of them are made in 128
// bits.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;

bool nnc::nn::isRepresentable(RankedTensorType type) {
  if (type.getEncoding() || !type.getElementType().isIntOrFloat())
    return false;
  // A size of 0 must not hide an overflow: strides are products of a part.
  uint64_t bytes = std::max(1u, type.getElementTypeBitWidth() / 8);
  for (int64_t size : type.getShape())
    if (__builtin_mul_overflow(
            bytes, static_cast<uint64_t>(std::max<int64_t>(size, 1)), &bytes) ||
        bytes > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      return false;
  return true;
}

bool nnc::nn::isElement(Type type) {
  return type.isF32() || type.isF64() || type.isUnsignedInteger(8) ||
         llvm::any_of(
             ArrayRef<unsigned>{1, 8, 16, 32, 64},
             [&](unsigned width) { return type.isSignlessInteger(width); });
}

std::string nnc::nn::toString(ArrayRef<int64_t> values) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << '[';
  llvm::interleaveComma(values, stream);
  stream << ']';
  return text;
}

LogicalResult nnc::nn::checkAxis(OpSite site, int64_t axis,
                                 RankedTensorType type) {
  if (axis < 0 || axis >= type.getRank())
    return site.refuse("axis ", axis, " is not among the ", type.getRank(),
                       " axes of ", type);
  return success();
}

LogicalResult nnc::nn::checkAxes(OpSite site, ArrayRef<int64_t> axes,
                                 RankedTensorType type) {
  for (auto [i, axis] : llvm::enumerate(axes)) {
    if (failed(checkAxis(site, axis, type)))
      return failure();
    if (i > 0 && axes[i - 1] >= axis)
      return site.refuse("axes ", toString(axes), " do not increase: ", axis,
                         " follows ", axes[i - 1]);
  }
  return success();
}

LogicalResult nnc::nn::checkEntries(OpSite site, StringRef attribute,
                                    ArrayRef<int64_t> values, int64_t expected,
                                    StringRef what, int64_t least) {
  if (static_cast<int64_t>(values.size()) != expected)
    return site.refuse(attribute, " has ", values.size(), " entries for ",
                       expected, " ", what);
  for (auto [i, value] : llvm::enumerate(values))
    if (value < least)
      return site.refuse(attribute, " entry ", i, " is ", value,
                         " but must be at least ", least);
  return success();
}

LogicalResult nnc::nn::checkElements(OpSite site, StringRef nameA,
                                     RankedTensorType a, StringRef nameB,
                                     RankedTensorType b) {
  if (a.getElementType() != b.getElementType())
    return site.refuse("element types differ: ", nameA, " has ",
                       a.getElementType(), " but ", nameB, " has ",
                       b.getElementType());
  return success();
}

LogicalResult nnc::nn::checkIndexable(OpSite site, int64_t axis,
                                      RankedTensorType type) {
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  if (type.getDimSize(axis) > most)
    return site.refuse("axis ", axis, " has ", type.getDimSize(axis),
                       " elements but an i32 index counts at most ", most);
  return success();
}

FailureOr<int64_t> nnc::nn::countWindows(OpSite site, unsigned axis,
                                         int64_t size, int64_t window,
                                         int64_t stride, int64_t low,
                                         int64_t high, int64_t dilation) {
  __int128 extent = static_cast<__int128>(window - 1) * dilation + 1;
  __int128 padded = static_cast<__int128>(size) + low + high;
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  if (extent > most || padded > most)
    return site.refuse("spatial axis ", axis,
                       " with its padding or window does not fit int64");
  if (extent > padded)
    return site.refuse("spatial axis ", axis, " has size ", size, ", ",
                       static_cast<int64_t>(padded),
                       " with padding, but the window spans ",
                       static_cast<int64_t>(extent));
  return static_cast<int64_t>((padded - extent) / stride + 1);
}
