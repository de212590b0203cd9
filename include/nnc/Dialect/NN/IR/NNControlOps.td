//===- NNControlOps.td - gradients ------------------------------------*- tablegen -*-===//
//
// `nn.gradient` stands until Differentiate, the first pass, replaces it.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NNCONTROLOPS
#define NNC_DIALECT_NN_IR_NNCONTROLOPS

include "nnc/Dialect/NN/IR/NNBase.td"

def NN_GradientOp : NN_InferredPrimitive<"gradient"> {
  let summary = "gradient of a scalar";
  let description = [{
    The derivative of the scalar `loss` by each of `wrt`, each of the type of
    what it is taken by. Values that `wrt` names must stay as they are until
    `nn-differentiate` has run.

    Example:
    ```mlir
    %dw, %db = nn.gradient %loss by %w, %b : tensor<f32> by tensor<5x10xf32>, tensor<5xf32> -> tensor<5x10xf32>, tensor<5xf32>
    ```
  }];
  let arguments = (ins NN_FloatTensor:$loss, Variadic<NN_FloatTensor>:$wrt);
  let results = (outs Variadic<NN_FloatTensor>:$grads);
  let assemblyFormat = "$loss `by` $wrt attr-dict `:` type($loss) `by` type($wrt) `->` type($grads)";
  let hasVerifier = 1;
}

#endif // NNC_DIALECT_NN_IR_NNCONTROLOPS
