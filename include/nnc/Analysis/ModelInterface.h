//===- ModelInterface.h - what a compiled model looks like outside -*- C++
//-*-===//
//
// The functions, tensors and sizes of a planned module, and where things are
// inside an instance. The header, the object, the program's descriptor and the
// driver's reports all come from this one description.
//
// An instance is one block of the caller's: the control block, then parameters,
// then state and slots, then what is prepared of these, then the arena, each
// buffer aligned.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ANALYSIS_MODELINTERFACE_H
#define NNC_ANALYSIS_MODELINTERFACE_H

#include "nnc/Analysis/Storage.h"
#include <string>
#include <vector>

namespace nnc {

/// Element type codes of headers and descriptors.
enum class ElementCode : int32_t { F32 = 1, F64, I8, U8, I16, I32, I64, Bool };

/// The code of an element type of the nn dialect.
ElementCode getElementCode(mlir::Type element);

/// Where the fields of the control block are, in bytes from the instance's
/// start. Pointers have eight bytes on every target.
struct ControlBlock {
  static constexpr int64_t Magic = 0;       ///< uint64_t, set by init
  static constexpr int64_t ParallelFor = 8; ///< the host's loop, or null
  static constexpr int64_t Context = 16;    ///< its first argument
  static constexpr int64_t Threads = 24;    ///< int32_t, at least 1
  static constexpr int64_t Version = 28;    ///< int32_t, of code for several processors
  static constexpr int64_t Prepared = 32;   ///< uint64_t, a bit per valid preparation
  static constexpr int64_t Size = 64;
};

struct ModelInterface {
  struct Port {
    std::string name;
    ElementCode type;
    std::vector<int64_t> shape;
  };
  struct Function {
    std::string name; ///< as exported, without the prefix: "train_4"
    std::string base; ///< as declared: "train"
    bool isStep;
    std::vector<Port> inputs, outputs;
    uint64_t flops;
  };
  struct Tensor {
    std::string name;
    ElementCode type;
    int32_t kind; ///< 0 parameter, 1 state, 2 slot
    std::vector<int64_t> shape;
    uint64_t bytes;
    uint64_t offset; ///< in the instance
  };
  struct Normalizer {
    std::string mean, deviation, input;
  };

  std::string prefix; ///< of every symbol; a C identifier
  std::vector<Function> functions;
  std::vector<Tensor> tensors; ///< in the order of the module's variables
  /// Where the variables after these are, which have no name outside.
  std::vector<uint64_t> preparedOffsets;
  std::vector<Normalizer> normalizers;
  uint64_t parametersSize = 0; ///< bytes of all parameters, without padding
  uint64_t stateSize = 0;   ///< bytes of all state and slots, without padding
  uint64_t scratchSize = 0; ///< bytes of what is prepared, and of the arena
  uint64_t arenaSize = 0;
  uint64_t arenaOffset = 0; ///< in the instance
  uint64_t size = 0;        ///< bytes of an instance
  int32_t maxThreads = 16;
  bool hasWeights = false; ///< init copies the values of a file

  /// Where a variable of the module is in the instance.
  uint64_t getVariableOffset(size_t number) const {
    return number < tensors.size() ? tensors[number].offset
                                   : preparedOffsets[number - tensors.size()];
  }

  /// What an initialised instance of this model begins with: a hash of prefix
  /// and tensors, so that another model's instance is not taken for its own.
  uint64_t getMagic() const;
};

/// The function that initialises all variables.
constexpr llvm::StringLiteral kInitName = "init";

/// The attribute of an entry or step that holds the operations it computes.
constexpr llvm::StringLiteral kFlopsAttrName = "nn.flops";

/// The attribute of a module that lists its `normalize` layers: an array of
/// dictionaries of three strings, `mean`, `deviation` and `input`.
constexpr llvm::StringLiteral kNormalizersAttrName = "nn.normalizers";

/// The unit attribute of a module whose variables begin with the values of a
/// file of weights.
constexpr llvm::StringLiteral kHasWeightsAttrName = "nn.has_weights";

/// Describes a module whose memory is planned.
ModelInterface describeModel(mlir::ModuleOp module, llvm::StringRef prefix,
                             int32_t maxThreads = 16);

} // namespace nnc

#endif // NNC_ANALYSIS_MODELINTERFACE_H
