//===- Instance.h - A model in memory -------------------------------------===//
//
// Owns the block of a compiled model and calls its functions.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_INSTANCE_H
#define NNC_RUNTIME_INSTANCE_H

#include "nnc/Runtime/Data/Port.h"
#include "nnc/Runtime/ThreadPool.h"
#include <functional>
#include <memory>
#include <span>

namespace nnc::runtime {

/// An initialised instance. Every failure of the model's functions is thrown.
class Instance {
public:
  /// With 0 threads, as many as there are processors.
  Instance(const nnc_model &model, uint64_t seed, int threads = 0);

  const nnc_model &model() const { return description; }
  void call(const nnc_function &function, std::span<void *const> arguments);
  /// Tells schedules that watch a metric its value.
  void report(float metric);
  Array read(size_t tensor) const;
  void write(size_t tensor, const Array &values);
  /// The index of the tensor of this name.
  std::optional<size_t> find(const std::string &name) const;

private:
  void check(int status, const std::string &what) const;

  const nnc_model &description;
  std::unique_ptr<void, void (*)(void *)> block;
  std::unique_ptr<ThreadPool> pool;
};

/// A tensor's type and shape.
ElementType typeOf(const nnc_tensor &tensor);
Shape shapeOf(const nnc_tensor &tensor);

/// A function's arguments.
std::vector<Port> inputsOf(const nnc_function &function);
std::vector<Port> outputsOf(const nnc_function &function);

/// The first extent that all inputs with a sample axis share; null if they
/// have different ones or there is none.
std::optional<int64_t> batchOf(const nnc_function &function);

/// The functions of this kind that were declared as `name`, or the one that
/// is called so: `train`, or `train_64`. Throws, listing what there is, if
/// there is none.
std::vector<const nnc_function *>
functionsNamed(const nnc_model &model, int kind, const std::string &name);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_INSTANCE_H
