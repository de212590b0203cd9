//===- NNShapeOps.td - moving elements without changing them ----------*- tablegen -*-===//
//
// Which element stands where. All but `nn.constant` and `nn.iota` are linear in
// their operands, so their derivative is their transpose.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NNSHAPEOPS
#define NNC_DIALECT_NN_IR_NNSHAPEOPS

include "nnc/Dialect/NN/IR/NNBase.td"

def NN_ConstantOp : NN_Op<"constant", [Pure, ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "constant";
  let description = [{
    A literal tensor, its elements given (`dense`).

    Example:
    ```mlir
    %c = nn.constant dense<1.0> : tensor<4xf32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasVerifier = 1;
  let hasFolder = 1;
  let extraClassDeclaration = [{
    /// Makes a constant of `type` whose elements all are `value`.
    static ConstantOp createSplat(::mlir::OpBuilder &builder, ::mlir::Location loc,
                                  ::mlir::RankedTensorType type, double value);
  }];
}

def NN_IotaOp : NN_Primitive<"iota"> {
  let summary = "index along an axis";
  let description = [{
    Each element is its index along `axis`.

    Example:
    ```mlir
    %i = nn.iota 1 : tensor<2x4xi32>
    ```
  }];
  let arguments = (ins I64Attr:$axis);
  let results = (outs NN_NumberTensor:$result);
  let assemblyFormat = "$axis attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def NN_ReshapeOp : NN_Primitive<"reshape", [Differentiable]> {
  let summary = "the same elements in another shape";
  let description = [{
    Keeps the row-major order of the elements.

    Example:
    ```mlir
    %y = nn.reshape %x : tensor<2x6xf32> -> tensor<3x4xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$operand);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def NN_BroadcastOp : NN_Primitive<"broadcast", [Differentiable]> {
  let summary = "repeat along new or unit axes";
  let description = [{
    Axis `i` of the operand becomes axis `axes[i]` of the result; `axes`
    increases. An operand axis of size 1 is repeated, as are the result's other
    axes.

    Example:
    ```mlir
    %y = nn.broadcast %b [1] : tensor<5xf32> -> tensor<4x5xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$operand, DenseI64ArrayAttr:$axes);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand $axes attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def NN_TransposeOp : NN_InferredPrimitive<"transpose", [Differentiable]> {
  let summary = "permutation of the axes";
  let description = [{
    Axis `i` of the result is axis `permutation[i]` of the operand.

    Example:
    ```mlir
    %y = nn.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$operand, DenseI64ArrayAttr:$permutation);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand $permutation attr-dict `:` type($operand) `->` type($result)";
  let hasCanonicalizeMethod = 1;
  let hasFolder = 1;
}

def NN_SliceOp : NN_InferredPrimitive<"slice", [Differentiable]> {
  let summary = "regular part of a tensor";
  let description = [{
    Element `i` along an axis is element `start + i * stride` of the operand;
    strides are positive and `limits` are exclusive.

    Example:
    ```mlir
    %y = nn.slice %x [0, 1] to [4, 5] by [1, 2] : tensor<4x6xf32> -> tensor<4x2xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$operand, DenseI64ArrayAttr:$starts,
                       DenseI64ArrayAttr:$limits, DenseI64ArrayAttr:$strides);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand $starts `to` $limits `by` $strides attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
}

def NN_PadOp : NN_InferredPrimitive<"pad", [Differentiable]> {
  let summary = "surround and interleave with a value";
  let description = [{
    Puts `low` elements of `value` before, `high` after and `interior` between
    the elements along each axis. None may be negative.

    Example:
    ```mlir
    %y = nn.pad %x, %zero low [0, 1] high [0, 2] interior [0, 0] : tensor<2x3xf32>, tensor<f32> -> tensor<2x6xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$operand, NN_Tensor:$value, DenseI64ArrayAttr:$low,
                       DenseI64ArrayAttr:$high, DenseI64ArrayAttr:$interior);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = [{
    $operand `,` $value `low` $low `high` $high `interior` $interior attr-dict
    `:` type($operand) `,` type($value) `->` type($result)
  }];
  let hasFolder = 1;
}

def NN_ConcatOp : NN_InferredPrimitive<"concat", [Differentiable]> {
  let summary = "join along an axis";
  let description = [{
    The operands one after the other along `axis`; all other sizes are equal.

    Example:
    ```mlir
    %z = nn.concat %x, %y axis 1 : tensor<2x3xf32>, tensor<2x4xf32> -> tensor<2x7xf32>
    ```
  }];
  let arguments = (ins Variadic<NN_Tensor>:$operands, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operands `axis` $axis attr-dict `:` type($operands) `->` type($result)";
  let hasFolder = 1;
}

def NN_ReverseOp : NN_Primitive<"reverse", [Differentiable, SameOperandsAndResultType]> {
  let summary = "reverse the order along axes";
  let description = [{
    Element `i` along each of `axes` is element `size - 1 - i` of the operand;
    `axes` increases.

    Example:
    ```mlir
    %y = nn.reverse %x [0] : tensor<4xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$operand, DenseI64ArrayAttr:$axes);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand $axes attr-dict `:` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif // NNC_DIALECT_NN_IR_NNSHAPEOPS
