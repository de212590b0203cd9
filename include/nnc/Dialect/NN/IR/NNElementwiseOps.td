//===- NNElementwiseOps.td - one element in, one out -------*- tablegen -*-===//
//
// Operands have one shape: broadcasting is an op of its own (`nn.broadcast`).
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NNELEMENTWISEOPS
#define NNC_DIALECT_NN_IR_NNELEMENTWISEOPS

include "nnc/Dialect/NN/IR/NNBase.td"

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

class NN_Unary<string mnemonic, Type type, list<Trait> traits = []>
    : NN_Primitive<mnemonic, !listconcat([Elementwise, SameOperandsAndResultType], traits)> {
  let arguments = (ins type:$operand);
  let results = (outs type:$result);
  let assemblyFormat = "$operand attr-dict `:` type($result)";
  let hasFolder = 1;
}

def NN_AbsOp : NN_Unary<"abs", NN_NumberTensor, [Differentiable]> {
  let summary = "absolute value";
  let description = [{
    |x|; its derivative at 0 is 0.

    Example:
    ```mlir
    %y = nn.abs %x : tensor<4xf32>
    ```
  }];
}

def NN_CeilOp : NN_Unary<"ceil", NN_FloatTensor, [Differentiable]> {
  let summary = "round up";
  let description = [{
    The smallest integer not below x; derivative zero.

    Example:
    ```mlir
    %y = nn.ceil %x : tensor<4xf32>
    ```
  }];
}

def NN_CosOp : NN_Unary<"cos", NN_FloatTensor, [Differentiable]> {
  let summary = "cosine";
  let description = [{
    cos x, x in radians.

    Example:
    ```mlir
    %y = nn.cos %x : tensor<4xf32>
    ```
  }];
}

def NN_ErfOp : NN_Unary<"erf", NN_FloatTensor, [Differentiable]> {
  let summary = "error function";
  let description = [{
    2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.

    Example:
    ```mlir
    %y = nn.erf %x : tensor<4xf32>
    ```
  }];
}

def NN_ExpOp : NN_Unary<"exp", NN_FloatTensor, [Differentiable]> {
  let summary = "exponential";
  let description = [{
    e^x.

    Example:
    ```mlir
    %y = nn.exp %x : tensor<4xf32>
    ```
  }];
}

def NN_Expm1Op : NN_Unary<"expm1", NN_FloatTensor, [Differentiable]> {
  let summary = "exponential minus one";
  let description = [{
    e^x - 1, exact near 0.

    Example:
    ```mlir
    %y = nn.expm1 %x : tensor<4xf32>
    ```
  }];
}

def NN_FloorOp : NN_Unary<"floor", NN_FloatTensor, [Differentiable]> {
  let summary = "round down";
  let description = [{
    The largest integer not above x; derivative zero.

    Example:
    ```mlir
    %y = nn.floor %x : tensor<4xf32>
    ```
  }];
}

def NN_LogOp : NN_Unary<"log", NN_FloatTensor, [Differentiable]> {
  let summary = "natural logarithm";
  let description = [{
    ln x; NaN below 0, -inf at 0.

    Example:
    ```mlir
    %y = nn.log %x : tensor<4xf32>
    ```
  }];
}

def NN_Log1pOp : NN_Unary<"log1p", NN_FloatTensor, [Differentiable]> {
  let summary = "logarithm of one plus";
  let description = [{
    ln(1 + x), exact near 0.

    Example:
    ```mlir
    %y = nn.log1p %x : tensor<4xf32>
    ```
  }];
}

def NN_LogisticOp : NN_Unary<"logistic", NN_FloatTensor, [Differentiable]> {
  let summary = "logistic sigmoid";
  let description = [{
    1 / (1 + e^-x), without overflow for any x; derivative s(1-s).

    Example:
    ```mlir
    %y = nn.logistic %x : tensor<4xf32>
    ```
  }];
}

def NN_NegOp : NN_Unary<"neg", NN_NumberTensor, [Differentiable]> {
  let summary = "negation";
  let description = [{
    -x.

    Example:
    ```mlir
    %y = nn.neg %x : tensor<4xf32>
    ```
  }];
}

def NN_NotOp : NN_Unary<"not", NN_BoolTensor> {
  let summary = "logical negation";
  let description = [{
    True where the operand is false.

    Example:
    ```mlir
    %y = nn.not %x : tensor<4xi1>
    ```
  }];
}

def NN_RoundOp : NN_Unary<"round", NN_FloatTensor, [Differentiable]> {
  let summary = "round to nearest, ties to even";
  let description = [{
    The nearest integer; derivative zero.

    Example:
    ```mlir
    %y = nn.round %x : tensor<4xf32>
    ```
  }];
}

def NN_RsqrtOp : NN_Unary<"rsqrt", NN_FloatTensor, [Differentiable]> {
  let summary = "reciprocal square root";
  let description = [{
    1 / sqrt(x).

    Example:
    ```mlir
    %y = nn.rsqrt %x : tensor<4xf32>
    ```
  }];
}

def NN_SignOp : NN_Unary<"sign", NN_NumberTensor, [Differentiable]> {
  let summary = "sign";
  let description = [{
    -1, 0 or 1; NaN stays NaN; derivative zero.

    Example:
    ```mlir
    %y = nn.sign %x : tensor<4xf32>
    ```
  }];
}

def NN_SinOp : NN_Unary<"sin", NN_FloatTensor, [Differentiable]> {
  let summary = "sine";
  let description = [{
    sin x, x in radians.

    Example:
    ```mlir
    %y = nn.sin %x : tensor<4xf32>
    ```
  }];
}

def NN_SqrtOp : NN_Unary<"sqrt", NN_FloatTensor, [Differentiable]> {
  let summary = "square root";
  let description = [{
    The non-negative root; NaN below 0.

    Example:
    ```mlir
    %y = nn.sqrt %x : tensor<4xf32>
    ```
  }];
}

def NN_TanhOp : NN_Unary<"tanh", NN_FloatTensor, [Differentiable]> {
  let summary = "hyperbolic tangent";
  let description = [{
    (e^x - e^-x) / (e^x + e^-x); derivative 1 - y^2.

    Example:
    ```mlir
    %y = nn.tanh %x : tensor<4xf32>
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Binary
//===----------------------------------------------------------------------===//

class NN_Binary<string mnemonic, Type type, list<Trait> traits = []>
    : NN_Primitive<mnemonic, !listconcat([Elementwise, SameOperandsAndResultType], traits)> {
  let arguments = (ins type:$lhs, type:$rhs);
  let results = (outs type:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
  let hasFolder = 1;
}

def NN_AddOp : NN_Binary<"add", NN_NumberTensor, [Commutative, Differentiable]> {
  let summary = "sum";
  let description = [{
    x + y; integers wrap.

    Example:
    ```mlir
    %z = nn.add %x, %y : tensor<4xf32>
    ```
  }];
  let hasCanonicalizeMethod = 1;
}

def NN_AndOp : NN_Binary<"and", NN_BoolTensor, [Commutative]> {
  let summary = "logical and";
  let description = [{
    True where both are.

    Example:
    ```mlir
    %z = nn.and %x, %y : tensor<4xi1>
    ```
  }];
}

def NN_DivOp : NN_Binary<"div", NN_FloatTensor, [Differentiable]> {
  let summary = "quotient";
  let description = [{
    x / y.

    Example:
    ```mlir
    %z = nn.div %x, %y : tensor<4xf32>
    ```
  }];
}

def NN_FloorDivOp : NN_Binary<"floordiv", NN_NumberTensor, [Differentiable]> {
  let summary = "quotient rounded down";
  let description = [{
    Python's //: the largest integer not above x / y. An integer division by zero gives 0. Derivative zero.

    Example:
    ```mlir
    %z = nn.floordiv %x, %y : tensor<4xf32>
    ```
  }];
}

def NN_MaxOp : NN_Binary<"max", NN_NumberTensor, [Differentiable]> {
  let summary = "maximum";
  let description = [{
    The larger; NaN if either is. Where they are equal the gradient goes to the first.

    Example:
    ```mlir
    %z = nn.max %x, %y : tensor<4xf32>
    ```
  }];
}

def NN_MinOp : NN_Binary<"min", NN_NumberTensor, [Differentiable]> {
  let summary = "minimum";
  let description = [{
    The smaller; NaN if either is. Where they are equal the gradient goes to the first.

    Example:
    ```mlir
    %z = nn.min %x, %y : tensor<4xf32>
    ```
  }];
}

def NN_ModOp : NN_Binary<"mod", NN_NumberTensor, [Differentiable]> {
  let summary = "remainder of floor division";
  let description = [{
    Python's %: x - y * floor(x / y), with the sign of y. An integer remainder by zero gives 0.

    Example:
    ```mlir
    %z = nn.mod %x, %y : tensor<4xf32>
    ```
  }];
}

def NN_MulOp : NN_Binary<"mul", NN_NumberTensor, [Commutative, Differentiable]> {
  let summary = "product";
  let description = [{
    x * y; integers wrap.

    Example:
    ```mlir
    %z = nn.mul %x, %y : tensor<4xf32>
    ```
  }];
}

def NN_OrOp : NN_Binary<"or", NN_BoolTensor, [Commutative]> {
  let summary = "logical or";
  let description = [{
    True where either is.

    Example:
    ```mlir
    %z = nn.or %x, %y : tensor<4xi1>
    ```
  }];
}

def NN_PowOp : NN_Binary<"pow", NN_FloatTensor, [Differentiable]> {
  let summary = "power";
  let description = [{
    x to the y, as C pow: 0 to the 0 is 1. A constant integral exponent is exact for negative x.

    Example:
    ```mlir
    %z = nn.pow %x, %y : tensor<4xf32>
    ```
  }];
}

def NN_SubOp : NN_Binary<"sub", NN_NumberTensor, [Differentiable]> {
  let summary = "difference";
  let description = [{
    x - y; integers wrap.

    Example:
    ```mlir
    %z = nn.sub %x, %y : tensor<4xf32>
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Compare, select, convert
//===----------------------------------------------------------------------===//

def NN_PredicateEnum : I32Enum<"Predicate", "comparison", [
    I32EnumCase<"eq", 0>, I32EnumCase<"ne", 1>, I32EnumCase<"lt", 2>,
    I32EnumCase<"le", 3>, I32EnumCase<"gt", 4>, I32EnumCase<"ge", 5>]> {
  let cppNamespace = "::nnc::nn";
}
def NN_Predicate : EnumAttr<NN_Dialect, NN_PredicateEnum, "predicate"> {
  let assemblyFormat = "$value";
}

def NN_CompareOp : NN_InferredPrimitive<"compare",
    [Elementwise, SameTypeOperands]> {
  let summary = "comparison";
  let description = [{
    Compares element by element. Every comparison with NaN but `ne` is false.

    Example:
    ```mlir
    %less = nn.compare lt %x, %y : tensor<4xf32>
    ```
  }];
  let arguments = (ins NN_Predicate:$predicate, NN_Tensor:$lhs, NN_Tensor:$rhs);
  let results = (outs NN_BoolTensor:$result);
  let assemblyFormat = "$predicate $lhs `,` $rhs attr-dict `:` type($lhs)";
  let hasFolder = 1;
}

def NN_SelectOp : NN_Primitive<"select", [Elementwise, Differentiable,
    AllTypesMatch<["trueValue", "falseValue", "result"]>,
    TypesMatchWith<"the condition has the shape of the result", "result", "condition",
      "::llvm::cast<::mlir::RankedTensorType>($_self).clone(::mlir::IntegerType::get($_self.getContext(), 1))">]> {
  let summary = "choice by a condition";
  let description = [{
    The first value where the condition holds, else the second. The value that
    is not chosen has no influence, on gradients neither.

    Example:
    ```mlir
    %z = nn.select %c, %x, %y : tensor<4xf32>
    ```
  }];
  let arguments = (ins NN_BoolTensor:$condition, NN_Tensor:$trueValue, NN_Tensor:$falseValue);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$condition `,` $trueValue `,` $falseValue attr-dict `:` type($result)";
  let hasFolder = 1;
}

def NN_ConvertOp : NN_Primitive<"convert",
    [Elementwise, Differentiable, SameOperandsAndResultShape]> {
  let summary = "change of element type";
  let description = [{
    Converts each element: float to integer truncates toward zero and saturates,
    NaN gives 0; integers wrap; to boolean is "not zero"; a boolean gives 0 or 1.
    Differentiable between floating-point types.

    Example:
    ```mlir
    %y = nn.convert %x : tensor<4xi32> -> tensor<4xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$operand);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
}

def NN_StopGradientOp : NN_Primitive<"stop_gradient",
    [Elementwise, SameOperandsAndResultType]> {
  let summary = "the value, cut off from gradients";
  let description = [{
    Passes its operand on and lets no gradient through. Removed once the
    gradients are built.

    Example:
    ```mlir
    %y = nn.stop_gradient %x : tensor<4xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$operand);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($result)";
}

#endif // NNC_DIALECT_NN_IR_NNELEMENTWISEOPS
