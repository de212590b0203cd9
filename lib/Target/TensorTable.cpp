//===- TensorTable.cpp - the table of a model's tensors -------------------===//
//
// Built as LLVM IR, where a constant of structures is one expression.
//
//===----------------------------------------------------------------------===//
#include "TensorTable.h"
#include "llvm/IR/Constants.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace nnc;

int64_t nnc::getNameCapacity(const ModelInterface &interface) {
  size_t longest = 0;
  for (const ModelInterface::Tensor &tensor : interface.tensors)
    longest = std::max(longest, tensor.name.size());
  return std::max<int64_t>(64, alignTo(longest + 1, 8));
}

void nnc::addTensorTable(Module &module, const ModelInterface &interface) {
  LLVMContext &context = module.getContext();
  Type *i32 = Type::getInt32Ty(context), *i64 = Type::getInt64Ty(context);
  int64_t capacity = getNameCapacity(interface);
  auto *nameType = ArrayType::get(Type::getInt8Ty(context), capacity);
  auto *shapeType = ArrayType::get(i64, 8);
  auto *type = StructType::get(nameType, i32, i32, i32, shapeType, i64);

  SmallVector<Constant *> rows;
  for (const ModelInterface::Tensor &tensor : interface.tensors) {
    std::string name = tensor.name;
    name.resize(capacity, '\0');
    SmallVector<uint64_t> shape(tensor.shape.begin(), tensor.shape.end());
    shape.resize(8, 0);
    rows.push_back(ConstantStruct::get(
        type, ConstantDataArray::getString(context, name, /*AddNull=*/false),
        ConstantInt::get(i32, int32_t(tensor.type)),
        ConstantInt::get(i32, tensor.kind),
        ConstantInt::get(i32, tensor.shape.size()),
        ConstantDataArray::get(context, shape),
        ConstantInt::get(i64, tensor.bytes)));
  }
  // C has no empty arrays: the header declares one row then.
  if (rows.empty())
    rows.push_back(ConstantAggregateZero::get(type));
  auto *table = ArrayType::get(type, rows.size());
  new GlobalVariable(
      module, table, /*isConstant=*/true, GlobalValue::ExternalLinkage,
      ConstantArray::get(table, rows), interface.prefix + "_tensors");
}
