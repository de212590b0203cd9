//===- NNControlOps.td - gradients and loops --------------------------*- tablegen -*-===//
//
// `nn.gradient` stands until Differentiate, the first pass, replaces it.
// `nn.scan` is the only op with a body that runs more than once.
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

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

def NN_ScanOp : NN_Op<"scan", [Pure, IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments]> {
  let summary = "a loop over axis 0 of arrays";
  let description = [{
    Runs its body `turns` times. The body's arguments are the carries, whose
    first values are `inits`; one slice of each of `scanned`, without axis 0;
    and the `captures`, the same in every turn. `nn.next` gives the carries of
    the next turn, and values that are collected along a new axis 0.

    Turn `i` reads and writes slot `i` of scanned and collected arrays, or slot
    `turns - 1 - i` where the loop is `reverse`: a slot is contiguous, so a turn
    works on it in place. Results are the carries after the last turn, then the
    collected arrays.

    Example:
    ```mlir
    %h, %hs = nn.scan 10 carry(%a = %h0 : tensor<4xf32>) over(%xt = %x : tensor<10x4xf32>) with(%w = %weight : tensor<4xf32>) collect(tensor<10x4xf32>) {
      %0 = nn.mul %a, %w : tensor<4xf32>
      %1 = nn.add %0, %xt : tensor<4xf32>
      nn.next %1 collect %1 : tensor<4xf32> collect tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntMinValue<1>]>:$turns, UnitAttr:$reverse,
                       Variadic<NN_Tensor>:$inits, Variadic<NN_Tensor>:$scanned,
                       Variadic<NN_Tensor>:$captures);
  let results = (outs Variadic<NN_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    /// `fill` writes the body, whose arguments stand ready, and its `nn.next`,
    /// which says what is collected.
    OpBuilder<(ins "int64_t":$turns, "bool":$reverse, "::mlir::ValueRange":$inits,
                   "::mlir::ValueRange":$scanned, "::mlir::ValueRange":$captures,
                   "::llvm::function_ref<void(::mlir::OpBuilder &, ::mlir::Block &)>":$fill)>
  ];
  let extraClassDeclaration = [{
    unsigned getNumCarries() { return getInits().size(); }
    unsigned getNumCollects() { return getNumResults() - getNumCarries(); }

    /// The carries after the last turn.
    ::mlir::Operation::result_range getFinals() { return getResults().take_front(getNumCarries()); }
    ::mlir::Operation::result_range getCollected() { return getResults().drop_front(getNumCarries()); }

    ::mlir::Block *getBodyBlock() { return &getBody().front(); }
    ::mlir::Block::BlockArgListType getCarryArguments();
    ::mlir::Block::BlockArgListType getSliceArguments();
    ::mlir::Block::BlockArgListType getCaptureArguments();
    NextOp getNext();
  }];
}

def NN_NextOp : NN_Op<"next", [Pure, Terminator, HasParent<"ScanOp">, AttrSizedOperandSegments]> {
  let summary = "what a turn of a scan gives";
  let description = [{
    Ends the body of `nn.scan`: the carries of the next turn, then the values
    that are collected.

    Example:
    ```mlir
    nn.next %h collect %h, %c : tensor<4xf32> collect tensor<4xf32>, tensor<2xf32>
    ```
  }];
  let arguments = (ins Variadic<NN_Tensor>:$carries, Variadic<NN_Tensor>:$collects);
  let assemblyFormat = [{
    ($carries^)? (`collect` $collects^)? attr-dict (`:` type($carries)^)? (`collect` type($collects)^)?
  }];
}

#endif // NNC_DIALECT_NN_IR_NNCONTROLOPS
