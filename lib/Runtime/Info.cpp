//===- Info.cpp - What is in a model --------------------------------------===//
//
// Prints a model's sizes, functions and variables.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Commands.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Files.h"
#include "nnc/Runtime/Instance.h"
#include "nnc/Runtime/Print.h"
#include "nnc/Runtime/Weights/Safetensors.h"
#include <cstdio>
#include <fmt/format.h>

namespace nnc::runtime {

static std::string portList(const std::vector<Port> &ports) {
  std::string text;
  for (const Port &port : ports)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", port.name,
                        port.toString());
  return text;
}

int info(const nnc_model &model) noexcept {
  static constexpr const char *kinds[] = {"parameter", "state", "slot"};
  int64_t elements = 0;
  for (size_t i = 0; i < model.tensor_count; ++i)
    if (model.tensors[i].kind == NNC_PARAMETER)
      elements += model.tensors[i].bytes / sizeOf(typeOf(model.tensors[i]));
  fmt::print("model {}: {} parameters\n", model.name, elements);
  fmt::print("bytes: {} parameters, {} state, {} scratch, {} in all\n",
             model.parameters_size, model.state_size, model.scratch_size,
             model.size);
  for (size_t i = 0; i < model.function_count; ++i) {
    const nnc_function &function = model.functions[i];
    fmt::print("{} {}({}) -> {}; {} flops\n",
               function.kind == NNC_STEP ? "step" : "entry", function.name,
               portList(inputsOf(function)), portList(outputsOf(function)),
               function.flops);
  }
  for (size_t i = 0; i < model.tensor_count; ++i) {
    const nnc_tensor &tensor = model.tensors[i];
    fmt::print("{} {}: {}\n", kinds[tensor.kind], tensor.name,
               toString(typeOf(tensor), shapeOf(tensor)));
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

int infoWeights(const std::string &path, bool values) noexcept {
  try {
    Safetensors file = parseSafetensors(readFile(path), path);
    size_t bytes = 0;
    for (const NamedArray &tensor : file.tensors) {
      bytes += tensor.array.bytes.size();
      fmt::print("{}: {}\n", tensor.name,
                 toString(tensor.array.type, tensor.array.shape));
      if (values)
        printArrays({tensor});
    }
    for (const auto &[key, value] : file.metadata)
      fmt::print("metadata {}: {}\n", key, value);
    fmt::print("{} tensors, {} bytes\n", file.tensors.size(), bytes);
    return std::fflush(stdout) == 0 ? 0 : 1;
  } catch (const Error &error) {
    printError(error);
    return error.status;
  }
}

} // namespace nnc::runtime
