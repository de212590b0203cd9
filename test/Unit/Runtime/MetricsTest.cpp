//===- MetricsTest.cpp - Tests of metrics ---------------------------------===//
//
// Known scores, and the entries and inputs that metrics name.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Metrics.h"
#include "FakeModel.h"
#include "TestSupport.h"

using namespace nnc::runtime;
using namespace nnc::runtime::test;

static double scoreOf(const std::string &kind, const Array &y, const Array &t) {
  return score(parseMetric(kind + "(y, t)"), y, t).value;
}

TEST(Metrics, Regression) {
  // The worked example of BCE: MAE .15, MSE .025.
  Array y = floats({4, 1}, {.1f, .9f, .8f, .2f});
  Array t = floats({4}, {0, 1, 1, 0});
  EXPECT_NEAR(scoreOf("mae", y, t), .15, 1e-7);
  EXPECT_NEAR(scoreOf("mse", y, t), .025, 1e-7);
  EXPECT_NEAR(scoreOf("rmse", y, t), .158113883, 1e-7);
  EXPECT_NEAR(scoreOf("r2", y, t), .9, 1e-6);
  EXPECT_EQ(scoreOf("r2", t, t), 1);
  Array flat = floats({2}, {3, 3});
  EXPECT_EQ(scoreOf("r2", flat, flat), 1);
  EXPECT_EQ(scoreOf("r2", floats({2}, {3, 4}), flat), 0);
  // The mean over columns: 1 and 0.
  EXPECT_EQ(
      scoreOf("r2", floats({2, 2}, {1, 5, 2, 5}), floats({2, 2}, {1, 4, 2, 6})),
      .5);
}

TEST(Metrics, Accuracy) {
  Array y = floats({3, 3}, {0, 2, 1, 5, 5, 4, 0, 0, 1});
  Array index = makeArray<int32_t>(ElementType::I32, {3}, {1, 0, 1});
  EXPECT_NEAR(scoreOf("accuracy", y, index), 2 / 3., 1e-12);
  Array column = index;
  column.shape = {3, 1};
  EXPECT_NEAR(scoreOf("accuracy", y, column), 2 / 3., 1e-12);
  Array oneHot = floats({3, 3}, {0, 1, 0, 0, 1, 0, 0, 0, 1});
  EXPECT_NEAR(scoreOf("accuracy", y, oneHot), 2 / 3., 1e-12);
  EXPECT_EQ(scoreOf("accuracy", floats({4, 1}, {.1f, .5f, .8f, .6f}),
                    floats({4}, {0, 1, 1, 0})),
            .75);
  EXPECT_NEAR(scoreOf("accuracy",
                      makeArray<int32_t>(ElementType::I32, {3}, {1, 2, 1}),
                      index),
              2 / 3., 1e-12);
}

TEST(Metrics, RefusesOtherShapes) {
  EXPECT_EQ(errorOf([] {
              scoreOf("mse", Array(ElementType::F32, {4, 2}),
                      Array(ElementType::F32, {4}));
            }),
            "mse(y, t): 'y' is f32[4, 2] and 't' is f32[4]");
  // A float is no class index.
  errorOf([] {
    scoreOf("accuracy", Array(ElementType::F32, {4, 2}),
            Array(ElementType::F32, {4}));
  });
}

TEST(Metrics, RefusesOtherForms) {
  for (const char *text : {"r2(", "r2(y)", "r2(y,)", "r2(,t)", "r2(y,t",
                           "r2)(y,t", "q(y,t)", "q", ""})
    errorOf([&] { parseMetric(text); }, ExitWrongUsage);
}

TEST(Metrics, FindsEntriesAndInputs) {
  Variants step = {&fakeModel().functions[3]};
  MetricSet set(fakeModel(), step, {"r2(y,t)", "mse(predict.y,t)"});
  EXPECT_EQ(set.names(),
            (std::vector<std::string>{"r2(y,t)", "mse(predict.y,t)"}));
  EXPECT_EQ(errorOf([&] { MetricSet(fakeModel(), step, {"r2(q,t)"}); },
                    ExitWrongUsage),
            "--metric r2(q,t): no entry has an output 'q'; there are 'y', 'p' "
            "and 'loss'");
  EXPECT_EQ(errorOf([&] { MetricSet(fakeModel(), step, {"r2(y,q)"}); },
                    ExitWrongUsage),
            "--metric r2(y,q): there is no input 'q'; 'train' has 'x' and 't'");
  EXPECT_EQ(
      errorOf([&] { MetricSet(fakeModel(), step, {"r2"}); }, ExitWrongUsage),
      "--metric r2: say what is compared: r2(OUTPUT,INPUT)");
}

TEST(Metrics, PadsTheLastBatch) {
  // Six rows through an entry for four.
  Dataset data;
  std::vector<float> x(18), t(6);
  for (int i = 0; i < 18; ++i)
    x[i] = static_cast<float>(i * i % 7);
  Instance instance(fakeModel(), 0);
  Array weight = instance.read(0);
  for (int row = 0; row < 6; ++row)
    for (int i = 0; i < 3; ++i)
      t[row] += x[3 * row + i] * weight.data<float>()[i];
  Port xPort(fakeModel().functions[3].ports[0]);
  Port tPort(fakeModel().functions[3].ports[1]);
  data.add(floats({6, 3}, x), xPort, NonFinite::Refuse, "f");
  data.add(floats({6}, t), tPort, NonFinite::Refuse, "f");
  MetricSet set(fakeModel(), {&fakeModel().functions[3]}, {"mae(y,t)"});
  EXPECT_NEAR(set.compute(instance, allRows(data))[0].value, 0, 1e-6);
  DataView some{&data, {5, 0, 3}};
  EXPECT_NEAR(set.compute(instance, some)[0].value, 0, 1e-6);
}
