//===- Contract.cpp - matrix products and einsum --------------------------===//
//
// Every product of tensors is brought to `nn.contract`, a sum of products over
// lettered axes.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Builder/GraphBuilder.h"

using namespace mlir;

namespace nnc {

static std::string lettersFrom(char first, int64_t count) {
  std::string letters;
  for (int64_t i = 0; i < count; ++i)
    letters.push_back(char(first + i));
  return letters;
}

Value GraphBuilder::contract(StringRef lhs, StringRef rhs, StringRef result,
                             Value a, Value b) {
  if (isBool(a) || isBool(b))
    return fail("a product takes tensors of numbers, but got " +
                describeType(a) + " and " + describeType(b));
  if (elementOf(a) != elementOf(b))
    return fail("operands have different element types: " + describeType(a) +
                " and " + describeType(b));
  SmallVector<int64_t> shape;
  for (char letter : result) {
    size_t place = lhs.find(letter);
    shape.push_back(place != StringRef::npos ? shapeOf(a)[place]
                                             : shapeOf(b)[rhs.find(letter)]);
  }
  std::string spec = (lhs + "," + rhs + "->" + result).str();
  return make<nn::ContractOp>(getType(elementOf(a), shape),
                              ops.getStringAttr(spec), a, b);
}

Value GraphBuilder::matmul(Value lhs, Value rhs) {
  int64_t m = rankOf(lhs), n = rankOf(rhs);
  if (m == 0 || n == 0)
    return fail("matmul takes vectors and matrices, but got " +
                describeType(lhs) + " and " + describeType(rhs));
  int64_t inner = shapeOf(lhs).back();
  int64_t other = n == 1 ? shapeOf(rhs)[0] : shapeOf(rhs)[n - 2];
  if (inner != other)
    return fail("matmul inner dimensions differ: " + Twine(inner) + " and " +
                Twine(other));
  // Batch axes are aligned at the right and broadcast; an operand that lacks
  // one simply does without the letter.
  int64_t batchL = std::max<int64_t>(m - 2, 0);
  int64_t batchR = std::max<int64_t>(n - 2, 0);
  int64_t batch = std::max(batchL, batchR);
  SmallVector<int64_t> shapeL(shapeOf(lhs)), shapeR(shapeOf(rhs));
  for (int64_t i = 0; i < std::min(batchL, batchR); ++i) {
    int64_t &a = shapeL[batchL - 1 - i], &b = shapeR[batchR - 1 - i];
    if (a != b && a != 1 && b != 1)
      return fail("matmul batch dimensions differ: " + describeType(lhs) +
                  " and " + describeType(rhs));
    a = b = std::max(a, b);
  }
  lhs = broadcastTo(lhs, shapeL);
  rhs = lhs ? broadcastTo(rhs, shapeR) : nullptr;
  if (!rhs)
    return nullptr;
  std::string letters = lettersFrom('a', batch);
  std::string a = letters.substr(batch - batchL),
              b = letters.substr(batch - batchR);
  std::string result = letters;
  if (m > 1) {
    a += 'x';
    result += 'x';
  }
  a += 'y';
  b += 'y';
  if (n > 1) {
    b += 'z';
    result += 'z';
  }
  return contract(a, b, result, lhs, rhs);
}

Value GraphBuilder::permuteTo(Value x, StringRef from, StringRef to) {
  if (from == to)
    return x;
  SmallVector<int64_t> permutation;
  for (char letter : to)
    permutation.push_back(from.find(letter));
  return transpose(x, permutation);
}

/// Replaces `...` by as many fresh letters as the operands have axes for it;
/// nothing if they differ. `letters` receives them.
static std::optional<std::string>
expandEllipsis(StringRef spec, ArrayRef<Value> operands, std::string &letters) {
  std::string text;
  for (char c : spec)
    if (c != ' ')
      text.push_back(c);
  if (!StringRef(text).contains("..."))
    return text;
  SmallVector<StringRef> terms;
  StringRef(text).split("->").first.split(terms, ',');
  std::optional<int64_t> axes;
  for (auto [term, operand] : llvm::zip(terms, operands)) {
    if (!term.contains("..."))
      continue;
    int64_t count = rankOf(operand) - (int64_t(term.size()) - 3);
    if (count < 0 || (axes && *axes != count))
      return std::nullopt;
    axes = count;
  }
  for (char c = 'A'; c <= 'Z' && int64_t(letters.size()) < axes.value_or(0);
       ++c)
    if (!StringRef(text).contains(c))
      letters.push_back(c);
  std::string expanded;
  for (size_t i = 0; i < text.size();) {
    if (StringRef(text).substr(i).starts_with("...")) {
      expanded += letters;
      i += 3;
    } else {
      expanded.push_back(text[i++]);
    }
  }
  return expanded;
}

Value GraphBuilder::diagonal(Value x, int64_t first, int64_t second) {
  RankedTensorType indices = getType(ops.getI32Type(), shapeOf(x));
  Value row = iota(indices, first),
        column = row ? iota(indices, second) : nullptr;
  Value same = column ? compare(nn::Predicate::eq, row, column) : nullptr;
  Value zero =
      same ? convert(splatInt(getType(ops.getI32Type(), {}), 0), elementOf(x))
           : nullptr;
  Value kept = zero ? select(same, x, zero) : nullptr;
  return kept ? reduce("sum", kept, second, /*keepDims=*/false) : nullptr;
}

Value GraphBuilder::einsum(StringRef spec, ArrayRef<Value> given) {
  auto refuse = [&](const Twine &why) {
    return fail("einsum \"" + spec + "\": " + why);
  };
  std::string ellipsis;
  auto expanded = expandEllipsis(spec, given, ellipsis);
  if (!expanded)
    return refuse("'...' stands for different ranks");
  auto [left, right] = StringRef(*expanded).split("->");
  bool explicitResult = StringRef(*expanded).contains("->");
  SmallVector<StringRef> names;
  left.split(names, ',');
  if (names.size() != given.size())
    return fail("einsum \"" + spec + "\" names " + Twine(names.size()) +
                " operands, but got " + Twine(given.size()));

  SmallVector<Value> operands(given);
  SmallVector<std::string> terms;
  std::array<int64_t, 256> sizes{};
  std::array<unsigned, 256> uses{};
  for (auto [name, operand] : llvm::zip(names, given)) {
    if (int64_t(name.size()) != rankOf(operand))
      return refuse("'" + name + "' needs rank " + Twine(name.size()) +
                    ", but got " + describeType(operand));
    for (auto [letter, size] : llvm::zip(name, shapeOf(operand))) {
      if (!llvm::isAlpha(letter))
        return refuse("axes are named by letters");
      int64_t &known = sizes[uint8_t(letter)];
      if (known != 0 && known != size)
        return refuse("axis '" + Twine(letter) + "' is " + Twine(known) +
                      " and " + Twine(size));
      known = size;
      ++uses[uint8_t(letter)];
    }
    terms.push_back(name.str());
  }
  std::string result = right.str();
  if (!explicitResult) {
    result = ellipsis;
    for (int letter = 0; letter < 256; ++letter)
      if (uses[letter] == 1 && !StringRef(ellipsis).contains(char(letter)))
        result.push_back(char(letter));
  }
  for (char letter : result)
    if (!llvm::isAlpha(letter) || uses[uint8_t(letter)] == 0 ||
        StringRef(result).count(letter) != 1)
      return refuse("'" + Twine(letter) +
                    "' in the result must stand once, and in an operand");

  // A letter that stands twice in one operand takes its diagonal.
  for (auto [term, operand] : llvm::zip(terms, operands))
    for (size_t place = 0; place < term.size();) {
      size_t first = StringRef(term).find(term[place]);
      if (first == place) {
        ++place;
        continue;
      }
      operand = diagonal(operand, first, place);
      if (!operand)
        return nullptr;
      term.erase(place, 1);
    }

  // From left to right; a letter is summed as soon as nothing needs it.
  Value value = operands[0];
  std::string axes = terms[0];
  for (size_t i = 1; i < operands.size(); ++i) {
    std::string next;
    for (char letter : axes + terms[i]) {
      bool needed = StringRef(result).contains(letter);
      for (size_t j = i + 1; j < terms.size(); ++j)
        needed |= StringRef(terms[j]).contains(letter);
      if (needed && !StringRef(next).contains(letter))
        next.push_back(letter);
    }
    if (i + 1 == operands.size())
      next = result;
    value = contract(axes, terms[i], next, value, operands[i]);
    if (!value)
      return nullptr;
    axes = next;
  }
  SmallVector<int64_t> summed;
  std::string kept;
  for (size_t i = 0; i < axes.size(); ++i) {
    if (StringRef(result).contains(axes[i]))
      kept.push_back(axes[i]);
    else
      summed.push_back(int64_t(i));
  }
  if (!summed.empty())
    value = reduce("sum", value, summed, /*keepDims=*/false);
  return value ? permuteTo(value, kept, result) : nullptr;
}

} // namespace nnc
