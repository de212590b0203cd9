//===- Predict.h - Prediction, and single calls ---------------------------===//
//
// The work behind predict and run.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_PREDICT_H
#define NNC_RUNTIME_PREDICT_H

#include "nnc/Runtime/Data/Dataset.h"
#include "nnc/Runtime/Instance.h"
#include "nnc/Runtime/Options.h"
#include "nnc/Runtime/Weights/Safetensors.h"

namespace nnc::runtime {

/// The data that the options give for an entry's inputs.
Dataset loadPredictData(const PredictOptions &options,
                        const std::vector<Port> &ports,
                        const std::string &function);

/// The entry's outputs over all samples.
std::vector<NamedArray> predictArrays(const nnc_model &model,
                                      const PredictOptions &options);

/// One call with whole arrays.
class SingleCall {
public:
  SingleCall(const nnc_model &model, const RunOptions &options);

  /// Calls the function.
  void call();
  /// The outputs of the last call.
  std::vector<NamedArray> outputs() const;
  const nnc_function &function() const { return *chosen; }
  Instance &instance() { return theInstance; }

private:
  Instance theInstance;
  const nnc_function *chosen = nullptr;
  std::vector<Array> arrays;
  std::vector<void *> addresses;
};

/// Calls for about `seconds`, in groups long enough to be timed, and gives
/// the time of one call in every group.
std::vector<double> timeCalls(SingleCall &call, double seconds);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_PREDICT_H
