//===- Standardize.cpp - Preprocessing compiled in ------------------------===//
//
// Fills a model's `normalize` layers from data: the moments are computed in
// float64 and stored in the layer's two state tensors.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Standardize.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <cmath>

namespace nnc::runtime {

Moments momentsOf(const DataColumn &column, std::span<const int64_t> rows,
                  int64_t features) {
  const Array &values = column.values;
  int64_t width = column.port.sampleCount(), turns = width / features;
  double count = static_cast<double>(rows.size()) * turns;
  Moments moments{std::vector<double>(features), std::vector<double>(features)};
  std::vector<bool> varies(features);
  for (int64_t row : rows)
    for (int64_t i = 0; i < width; ++i)
      moments.mean[i % features] += values.at(row * width + i);
  for (double &mean : moments.mean)
    mean /= count;
  for (int64_t row : rows)
    for (int64_t i = 0; i < width; ++i) {
      double value = values.at(row * width + i);
      double off = value - moments.mean[i % features];
      moments.deviation[i % features] += off * off;
      if (value != values.at(rows[0] * width + i % features))
        varies[i % features] = true;
    }
  for (int64_t i = 0; i < features; ++i) {
    double &deviation = moments.deviation[i];
    deviation = varies[i] ? std::sqrt(deviation / count) : 1;
    // Numbers whose squares vanish do not vary by anything that counts.
    if (deviation == 0)
      deviation = 1;
  }
  return moments;
}

static Array toArray(const std::vector<double> &values,
                     const nnc_tensor &tensor) {
  Array array(typeOf(tensor), shapeOf(tensor));
  if (array.type == ElementType::F64)
    std::copy(values.begin(), values.end(), array.data<double>());
  else
    std::transform(values.begin(), values.end(), array.data<float>(),
                   [](double value) { return static_cast<float>(value); });
  return array;
}

void standardize(Instance &instance, const DataView &view) {
  const nnc_model &model = instance.model();
  bool any = false;
  for (size_t i = 0; i < model.normalizer_count; ++i) {
    const nnc_normalizer &layer = model.normalizers[i];
    auto column =
        std::find_if(view.data->columns().begin(), view.data->columns().end(),
                     [&](const DataColumn &candidate) {
                       return candidate.port.name == layer.input;
                     });
    if (column == view.data->columns().end() || column->port.isScalar())
      continue;
    std::optional<size_t> mean = instance.find(layer.mean);
    std::optional<size_t> deviation = instance.find(layer.deviation);
    if (!mean || !deviation)
      fail("the model has no state '{}' and '{}'", layer.mean, layer.deviation);
    Shape shape = shapeOf(model.tensors[*mean]);
    int64_t features = 1, width = column->port.sampleCount();
    for (int64_t extent : shape)
      features *= extent;
    if (features == 0 || width % features)
      fail("'{}' is {} and does not divide input '{}' of {}", layer.mean,
           toString(shape), layer.input, column->port.wanted());
    Moments moments = momentsOf(*column, view.rows, features);
    instance.write(*mean, toArray(moments.mean, model.tensors[*mean]));
    instance.write(*deviation,
                   toArray(moments.deviation, model.tensors[*deviation]));
    any = true;
  }
  if (!any)
    fail("--standardize: the model has no normalize layer that is applied to "
         "an input of the step");
}

} // namespace nnc::runtime
