//===- NNBase.td - the nn dialect, its types and op classes -*- tablegen -*-===//
#ifndef NNC_DIALECT_NN_IR_NNBASE
#define NNC_DIALECT_NN_IR_NNBASE

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "nnc/Dialect/NN/Interfaces/Differentiable.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::nnc::nn";
  let summary = "static computation graphs of neural networks";
  let description = [{
    Static shapes, value semantics, builtin tensor types. A few primitives with
    exact derivatives; losses, layers and optimisers are written in terms of
    them. Variables are symbols (`nn.variable`), read and written only by
    `nn.read` and `nn.write`; everything between is pure.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def NN_Float : AnyTypeOf<[F32, F64]>;
def NN_Int : AnyTypeOf<[I8, UI8, I16, I32, I64]>;
def NN_Element : AnyTypeOf<[F32, F64, I1, I8, UI8, I16, I32, I64]>;

/// Every operand, result and variable is of such a type, so that the product of
/// the sizes of a legal tensor, in bytes too, never overflows.
class NN_TensorOf<list<Type> elements, string text>
    : RankedTensorOf<elements, [HasStaticShapePred,
        CPred<"::nnc::nn::isRepresentable(::llvm::cast<::mlir::RankedTensorType>($_self))">]> {
  let summary = text # " of static shape and less than 2^63 bytes";
}

def NN_Tensor : NN_TensorOf<[NN_Element], "tensor">;
def NN_FloatTensor : NN_TensorOf<[NN_Float], "floating-point tensor">;
def NN_IntTensor : NN_TensorOf<[NN_Int], "integer tensor">;
def NN_NumberTensor : NN_TensorOf<[NN_Float, NN_Int], "number tensor">;
def NN_BoolTensor : NN_TensorOf<[I1], "boolean tensor">;
def NN_IndexTensor : NN_TensorOf<[I32, I64], "i32 or i64 tensor">;

/// Two i64: the seed (or a key derived from it) and a counter.
def NN_RandomState : Type<CPred<"$_self == ::mlir::RankedTensorType::get({2}, ::mlir::IntegerType::get($_self.getContext(), 64))">,
    "random state: tensor<2xi64>", "::mlir::RankedTensorType">,
    BuildableType<"::mlir::RankedTensorType::get({2}, $_builder.getI64Type())">;

//===----------------------------------------------------------------------===//
// Op classes
//===----------------------------------------------------------------------===//

def Differentiable : DeclareOpInterfaceMethods<DifferentiableOpInterface>;

class NN_Op<string mnemonic, list<Trait> traits = []>
    : Op<NN_Dialect, mnemonic, traits>;

/// A primitive: pure, and its result type follows from operands and attributes
/// unless the op says otherwise.
class NN_Primitive<string mnemonic, list<Trait> traits = []>
    : NN_Op<mnemonic, !listconcat([Pure], traits)>;

class NN_InferredPrimitive<string mnemonic, list<Trait> traits = []>
    : NN_Primitive<mnemonic, !listconcat(
          [DeclareOpInterfaceMethods<InferTypeOpInterface, ["inferReturnTypes"]>], traits)>;

#endif // NNC_DIALECT_NN_IR_NNBASE
