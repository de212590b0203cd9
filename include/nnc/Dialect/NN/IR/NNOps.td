//===- NNOps.td - all ops of the nn dialect ----------------*- tablegen -*-===//
#ifndef NNC_DIALECT_NN_IR_NNOPS
#define NNC_DIALECT_NN_IR_NNOPS

include "nnc/Dialect/NN/IR/NNContractOps.td"
include "nnc/Dialect/NN/IR/NNControlOps.td"
include "nnc/Dialect/NN/IR/NNConvOps.td"
include "nnc/Dialect/NN/IR/NNElementwiseOps.td"
include "nnc/Dialect/NN/IR/NNIndexOps.td"
include "nnc/Dialect/NN/IR/NNRandomOps.td"
include "nnc/Dialect/NN/IR/NNReduceOps.td"
include "nnc/Dialect/NN/IR/NNShapeOps.td"
include "nnc/Dialect/NN/IR/NNVariableOps.td"
include "nnc/Dialect/NN/IR/NNWindowOps.td"

#endif // NNC_DIALECT_NN_IR_NNOPS
