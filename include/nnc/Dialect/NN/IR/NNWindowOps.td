//===- NNWindowOps.td - over windows of the last axes -----------------*- tablegen -*-===//
//
// Windows slide over the trailing axes of `[N, C, spatial…]`. `window_pick` and
// `window_scatter` are each other's derivative, which closes the family.
// Padding is not negative and less than the window, so that every window holds
// at least one element.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NNWINDOWOPS
#define NNC_DIALECT_NN_IR_NNWINDOWOPS

include "nnc/Dialect/NN/IR/NNBase.td"

class NN_WindowOp<string mnemonic, dag args, list<Trait> traits = []>
    : NN_InferredPrimitive<mnemonic, traits> {
  let arguments = !con(args, (ins DenseI64ArrayAttr:$size, DenseI64ArrayAttr:$strides,
                                  DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high));
  let results = (outs NN_FloatTensor:$result);
}

def NN_WindowMaxOp : NN_WindowOp<"window_max", (ins NN_FloatTensor:$operand), [Differentiable]> {
  let summary = "maximum over windows";
  let description = [{
    The largest element of each window; positions outside do not take part.
    `size`, `strides`, `low` and `high` have one entry per spatial axis; sizes
    round down. The gradient goes to the first of equals.

    Example:
    ```mlir
    %y = nn.window_max %x size [2, 2] strides [2, 2] low [0, 0] high [0, 0] : tensor<1x3x8x8xf32> -> tensor<1x3x4x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $operand `size` $size `strides` $strides `low` $low `high` $high attr-dict
    `:` type($operand) `->` type($result)
  }];
}

def NN_WindowSumOp : NN_WindowOp<"window_sum", (ins NN_FloatTensor:$operand), [Differentiable]> {
  let summary = "sum over windows";
  let description = [{
    The sum of each window; positions outside count as 0.

    Example:
    ```mlir
    %y = nn.window_sum %x size [2, 2] strides [2, 2] low [0, 0] high [0, 0] : tensor<1x3x8x8xf32> -> tensor<1x3x4x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $operand `size` $size `strides` $strides `low` $low `high` $high attr-dict
    `:` type($operand) `->` type($result)
  }];
}

def NN_WindowPickOp : NN_WindowOp<"window_pick",
    (ins NN_FloatTensor:$key, NN_FloatTensor:$value),
    [Differentiable, AllTypesMatch<["key", "value"]>]> {
  let summary = "values where windows are largest";
  let description = [{
    For each window, the element of `value` at the place where `key` is first
    largest. `key` and `value` have one shape. Differentiable in `value`.

    Example:
    ```mlir
    %y = nn.window_pick %k, %v size [2] strides [2] low [0] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $key `,` $value `size` $size `strides` $strides `low` $low `high` $high attr-dict
    `:` type($key) `->` type($result)
  }];
}

def NN_WindowScatterOp : NN_Primitive<"window_scatter",
    [Differentiable, AllTypesMatch<["key", "result"]>]> {
  let summary = "add values where windows are largest";
  let description = [{
    Adds the value of each window to the place where `key` is first largest in
    that window; all other elements are 0. The transpose of `nn.window_pick`.

    Example:
    ```mlir
    %dx = nn.window_scatter %x, %dy size [2] strides [2] low [0] high [0] : tensor<1x3x8xf32>, tensor<1x3x4xf32>
    ```
  }];
  let arguments = (ins NN_FloatTensor:$key, NN_FloatTensor:$value, DenseI64ArrayAttr:$size,
      DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high);
  let results = (outs NN_FloatTensor:$result);
  let assemblyFormat = [{
    $key `,` $value `size` $size `strides` $strides `low` $low `high` $high attr-dict
    `:` type($key) `,` type($value)
  }];
  let hasVerifier = 1;
}

#endif // NNC_DIALECT_NN_IR_NNWINDOWOPS
