//===- KernelOps.td - fused kernels and where they write ---*- tablegen -*-===//
//
// A kernel is the unit that is scheduled, tuned, profiled, deduplicated and
// named in reports: a cluster of nn ops that becomes one native function.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_KERNEL_IR_KERNELOPS
#define NNC_DIALECT_KERNEL_IR_KERNELOPS

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/CallInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::nnc::kernel";
  let summary = "fused kernels, their calls and their buffers";
  let description = [{
    `kernel.func` holds a cluster of nn ops on tensors; `kernel.call` applies it.
    After its body has been lowered, a kernel is a `func.func` on memrefs of the
    same name, destination-passing: inputs, then outputs, then one
    `memref<Nxi8>` of scratch if it needs any. The memory plan then says for
    every result of every call where it lives.
  }];
  let useDefaultAttributePrinterParser = 1;
}

class Kernel_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kernel_Dialect, mnemonic, traits>;

def Kernel_PlaceKindEnum : I32Enum<"PlaceKind", "which memory a value lives in", [
    I32EnumCase<"scratch", 0>, I32EnumCase<"variable", 1>, I32EnumCase<"output", 2>,
    I32EnumCase<"slot", 3>]> {
  let cppNamespace = "::nnc::kernel";
}

def Kernel_PlaceAttr : AttrDef<Kernel_Dialect, "Place"> {
  let mnemonic = "place";
  let summary = "where a value lives";
  let description = [{
    `scratch, n`: n bytes into the arena; `variable, n`: in the storage of the
    n-th variable of the module; `output, n, spare m`: in the caller's n-th
    output or, where that is null, m bytes into the arena.

    In the body of a scan, `slot, n` is this turn's slot of the n-th array that
    the scan collects, and `scratch, n or m` is n bytes into the arena in turns
    0, 2, …, and m bytes in turns 1, 3, …. What a scan collects has its places in
    the scan's attribute `kernel.places`.
  }];
  let parameters = (ins EnumParameter<Kernel_PlaceKindEnum>:$kind, "int64_t":$index,
                        DefaultValuedParameter<"int64_t", "-1">:$spare,
                        DefaultValuedParameter<"int64_t", "-1">:$alternate);
  let assemblyFormat = [{
    `<` $kind `,` $index (`or` $alternate^)? (`,` `spare` $spare^)? `>`
  }];
}

def Kernel_FuncOp : Kernel_Op<"func",
    [FunctionOpInterface, IsolatedFromAbove, SingleBlock]> {
  let summary = "a fused kernel";
  let description = [{
    A pure function of nn ops on tensors.

    Example:
    ```mlir
    kernel.func @add_relu(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
      %s = nn.add %a, %b : tensor<4xf32>
      kernel.return %s : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    ::mlir::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::mlir::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
  }];
}

def Kernel_ReturnOp : Kernel_Op<"return", [Pure, Terminator, HasParent<"FuncOp">]> {
  let summary = "the results of a kernel";
  let description = [{
    Ends a kernel.

    Example:
    ```mlir
    kernel.return %s : tensor<4xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let hasVerifier = 1;
}

def Kernel_CallOp : Kernel_Op<"call", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "application of a kernel";
  let description = [{
    `places`, set by the memory plan, has one entry per result; `scratch` is the
    arena offset in bytes of the kernel's own scratch.

    Example:
    ```mlir
    %s = kernel.call @add_relu(%a, %b) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<AnyRankedTensor>:$inputs,
      OptionalAttr<TypedArrayAttrBase<Kernel_PlaceAttr, "places">>:$places,
      OptionalAttr<I64Attr>:$scratch);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = "$kernel `(` $inputs `)` attr-dict `:` functional-type($inputs, $results)";
}

def Kernel_PoisonOp : Kernel_Op<"poison"> {
  let summary = "bytes of the arena that hold no value here";
  let description = [{
    The emitted code sets every bit of `bytes` bytes, `offset` bytes into the
    arena: in every floating-point type that is no number, and as an index it is
    outside of all tensors. `kernel-poison-arena` writes this op.

    Example:
    ```mlir
    kernel.poison 128, 64
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$offset,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$bytes);
  let assemblyFormat = "$offset `,` $bytes attr-dict";
}

def Kernel_WorkerOp : Kernel_Op<"worker", [Pure]> {
  let summary = "the number of the worker that runs a task";
  let description = [{
    In the body of a kernel after its lowering: what `parallel_for` gives the
    task as its worker, less than the number of threads; 0 where no host's loop
    runs it. Turns of a loop over tasks that use the same scratch one after the
    other have a place in it for each worker.

    Example:
    ```mlir
    %w = kernel.worker
    ```
  }];
  let results = (outs Index:$number);
  let assemblyFormat = "attr-dict";
}

#endif // NNC_DIALECT_KERNEL_IR_KERNELOPS
