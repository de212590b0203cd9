//===- NNConvOps.td - convolution and its gradients -------------------*- tablegen -*-===//
//
// Convolution (correlation, as in every framework) is linear in input and in
// weight. The three ops are one trilinear form with a different argument left
// open, so that the derivative of each is made of the other two.
// Layouts: input [N, C, spatial…], weight [O, C/groups, window…], output
// [N, O, spatial…]. Output sizes round down. `low` and `high`, the zeros before
// and after each spatial axis, are not negative.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NNCONVOPS
#define NNC_DIALECT_NN_IR_NNCONVOPS

include "nnc/Dialect/NN/IR/NNBase.td"

class NN_ConvolutionOp<string mnemonic, dag args>
    : NN_Primitive<mnemonic, [Differentiable]> {
  let arguments = !con(args, (ins DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$low,
      DenseI64ArrayAttr:$high, DenseI64ArrayAttr:$dilations, I64Attr:$groups));
  let results = (outs NN_FloatTensor:$result);
  let hasVerifier = 1;
}

def NN_ConvOp : NN_ConvolutionOp<"conv", (ins NN_FloatTensor:$input, NN_FloatTensor:$weight)> {
  let summary = "convolution";
  let description = [{
    `result[n,o,p] = sum over c, k of input[n, c, p*stride + k*dilation - low] * weight[o,c,k]`,
    c within the group of o; input outside its bounds is 0.

    Example:
    ```mlir
    %y = nn.conv %x, %w strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32> -> tensor<1x16x8x8xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $weight `strides` $strides `low` $low `high` $high `dilations` $dilations
    `groups` $groups attr-dict `:` type($input) `,` type($weight) `->` type($result)
  }];
}

def NN_ConvInputGradOp : NN_ConvolutionOp<"conv_input_grad",
    (ins NN_FloatTensor:$outputGrad, NN_FloatTensor:$weight)> {
  let summary = "gradient of a convolution by its input";
  let description = [{
    The transpose of `nn.conv` in its input, also known as transposed
    convolution: each output gradient is spread over the window it came from.

    Example:
    ```mlir
    %dx = nn.conv_input_grad %dy, %w strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<1x16x8x8xf32>, tensor<16x3x3x3xf32> -> tensor<1x3x8x8xf32>
    ```
  }];
  let assemblyFormat = [{
    $outputGrad `,` $weight `strides` $strides `low` $low `high` $high `dilations` $dilations
    `groups` $groups attr-dict `:` type($outputGrad) `,` type($weight) `->` type($result)
  }];
}

def NN_ConvWeightGradOp : NN_ConvolutionOp<"conv_weight_grad",
    (ins NN_FloatTensor:$input, NN_FloatTensor:$outputGrad)> {
  let summary = "gradient of a convolution by its weight";
  let description = [{
    The transpose of `nn.conv` in its weight:
    `result[o,c,k] = sum over n, p of input[n, c, p*stride + k*dilation - low] * outputGrad[n,o,p]`.

    Example:
    ```mlir
    %dw = nn.conv_weight_grad %x, %dy strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<1x3x8x8xf32>, tensor<1x16x8x8xf32> -> tensor<16x3x3x3xf32>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $outputGrad `strides` $strides `low` $low `high` $high `dilations` $dilations
    `groups` $groups attr-dict `:` type($input) `,` type($outputGrad) `->` type($result)
  }];
}

#endif // NNC_DIALECT_NN_IR_NNCONVOPS
