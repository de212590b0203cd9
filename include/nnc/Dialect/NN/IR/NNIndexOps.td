//===- NNIndexOps.td - elements by computed index ---------------------*- tablegen -*-===//
//
// An index that comes straight from an entry's input is checked before anything
// is written (status -3); any other must be in range by construction and is
// clamped where the emitted code reads, so that no access leaves its tensor.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NNINDEXOPS
#define NNC_DIALECT_NN_IR_NNINDEXOPS

include "nnc/Dialect/NN/IR/NNBase.td"

def NN_GatherOp : NN_InferredPrimitive<"gather", [Differentiable]> {
  let summary = "slices by index";
  let description = [{
    Replaces `axis` of the operand by the axes of `index`: slice `index[i]` of
    the operand for each `i`, as `numpy.take`. 0 <= index < size of the axis.

    Example:
    ```mlir
    %y = nn.gather %table, %ids axis 0 : tensor<100x8xf32>, tensor<4xi32> -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$operand, NN_IndexTensor:$index, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand `,` $index `axis` $axis attr-dict `:` type($operand) `,` type($index) `->` type($result)";
}

def NN_ScatterAddOp : NN_Primitive<"scatter_add",
    [Differentiable, AllTypesMatch<["operand", "result"]>]> {
  let summary = "add slices by index";
  let description = [{
    Adds slice `i` of `updates` to slice `index[i]` of the operand along `axis`,
    in the order of `i`; several updates of one slice add up. The shape of
    `updates` is that of `nn.gather` with this index and axis.

    Example:
    ```mlir
    %y = nn.scatter_add %table, %ids, %rows axis 0 : tensor<100x8xf32>, tensor<4xi32>, tensor<4x8xf32>
    ```
  }];
  let arguments = (ins NN_NumberTensor:$operand, NN_IndexTensor:$index,
                       NN_NumberTensor:$updates, I64Attr:$axis);
  let results = (outs NN_NumberTensor:$result);
  let assemblyFormat = "$operand `,` $index `,` $updates `axis` $axis attr-dict `:` type($operand) `,` type($index) `,` type($updates)";
  let hasVerifier = 1;
}

def NN_OneHotOp : NN_Primitive<"one_hot"> {
  let summary = "indicator of an index";
  let description = [{
    Adds a last axis of the result's size, 1 at the index and 0 elsewhere.
    0 <= index < size.

    Example:
    ```mlir
    %y = nn.one_hot %label : tensor<4xi32> -> tensor<4x10xf32>
    ```
  }];
  let arguments = (ins NN_IndexTensor:$index);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$index attr-dict `:` type($index) `->` type($result)";
  let hasVerifier = 1;
}

def NN_SortOp : NN_Primitive<"sort", [Differentiable, AllTypesMatch<["operand", "values"]>]> {
  let summary = "stable sort along an axis";
  let description = [{
    The elements along `axis` in ascending order (`descending`: descending), NaN last,
    equal elements in their old order, and for each its old index.

    Example:
    ```mlir
    %v, %i = nn.sort %x axis 0 : tensor<4xf32> -> tensor<4xi32>
    ```
  }];
  let arguments = (ins NN_NumberTensor:$operand, I64Attr:$axis, UnitAttr:$descending);
  let results = (outs NN_NumberTensor:$values, NN_TensorOf<[I32], "i32 tensor">:$indices);
  let assemblyFormat = "$operand `axis` $axis (`descending` $descending^)? attr-dict `:` type($operand) `->` type($indices)";
  let hasVerifier = 1;
}

#endif // NNC_DIALECT_NN_IR_NNINDEXOPS
