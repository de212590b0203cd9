//===- NNContractOps.td - sums of products ----------------------------*- tablegen -*-===//
//
// One op for every product of matrices, vectors and batches of them.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NNCONTRACTOPS
#define NNC_DIALECT_NN_IR_NNCONTRACTOPS

include "nnc/Dialect/NN/IR/NNBase.td"

def NN_ContractOp : NN_InferredPrimitive<"contract", [Differentiable]> {
  let summary = "sum of products over named axes";
  let description = [{
    The product of two tensors summed over the axes that the result does not
    have, written as in Einstein's convention: each letter names an axis. Every
    letter of the result stands in an operand, and no operand repeats a letter;
    equal letters have equal sizes. A letter of one operand alone that the result lacks is summed.
    The derivative of a contraction is a contraction with the letters moved, so
    no transpose is ever stored.

    Example:
    ```mlir
    %y = nn.contract "bi,oi->bo" %x, %w : tensor<4x10xf32>, tensor<5x10xf32> -> tensor<4x5xf32>
    ```
  }];
  let arguments = (ins StrAttr:$spec, NN_NumberTensor:$lhs, NN_NumberTensor:$rhs);
  let results = (outs NN_NumberTensor:$result);
  let assemblyFormat = "$spec $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let extraClassDeclaration = [{
    /// The letters of lhs, rhs and result.
    ::llvm::StringRef getLhsLetters();
    ::llvm::StringRef getRhsLetters();
    ::llvm::StringRef getResultLetters();
  }];
}

#endif // NNC_DIALECT_NN_IR_NNCONTRACTOPS
