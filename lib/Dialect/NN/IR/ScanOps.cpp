//===- ScanOps.cpp - legal loops ------------------------------------------===//
//
// What a body's arguments, its `nn.next` and the op's results have to do with
// one another, and how a loop is written.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

/// The type of a slot of a scanned or collected array; null of a scalar.
static RankedTensorType sliceOf(Type array) {
  auto type = cast<RankedTensorType>(array);
  if (type.getRank() == 0)
    return nullptr;
  return RankedTensorType::get(type.getShape().drop_front(),
                               type.getElementType());
}

/// The type of an array of `turns` values.
static RankedTensorType arrayOf(int64_t turns, Type slice) {
  auto type = cast<RankedTensorType>(slice);
  SmallVector<int64_t> shape{turns};
  llvm::append_range(shape, type.getShape());
  return RankedTensorType::get(shape, type.getElementType());
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

Block::BlockArgListType ScanOp::getCarryArguments() {
  return getBodyBlock()->getArguments().take_front(getNumCarries());
}

Block::BlockArgListType ScanOp::getSliceArguments() {
  return getBodyBlock()->getArguments().slice(getNumCarries(),
                                              getScanned().size());
}

Block::BlockArgListType ScanOp::getCaptureArguments() {
  return getBodyBlock()->getArguments().slice(
      getNumCarries() + getScanned().size(), getCaptures().size());
}

NextOp ScanOp::getNext() { return cast<NextOp>(getBodyBlock()->back()); }

void ScanOp::build(OpBuilder &builder, OperationState &state, int64_t turns,
                   bool reverse, ValueRange inits, ValueRange scanned,
                   ValueRange captures,
                   function_ref<void(OpBuilder &, Block &)> fill) {
  auto &properties = state.getOrAddProperties<Properties>();
  properties.setTurns(builder.getI64IntegerAttr(turns));
  if (reverse)
    properties.setReverse(builder.getUnitAttr());
  properties.operandSegmentSizes = {int32_t(inits.size()),
                                    int32_t(scanned.size()),
                                    int32_t(captures.size())};
  state.addOperands(inits);
  state.addOperands(scanned);
  state.addOperands(captures);

  Block &body = state.addRegion()->emplaceBlock();
  for (Value init : inits)
    body.addArgument(init.getType(), init.getLoc());
  for (Value array : scanned)
    body.addArgument(sliceOf(array.getType()), array.getLoc());
  for (Value capture : captures)
    body.addArgument(capture.getType(), capture.getLoc());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&body);
  fill(builder, body);

  state.addTypes(inits.getTypes());
  for (Value value : cast<NextOp>(body.back()).getCollects())
    state.addTypes(arrayOf(turns, value.getType()));
}

//===----------------------------------------------------------------------===//
// Verifier
//===----------------------------------------------------------------------===//

LogicalResult ScanOp::verifyRegions() {
  int64_t turns = getTurns();
  Block &body = *getBodyBlock();
  size_t expected = getNumOperands();
  if (body.getNumArguments() != expected)
    return emitOpError() << "body has " << body.getNumArguments()
                         << " arguments but the op has " << expected
                         << " operands";
  for (auto [i, operand, argument] :
       llvm::enumerate(getOperands(), body.getArguments())) {
    size_t slice = i - getInits().size();
    bool isScanned = i >= getInits().size() && slice < getScanned().size();
    Type type = operand.getType();
    if (isScanned) {
      auto array = cast<RankedTensorType>(type);
      type = sliceOf(array);
      if (!type || array.getDimSize(0) != turns)
        return emitOpError()
               << "scanned array " << slice << " must have " << turns
               << " slices along axis 0 but has type " << array;
    }
    if (argument.getType() != type)
      return emitOpError() << "argument " << i << " of the body must have type "
                           << type << " but has " << argument.getType();
  }

  auto next = dyn_cast<NextOp>(body.back());
  if (!next)
    return emitOpError() << "body must end in 'nn.next' but ends in '"
                         << body.back().getName() << "'";
  auto refuse = [&](auto &&...words) {
    InFlightDiagnostic diag = next.emitOpError();
    (diag << ... << words);
    diag.attachNote(getLoc()) << "the scan is here";
    return diag;
  };
  if (next.getCarries().size() != getNumCarries())
    return refuse("gives ", next.getCarries().size(),
                  " carries but the scan has ", getNumCarries());
  for (auto [i, value, init] : llvm::enumerate(next.getCarries(), getInits()))
    if (value.getType() != init.getType())
      return refuse("carry ", i, " has type ", value.getType(),
                    " but starts with ", init.getType());
  size_t results = getNumCarries() + next.getCollects().size();
  if (getNumResults() != results)
    return refuse("gives ", results, " carries and collects but the scan has ",
                  getNumResults(), " results");
  for (auto [i, value, result] : llvm::enumerate(getInits(), getFinals()))
    if (value.getType() != result.getType())
      return emitOpError() << "result " << i << " must have type "
                           << value.getType() << " but has "
                           << result.getType();
  for (auto [i, value, result] :
       llvm::enumerate(next.getCollects(), getCollected()))
    if (arrayOf(turns, value.getType()) != result.getType())
      return emitOpError() << "result " << getNumCarries() + i
                           << " must have type "
                           << arrayOf(turns, value.getType()) << " but has "
                           << result.getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Assembly
//===----------------------------------------------------------------------===//

namespace {
/// `%argument = %operand : type` in parentheses after a word.
struct BoundList {
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<Type> types;

  ParseResult parse(OpAsmParser &parser, StringRef word) {
    if (failed(parser.parseOptionalKeyword(word)))
      return success();
    return parser.parseCommaSeparatedList(
        OpAsmParser::Delimiter::Paren, [&]() -> ParseResult {
          return failure(parser.parseArgument(arguments.emplace_back()) ||
                         parser.parseEqual() ||
                         parser.parseOperand(operands.emplace_back()) ||
                         parser.parseColonType(types.emplace_back()));
        });
  }
};
} // namespace

ParseResult ScanOp::parse(OpAsmParser &parser, OperationState &result) {
  auto &properties = result.getOrAddProperties<Properties>();
  int64_t turns;
  if (parser.parseInteger(turns))
    return failure();
  Builder &builder = parser.getBuilder();
  properties.setTurns(builder.getI64IntegerAttr(turns));
  if (succeeded(parser.parseOptionalKeyword("reverse")))
    properties.setReverse(builder.getUnitAttr());

  BoundList carries, arrays, captures;
  if (carries.parse(parser, "carry"))
    return failure();
  SMLoc arraysLoc = parser.getCurrentLocation();
  if (arrays.parse(parser, "over") || captures.parse(parser, "with"))
    return failure();
  result.addTypes(carries.types);
  if (succeeded(parser.parseOptionalKeyword("collect")) &&
      parser.parseCommaSeparatedList(
          OpAsmParser::Delimiter::Paren, [&]() -> ParseResult {
            Type type;
            if (parser.parseType(type))
              return failure();
            result.addTypes(type);
            return success();
          }))
    return failure();
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();

  SmallVector<OpAsmParser::Argument> arguments;
  SMLoc loc = parser.getCurrentLocation();
  for (BoundList *list : {&carries, &arrays, &captures}) {
    for (auto [argument, type] : llvm::zip_equal(list->arguments, list->types)) {
      argument.type = type;
      if (list == &arrays) {
        auto tensor = dyn_cast<RankedTensorType>(type);
        argument.type = tensor ? sliceOf(tensor) : nullptr;
        if (!argument.type)
          return parser.emitError(arraysLoc)
                 << "a scanned array must be a tensor with an axis but is "
                 << type;
      }
      arguments.push_back(argument);
    }
    if (parser.resolveOperands(list->operands, list->types, loc,
                               result.operands))
      return failure();
  }
  properties.operandSegmentSizes = {int32_t(carries.operands.size()),
                                    int32_t(arrays.operands.size()),
                                    int32_t(captures.operands.size())};
  return parser.parseRegion(*result.addRegion(), arguments);
}

void ScanOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getTurns();
  if (getReverse())
    printer << " reverse";
  auto printList = [&](StringRef word, Block::BlockArgListType arguments,
                       OperandRange operands) {
    if (operands.empty())
      return;
    printer << ' ' << word << '(';
    llvm::interleaveComma(
        llvm::zip_equal(arguments, operands), printer, [&](auto pair) {
          auto [argument, operand] = pair;
          printer << argument << " = " << operand << " : " << operand.getType();
        });
    printer << ')';
  };
  printList("carry", getCarryArguments(), getInits());
  printList("over", getSliceArguments(), getScanned());
  printList("with", getCaptureArguments(), getCaptures());
  if (getNumCollects() > 0) {
    printer << " collect(";
    llvm::interleaveComma(getCollected().getTypes(), printer);
    printer << ')';
  }
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {getTurnsAttrName(), getReverseAttrName(), getOperandSegmentSizesAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}
