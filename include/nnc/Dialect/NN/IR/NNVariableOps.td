//===- NNVariableOps.td - variables and functions ----------*- tablegen -*-===//
//
// A module holds variables, entries and steps. An entry or step reads variables
// at its start and writes them at its end; between them all is pure.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NNVARIABLEOPS
#define NNC_DIALECT_NN_IR_NNVARIABLEOPS

include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/CallInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "nnc/Dialect/NN/IR/NNBase.td"

def NN_VariableKindEnum : I32Enum<"VariableKind", "what a variable is for", [
    I32EnumCase<"parameter", 0>, I32EnumCase<"state", 1>, I32EnumCase<"slot", 2>,
    I32EnumCase<"prepared", 3>]> {
  let cppNamespace = "::nnc::nn";
}
def NN_VariableKind : EnumAttr<NN_Dialect, NN_VariableKindEnum, "variable_kind"> {
  let assemblyFormat = "$value";
}

def NN_VariableOp : NN_Op<"variable", [Symbol, IsolatedFromAbove, SingleBlock]> {
  let summary = "a tensor that lives across calls";
  let description = [{
    A parameter, state or optimiser slot. The region computes its initial value
    from a random state whose seed is made of the user's seed and the variable's
    full name, so that adding a variable changes no other's initial value.

    One that is `prepared` is not the model's: compiled entries keep what they
    have made of other variables in it.

    Example:
    ```mlir
    nn.variable parameter @"m.w" : tensor<2x3xf32> init {
    ^bb0(%random: tensor<2xi64>):
      %u = nn.random_uniform %random stream 0 : tensor<2x3xf32>
      nn.yield %u : tensor<2x3xf32>
    }
    ```
  }];
  let arguments = (ins NN_VariableKind:$kind, SymbolNameAttr:$sym_name, TypeAttrOf<NN_Tensor>:$type);
  let regions = (region SizedRegion<1>:$init);
  let assemblyFormat = "$kind $sym_name `:` $type attr-dict-with-keyword `init` $init";
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::RankedTensorType getTensorType() {
      return ::llvm::cast<::mlir::RankedTensorType>(getType());
    }
  }];
}

def NN_YieldOp : NN_Op<"yield", [Pure, Terminator, ParentOneOf<["VariableOp"]>]> {
  let summary = "the initial value of a variable";
  let description = [{
    Ends the region of `nn.variable`.

    Example:
    ```mlir
    nn.yield %u : tensor<2x3xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

class NN_FunctionOp<string mnemonic> : NN_Op<mnemonic,
    [FunctionOpInterface, IsolatedFromAbove, SingleBlock]> {
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs,
                       OptionalAttr<StrAttr>:$base_name);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    //===--- FunctionOpInterface -------------------------------------------===//
    ::mlir::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::mlir::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }

    /// The name as declared; `train_4` is a variant of `train`.
    ::llvm::StringRef getDeclaredName() {
      return getBaseName() ? *getBaseName() : getSymName();
    }
    /// The name of an input (`nn.name` of its argument) or output; `arg0` or
    /// `result0` where it has none.
    ::llvm::StringRef getInputName(unsigned index);
    ::llvm::StringRef getOutputName(unsigned index);
  }];
}

def NN_EntryOp : NN_FunctionOp<"entry"> {
  let summary = "exported function in inference mode";
  let description = [{
    Inputs and outputs carry their names as the attribute `nn.name`.

    Example:
    ```mlir
    nn.entry @predict(%x: tensor<1x10xf32> {nn.name = "x"}) -> (tensor<1x10xf32> {nn.name = "y"}) {
      nn.return %x : tensor<1x10xf32>
    }
    ```
  }];
}

def NN_StepOp : NN_FunctionOp<"step"> {
  let summary = "exported function in training mode";
  let description = [{
    As `nn.entry`; may update parameters.

    Example:
    ```mlir
    nn.step @train(%x: tensor<4x10xf32> {nn.name = "x"}) -> (tensor<4x10xf32> {nn.name = "y"}) {
      nn.return %x : tensor<4x10xf32>
    }
    ```
  }];
}

def NN_ReturnOp : NN_Op<"return", [Pure, Terminator, ParentOneOf<["EntryOp", "StepOp"]>]> {
  let summary = "end of an entry or step";
  let description = [{
    Its operands are the outputs.

    Example:
    ```mlir
    nn.return %y : tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Variadic<NN_Tensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let hasVerifier = 1;
}

def NN_ReadOp : NN_Op<"read", [MemoryEffects<[MemRead]>, ParentOneOf<["EntryOp", "StepOp"]>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "value of a variable at the start of the call";
  let description = [{
    Gives the value from before the call wherever it stands: writes take effect
    when the function returns.

    Example:
    ```mlir
    %w = nn.read @"m.w" : tensor<2x3xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$variable);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$variable attr-dict `:` type($result)";
}

def NN_WriteOp : NN_Op<"write", [MemoryEffects<[MemWrite]>, ParentOneOf<["EntryOp", "StepOp"]>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "new value of a variable";
  let description = [{
    Takes effect when the function returns. A function writes a variable at most once.

    Example:
    ```mlir
    nn.write @"m.w", %new : tensor<2x3xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$variable, NN_Tensor:$value);
  let assemblyFormat = "$variable `,` $value attr-dict `:` type($value)";
}

#endif // NNC_DIALECT_NN_IR_NNVARIABLEOPS
