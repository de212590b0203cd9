//===- NNRandomOps.td - numbers from a counter ------------------------*- tablegen -*-===//
//
// Threefry-2x32 (Salmon et al., SC 2011), 20 rounds. The key is made of the
// state's seed and the stream; the counter of the state's counter and the
// element's row-major index: element by element, the same on every target.
//   key     = (lo32(state[0]) ^ stream, hi32(state[0]))
//   counter = (index, lo32(state[1]))
// The first word is what uniform uses; f64 takes both. The stream and every
// element's index fit into 32 bits.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NNRANDOMOPS
#define NNC_DIALECT_NN_IR_NNRANDOMOPS

include "nnc/Dialect/NN/IR/NNBase.td"

class NN_RandomOp<string mnemonic, Type type> : NN_Primitive<mnemonic> {
  let arguments = (ins NN_RandomState:$state, I64Attr:$stream);
  let results = (outs type:$result);
  let assemblyFormat = "$state `stream` $stream attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def NN_RandomBitsOp : NN_RandomOp<"random_bits", NN_TensorOf<[I32], "i32 tensor">> {
  let summary = "random bits";
  let description = [{
    32 random bits per element: the first word of Threefry-2x32.

    Example:
    ```mlir
    %b = nn.random_bits %state stream 0 : tensor<4xi32>
    ```
  }];
}

def NN_RandomUniformOp : NN_RandomOp<"random_uniform", NN_FloatTensor> {
  let summary = "uniform in [0, 1)";
  let description = [{
    The upper 24 bits of the first word times 2^-24 for f32; for f64 the upper
    53 bits of first word * 2^32 + second word, times 2^-53.

    Example:
    ```mlir
    %u = nn.random_uniform %state stream 0 : tensor<4xf32>
    ```
  }];
}

def NN_RandomNormalOp : NN_RandomOp<"random_normal", NN_FloatTensor> {
  let summary = "standard normal";
  let description = [{
    The inverse of the normal distribution at (first word + 0.5) * 2^-32, by
    Wichura's AS 241 (PPND7 for f32, PPND16 for f64) with a logarithm and square
    root evaluated in f64 without contraction, then rounded to the element type.

    Example:
    ```mlir
    %z = nn.random_normal %state stream 0 : tensor<4xf32>
    ```
  }];
}

#endif // NNC_DIALECT_NN_IR_NNRANDOMOPS
