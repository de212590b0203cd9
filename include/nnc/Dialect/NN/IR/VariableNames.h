//===- VariableNames.h - variables with a meaning -------------------------===//
//
// Names of variables that more than one stage knows. A model's own variables
// begin with the model's name, which is never `optimizer`.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_VARIABLENAMES_H
#define NNC_DIALECT_NN_IR_VARIABLENAMES_H

#include "llvm/ADT/StringRef.h"

namespace nnc::nn {

/// What `PREFIX_report` was given last, tensor<f32>, and how often it was
/// called, tensor<i64>: there where a schedule asks for them.
constexpr llvm::StringLiteral kReportedMetricName = "optimizer.report.metric";
constexpr llvm::StringLiteral kReportCountName = "optimizer.report.count";

} // namespace nnc::nn

#endif // NNC_DIALECT_NN_IR_VARIABLENAMES_H
