//===- NNReduceOps.td - over whole axes -------------------------------*- tablegen -*-===//
//
// The reduced axes are gone from the result; keeping them is a reshape. `axes`
// increases.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NNREDUCEOPS
#define NNC_DIALECT_NN_IR_NNREDUCEOPS

include "nnc/Dialect/NN/IR/NNBase.td"

class NN_Reduction<string mnemonic, Type type, list<Trait> traits = []>
    : NN_InferredPrimitive<mnemonic, traits> {
  let arguments = (ins type:$operand, DenseI64ArrayAttr:$axes);
  let results = (outs type:$result);
  let assemblyFormat = "$operand $axes attr-dict `:` type($operand) `->` type($result)";
  let hasCanonicalizeMethod = 1;
  let hasFolder = 1;
}

def NN_ReduceSumOp : NN_Reduction<"reduce_sum", NN_NumberTensor, [Differentiable]> {
  let summary = "sum over axes";
  let description = [{
    The sum over `axes`. An empty axis gives 0.
    The reduced axes are gone from the result.

    Example:
    ```mlir
    %y = nn.reduce_sum %x [1] : tensor<2x3xf32> -> tensor<2xf32>
    ```
  }];
}

def NN_ReduceMaxOp : NN_Reduction<"reduce_max", NN_NumberTensor, [Differentiable]> {
  let summary = "max over axes";
  let description = [{
    The largest over `axes`, NaN if any is; no reduced axis is empty. The gradient goes to the first of equals in row-major order.
    The reduced axes are gone from the result.

    Example:
    ```mlir
    %y = nn.reduce_max %x [1] : tensor<2x3xf32> -> tensor<2xf32>
    ```
  }];
}

def NN_ReduceMinOp : NN_Reduction<"reduce_min", NN_NumberTensor, [Differentiable]> {
  let summary = "min over axes";
  let description = [{
    The smallest over `axes`, NaN if any is; no reduced axis is empty. The gradient goes to the first of equals in row-major order.
    The reduced axes are gone from the result.

    Example:
    ```mlir
    %y = nn.reduce_min %x [1] : tensor<2x3xf32> -> tensor<2xf32>
    ```
  }];
}

def NN_ReduceAnyOp : NN_Reduction<"reduce_any", NN_BoolTensor> {
  let summary = "any over axes";
  let description = [{
    True if any element over `axes` is.
    The reduced axes are gone from the result.

    Example:
    ```mlir
    %y = nn.reduce_any %x [1] : tensor<2x3xi1> -> tensor<2xi1>
    ```
  }];
}

def NN_ReduceAllOp : NN_Reduction<"reduce_all", NN_BoolTensor> {
  let summary = "all over axes";
  let description = [{
    True if all elements over `axes` are.
    The reduced axes are gone from the result.

    Example:
    ```mlir
    %y = nn.reduce_all %x [1] : tensor<2x3xi1> -> tensor<2xi1>
    ```
  }];
}

class NN_ArgReduction<string mnemonic> : NN_InferredPrimitive<mnemonic> {
  let arguments = (ins NN_NumberTensor:$operand, I64Attr:$axis);
  let results = (outs NN_TensorOf<[I32], "i32 tensor">:$result);
  let assemblyFormat = "$operand `axis` $axis attr-dict `:` type($operand) `->` type($result)";
}

def NN_ArgMaxOp : NN_ArgReduction<"argmax"> {
  let summary = "index of the largest";
  let description = [{
    The index of the first largest element along `axis`; a NaN counts as largest.

    Example:
    ```mlir
    %i = nn.argmax %x axis 1 : tensor<2x3xf32> -> tensor<2xi32>
    ```
  }];
}

def NN_ArgMinOp : NN_ArgReduction<"argmin"> {
  let summary = "index of the smallest";
  let description = [{
    The index of the first smallest element along `axis`; a NaN counts as smallest.

    Example:
    ```mlir
    %i = nn.argmin %x axis 1 : tensor<2x3xf32> -> tensor<2xi32>
    ```
  }];
}

def NN_CumSumOp : NN_Primitive<"cumsum", [Differentiable, SameOperandsAndResultType]> {
  let summary = "running sum";
  let description = [{
    Element `i` along `axis` is the sum of elements 0 to `i`; `reverse` sums
    from the other end, from `i` to the last.

    Example:
    ```mlir
    %y = nn.cumsum %x axis 0 : tensor<4xf32>
    ```
  }];
  let arguments = (ins NN_NumberTensor:$operand, I64Attr:$axis, UnitAttr:$reverse);
  let results = (outs NN_NumberTensor:$result);
  let assemblyFormat = "$operand `axis` $axis (`reverse` $reverse^)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

#endif // NNC_DIALECT_NN_IR_NNREDUCEOPS
