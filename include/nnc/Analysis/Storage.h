//===- Storage.h - which memory a value of a graph function is in -*- C++
//-*-===//
//
// Reads the memory plan of an entry or step back: for each value, the memory
// that holds its bytes. The plan's checker and the code generator both ask
// here.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ANALYSIS_STORAGE_H
#define NNC_ANALYSIS_STORAGE_H

#include "mlir/IR/BuiltinOps.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Dialect/NN/IR/NN.h"

namespace nnc {

/// Every buffer begins at a multiple of this, and so does an instance.
constexpr int64_t kBufferAlignment = 64;

/// The attribute of a module that holds its arena's size in bytes.
constexpr llvm::StringLiteral kArenaSizeAttrName = "kernel.arena_size";

/// The attribute of an `nn.write` whose value waits in the arena, at this
/// offset, until all values of variables from before the call are read.
constexpr llvm::StringLiteral kStageAttrName = "kernel.stage";

/// The attribute of an `nn.scan` that holds the places of what it collects.
constexpr llvm::StringLiteral kPlacesAttrName = "kernel.places";

/// The attribute of a lowered kernel that lists the pairs [input, output] that
/// may share one buffer: element p of the input is not looked at after element
/// p of the output has been written.
constexpr llvm::StringLiteral kInplaceAttrName = "kernel.inplace";

/// The bytes that one element takes; a bool takes one.
int64_t getElementByteSize(mlir::Type element);

/// The bytes that a tensor or memref of static shape takes, row-major.
int64_t getByteSize(mlir::ShapedType type);

/// `size` rounded up to the alignment of buffers.
int64_t alignToBuffer(int64_t size);

/// The variables of a module, numbered in its order.
class VariableTable {
public:
  explicit VariableTable(mlir::ModuleOp module);

  llvm::ArrayRef<nn::VariableOp> getVariables() const { return variables; }
  /// The number of a variable, or -1 where there is none of that name.
  int64_t lookup(llvm::StringRef name) const;

private:
  llvm::SmallVector<nn::VariableOp> variables;
  llvm::StringMap<int64_t> numbers;
};

/// A piece of memory while an entry or step runs.
struct Storage {
  enum class Kind {
    Input,    ///< the caller's input number `index`
    Constant, ///< read-only data
    Variable, ///< variable number `index`
    Arena,    ///< `index` bytes into the arena; in odd turns at `alternate`
    Output,   ///< the caller's output number `index`, or the arena at `spare`
    Slot      ///< this turn's slot of array `index` of the enclosing scan
  };
  Kind kind;
  int64_t index = 0;
  int64_t spare = -1;
  int64_t alternate = -1;
};

/// The value whose bytes `value` shares: looks through reshapes.
mlir::Value getStorageRoot(mlir::Value value);

/// True for a value that a plan gives a place: the result of a kernel's call, or
/// what a scan collects.
bool hasOwnPlace(mlir::Value value);

/// Where the bytes of `value` are. Fails where the value has no place yet, and
/// for what a running scan binds: the arguments of its body and its last
/// carries, whose bytes are those of what they stand for.
llvm::FailureOr<Storage> getStorage(mlir::Value value,
                                    const VariableTable &variables);

/// True if the lowered kernel `callee` lets `input` share a buffer with
/// `output`.
bool mayShareBuffer(mlir::Operation *callee, int64_t input, int64_t output);

} // namespace nnc

#endif // NNC_ANALYSIS_STORAGE_H
