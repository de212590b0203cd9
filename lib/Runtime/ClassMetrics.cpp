//===- ClassMetrics.cpp - Scores of classifiers ---------------------------===//
//
// Scores from the classes that were guessed and the true ones.
//
// Of several columns the largest value is the guess, and targets are class
// indices or one-hot rows. One column of floats is a probability, which
// guesses class 1 from a half on; one of integers is the class itself.
// Definitions are scikit-learn's, a ratio of nothing being 0.
//
//===----------------------------------------------------------------------===//

#include "ClassMetrics.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace nnc::runtime {

/// More classes than this make no table that anyone would read.
static constexpr int64_t maxTable = 1000;

/// The first of the largest values of a row.
static int64_t largest(const Array &array, int64_t row, int64_t columns) {
  int64_t best = 0;
  for (int64_t column = 1; column < columns; ++column)
    if (array.at(row * columns + column) > array.at(row * columns + best))
      best = column;
  return best;
}

/// The class that one value of one column stands for.
static int64_t classOfValue(const Array &array, int64_t row) {
  if (isFloat(array.type))
    return array.at(row) >= 0.5;
  return static_cast<int64_t>(array.at(row));
}

static int64_t guessOf(const Pairs &pairs, int64_t row) {
  return pairs.columns > 1 || pairs.isIndex
             ? largest(pairs.predicted, row, pairs.columns)
             : classOfValue(pairs.predicted, row);
}

static int64_t truthOf(const Pairs &pairs, int64_t row) {
  if (pairs.isIndex)
    return static_cast<int64_t>(pairs.target.at(row));
  return pairs.columns > 1 ? largest(pairs.target, row, pairs.columns)
                           : classOfValue(pairs.target, row);
}

double accuracyOf(const Pairs &pairs) {
  int64_t right = 0;
  for (int64_t row = 0; row < pairs.rows(); ++row)
    right += guessOf(pairs, row) == truthOf(pairs, row);
  return static_cast<double>(right) / pairs.rows();
}

double topFiveOf(const Pairs &pairs) {
  if (pairs.columns < 2)
    fail("{}: there is one value a sample, and top5 takes one for each class",
         pairs.metric);
  int64_t right = 0;
  for (int64_t row = 0; row < pairs.rows(); ++row) {
    int64_t truth = truthOf(pairs, row), above = 0;
    if (truth < 0 || truth >= pairs.columns)
      continue;
    double own = pairs.predicted.at(row * pairs.columns + truth);
    // Among equals the later class comes first.
    for (int64_t column = 0; column < pairs.columns; ++column) {
      double other = pairs.predicted.at(row * pairs.columns + column);
      above += other > own || (other == own && column > truth);
    }
    right += above < 5;
  }
  return static_cast<double>(right) / pairs.rows();
}

namespace {
/// How often a class was guessed, was true, and was both.
struct ClassCount {
  int64_t guessed = 0, truth = 0, both = 0;
};
} // namespace

static double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

static double meanOverClasses(const Pairs &pairs,
                              double (*scoreOf)(const ClassCount &)) {
  std::map<int64_t, ClassCount> counts;
  for (int64_t row = 0; row < pairs.rows(); ++row) {
    int64_t guess = guessOf(pairs, row), truth = truthOf(pairs, row);
    ++counts[guess].guessed;
    ++counts[truth].truth;
    counts[guess].both += guess == truth;
  }
  bool isBinary = pairs.columns <= 2 &&
                  (counts.empty() ||
                   (counts.begin()->first >= 0 && counts.rbegin()->first <= 1));
  if (isBinary)
    return scoreOf(counts[1]);
  double sum = 0;
  for (const auto &[label, count] : counts)
    sum += scoreOf(count);
  return ratio(sum, counts.size());
}

double precisionOf(const Pairs &pairs) {
  return meanOverClasses(pairs, [](const ClassCount &count) {
    return ratio(count.both, count.guessed);
  });
}

double recallOf(const Pairs &pairs) {
  return meanOverClasses(pairs, [](const ClassCount &count) {
    return ratio(count.both, count.truth);
  });
}

double f1Of(const Pairs &pairs) {
  return meanOverClasses(pairs, [](const ClassCount &count) {
    return ratio(2 * count.both, count.guessed + count.truth);
  });
}

/// The part of pairs of a positive and a negative in which the positive has
/// the higher score, equal ones counting half; NaN without such pairs.
static double areaOf(const std::vector<std::pair<double, bool>> &scored) {
  std::vector<std::pair<double, bool>> order = scored;
  std::sort(order.begin(), order.end());
  double positives = 0, rankSum = 0;
  for (size_t begin = 0, end; begin < order.size(); begin = end) {
    for (end = begin;
         end < order.size() && order[end].first == order[begin].first; ++end)
      ;
    // Ranks count from 1; equal scores share the mean of theirs.
    double rank = (begin + 1 + end) / 2.;
    for (size_t i = begin; i < end; ++i)
      if (order[i].second) {
        ++positives;
        rankSum += rank;
      }
  }
  double negatives = order.size() - positives;
  if (positives == 0 || negatives == 0)
    return std::nan("");
  return (rankSum - positives * (positives + 1) / 2) / (positives * negatives);
}

double areaUnderCurve(const Pairs &pairs) {
  auto area = [&](int64_t column, int64_t label) {
    std::vector<std::pair<double, bool>> scored;
    for (int64_t row = 0; row < pairs.rows(); ++row) {
      double value = pairs.predicted.at(row * pairs.columns + column);
      if (std::isnan(value))
        return std::nan("");
      scored.emplace_back(value, truthOf(pairs, row) == label);
    }
    return areaOf(scored);
  };
  if (pairs.columns <= 2)
    return area(pairs.columns - 1, 1);
  double sum = 0;
  int64_t classes = 0;
  for (int64_t label = 0; label < pairs.columns; ++label)
    if (double one = area(label, label); !std::isnan(one)) {
      sum += one;
      ++classes;
    }
  return classes ? sum / classes : std::nan("");
}

Table confusionOf(const Pairs &pairs) {
  int64_t classes = std::max<int64_t>(pairs.columns, 2);
  for (int64_t row = 0; row < pairs.rows(); ++row)
    for (int64_t label : {guessOf(pairs, row), truthOf(pairs, row)}) {
      if (label < 0 || (pairs.columns > 1 && label >= pairs.columns))
        fail("{}: there is no class {}", pairs.metric, label);
      classes = std::max(classes, label + 1);
    }
  if (classes > maxTable)
    fail("{}: {} classes make no table", pairs.metric, classes);
  Table table(classes, std::vector<int64_t>(classes));
  for (int64_t row = 0; row < pairs.rows(); ++row)
    ++table[truthOf(pairs, row)][guessOf(pairs, row)];
  return table;
}

} // namespace nnc::runtime
