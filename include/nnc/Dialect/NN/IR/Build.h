//===- Build.h - nn ops in few words ----------------------------*- C++ -*-===//
//
// Short constructors of nn ops at one place of the code and the program. What
// is known at once is not built: arithmetic of splat constants gives a splat
// constant, and moving a splat constant's elements gives a splat constant, so
// that the gradient of a mean begins with a constant and not with a broadcast.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_BUILD_H
#define NNC_DIALECT_NN_IR_BUILD_H

#include "mlir/IR/Builders.h"
#include "nnc/Dialect/NN/IR/NN.h"

namespace nnc::nn {

/// The type of a value of the dialect.
inline mlir::RankedTensorType tensorTypeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// True for a tensor of floating-point elements, the only kind that carries
/// gradients.
inline bool isFloatTensor(mlir::Value value) {
  return llvm::isa<mlir::FloatType>(tensorTypeOf(value).getElementType());
}

/// The one number that all elements of a floating-point tensor are, where that
/// is plain: a constant, or one that was only broadcast or reshaped.
std::optional<double> getSplat(mlir::Value value);

/// Makes ops at a builder's insertion point with one location.
class NNBuilder {
public:
  NNBuilder(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  /// Makes any op; the arguments are those of its `create`.
  template <typename OpTy, typename... Args>
  mlir::Value make(Args &&...args) {
    return OpTy::create(builder, loc, std::forward<Args>(args)...).getResult();
  }

  mlir::Value splat(mlir::RankedTensorType type, double value);
  /// A constant of the type of `like`.
  mlir::Value splat(mlir::Value like, double value) {
    return splat(tensorTypeOf(like), value);
  }
  mlir::Value zeros(mlir::Value like) { return splat(like, 0.0); }

  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, mlir::Value y);
  mlir::Value neg(mlir::Value x);
  /// `x` times a number.
  mlir::Value scale(mlir::Value x, double factor) {
    return mul(x, splat(x, factor));
  }
  /// A number minus `x`.
  mlir::Value complement(double minuend, mlir::Value x) {
    return sub(splat(x, minuend), x);
  }

  mlir::Value compare(Predicate predicate, mlir::Value x, mlir::Value y) {
    return make<CompareOp>(predicate, x, y);
  }
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y) {
    return make<SelectOp>(condition, x, y);
  }
  /// `x` where the condition holds, else 0.
  mlir::Value keepIf(mlir::Value condition, mlir::Value x) {
    return select(condition, x, zeros(x));
  }
  /// 0 where the condition holds, else `x`.
  mlir::Value keepUnless(mlir::Value condition, mlir::Value x) {
    return select(condition, zeros(x), x);
  }

  mlir::Value reshape(mlir::Value x, mlir::RankedTensorType type);
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> permutation);
  /// Axis `i` of `x` becomes axis `axes[i]` of `type`.
  mlir::Value broadcast(mlir::Value x, llvm::ArrayRef<int64_t> axes,
                        mlir::RankedTensorType type);
  /// Puts back the axes that a reduction of a tensor of `type` over `axes`
  /// took.
  mlir::Value unreduce(mlir::Value x, llvm::ArrayRef<int64_t> axes,
                       mlir::RankedTensorType type);
  mlir::Value slice(mlir::Value x, llvm::ArrayRef<int64_t> starts,
                    llvm::ArrayRef<int64_t> limits,
                    llvm::ArrayRef<int64_t> strides);
  mlir::Value reduceSum(mlir::Value x, llvm::ArrayRef<int64_t> axes);
  /// The sum of all elements, a scalar.
  mlir::Value sumAll(mlir::Value x);

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace nnc::nn

#endif // NNC_DIALECT_NN_IR_BUILD_H
