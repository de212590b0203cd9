//===- Convert.cpp - Arrays into another element type ---------------------===//
//
// Converts an array when every value fits, and refuses it otherwise.
//
// Data sets come as float64, int64 or uint8 whatever a model declares. A
// conversion that could lose a value is an error that shows it, never a
// silent wrap or truncation; rounding between floating types is no loss.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Array.h"
#include "nnc/Runtime/Diagnostics.h"
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

namespace nnc::runtime {

/// Whether the number is in the range of the integer type.
template <class Int, class Float>
static bool inRange(Float value) {
  Float end = std::ldexp(Float(1), std::numeric_limits<Int>::digits);
  Float begin = std::is_signed_v<Int> ? -end : Float(0);
  return value >= begin && value < end;
}

/// Converts one value; false if it does not fit.
template <class From, class To>
static bool convertValue(From value, To &result) {
  if constexpr (std::is_floating_point_v<From>) {
    if constexpr (std::is_floating_point_v<To>) {
      result = static_cast<To>(value);
      return std::isfinite(result) || !std::isfinite(value);
    } else {
      if (!inRange<To>(value) || value != std::trunc(value))
        return false;
      result = static_cast<To>(value);
      return true;
    }
  } else if constexpr (std::is_floating_point_v<To>) {
    result = static_cast<To>(value);
    return inRange<From>(result) && static_cast<From>(result) == value;
  } else {
    result = static_cast<To>(value);
    return std::in_range<To>(value);
  }
}

std::optional<int64_t> convertValues(const Array &from, Array &to) {
  std::optional<int64_t> misfit;
  dispatch(from.type, [&](auto fromZero) {
    dispatch(to.type, [&](auto toZero) {
      using From = decltype(fromZero);
      using To = decltype(toZero);
      const From *source = from.data<From>();
      To *target = to.data<To>();
      for (int64_t i = 0, e = from.count(); i < e && !misfit; ++i)
        if (!convertValue(source[i], target[i]) ||
            (to.type == ElementType::Bool && target[i] > To(1)))
          misfit = i;
    });
  });
  return misfit;
}

Array convert(Array source, ElementType type, const std::string &where,
              const std::string &name) {
  if (source.type == type)
    return source;
  Array result(type, source.shape);
  if (std::optional<int64_t> misfit = convertValues(source, result))
    dispatch(source.type, [&](auto zero) {
      failIn(where, "array '{}' is {} and its value {} at {} is no {}", name,
             longNameOf(source.type), source.data<decltype(zero)>()[*misfit],
             toString(source.indexOf(*misfit)), longNameOf(type));
    });
  remark(where, fmt::format("array '{}' is converted from {} to {}", name,
                            longNameOf(source.type), longNameOf(type)));
  return result;
}

} // namespace nnc::runtime
