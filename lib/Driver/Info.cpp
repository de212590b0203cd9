//===- Info.cpp - nnc info ------------------------------------------------===//
//
// A model: its functions and tensors. Weights: what is in the file. What nnc
// has built: the models in it.
//
//===----------------------------------------------------------------------===//
#include "Commands.h"
#include "Compile.h"
#include "Summary.h"
#include "Values.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Pipelines/Pipelines.h"
#include "nnc/Runtime/Commands.h"
#include "nnc/Target/ObjectInfo.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

static const char *const kinds[] = {"parameter", "state", "slot"};
static const char *const types[] = {"?", "f32", "f64", "i8", "u8", "i16", "i32", "i64", "bool"};

static int printObject(llvm::MemoryBufferRef file, bool values) {
  auto models = readObject(file);
  if (!models)
    return fail(1, file.getBufferIdentifier() + ": " + llvm::toString(models.takeError()));
  if (values)
    driver::remark("an object holds no values: init makes them");
  raw_ostream &os = llvm::outs();
  for (const ObjectModel &model : *models) {
    uint64_t bytes[3] = {}, count = 0;
    for (const ModelInterface::Tensor &tensor : model.tensors) {
      bytes[tensor.kind] += tensor.bytes;
      uint64_t elements = 1;
      for (int64_t size : tensor.shape)
        elements *= size;
      count += tensor.kind == 0 ? elements : 0;
    }
    os << "model " << model.prefix << " (" << model.format << "): " << count << " parameters\n"
       << "bytes: " << bytes[0] << " parameters, " << bytes[1] + bytes[2] << " state; "
       << model.codeBytes << " code, " << model.dataBytes << " data\n";
    for (const std::string &function : model.functions)
      os << "function " << model.prefix << '_' << function << '\n';
    for (const ModelInterface::Tensor &tensor : model.tensors) {
      os << kinds[tensor.kind] << ' ' << tensor.name << ": "
         << types[static_cast<int32_t>(tensor.type)] << '[';
      llvm::interleaveComma(tensor.shape, os);
      os << "]\n";
    }
  }
  return 0;
}

static int printModel(const Invocation &invocation, MLIRContext &context) {
  int status = 0;
  auto model = Model::open(invocation.file, context, status);
  if (!model)
    return status;
  std::vector<OpenFunction> open;
  CodeArguments code = invocation.code;
  auto module = model->generate(code, status, &open);
  if (!module)
    return status;
  // Steps with their gradients, as they will be compiled.
  if (!runPasses(*module, *model, [](OpPassManager &pm) { buildGradientPipeline(pm); }, status))
    return status;
  printSummary(*module, open, llvm::outs());
  for (auto variable : module->getOps<nn::VariableOp>())
    llvm::outs() << kinds[static_cast<unsigned>(variable.getKind())] << ' ' << variable.getSymName()
                 << ": " << typeText(variable.getType()) << '\n';
  llvm::outs().flush();
  return invocation.values ? printInitialValues(*module, *model, status) : 0;
}

/// Weights, checkpoints too, whatever the file is called: the length of a
/// header in JSON, and the header.
static bool isWeights(StringRef content) {
  return content.size() > 8 && content[8] == '{' && content.take_front(8).contains('\0');
}

int nnc::driver::runInfo(const Invocation &invocation, MLIRContext &context) {
  StringRef path = invocation.file;
  if (path.ends_with(".safetensors"))
    return runtime::infoWeights(invocation.file, invocation.values);
  if (path == "-" || path.ends_with(".nn") || path.ends_with(".mlir") || path.ends_with(".mlirbc"))
    return printModel(invocation, context);
  if (auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false)) {
    StringRef content = (*file)->getBuffer();
    if (isObject(content))
      return printObject(**file, invocation.values);
    if (isWeights(content))
      return runtime::infoWeights(invocation.file, invocation.values);
    if (content.contains('\0'))
      return fail(1, path + ": is neither a model, nor weights, nor what nnc has built");
  }
  return printModel(invocation, context);
}
