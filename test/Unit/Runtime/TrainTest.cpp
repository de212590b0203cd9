//===- TrainTest.cpp - Tests of training ----------------------------------===//
//
// Trains the fake model: convergence, batches, determinism, validation.
//
//===----------------------------------------------------------------------===//

#include "FakeModel.h"
#include "TestSupport.h"
#include "nnc/Runtime/Commands.h"
#include "nnc/Runtime/Data/Npz.h"
#include "nnc/Runtime/Standardize.h"
#include "nnc/Runtime/TrainLoop.h"
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace nnc::runtime;
using namespace nnc::runtime::test;

namespace {
/// Data of t = 2a − b + ½c + 3 in a folder, and a quiet stderr.
class Train : public testing::Test {
protected:
  Train() { options.data = writeData("d.npz", 42); }

  std::string writeData(const std::string &name, int rows, float shift = 0) {
    std::vector<float> x, t;
    for (int row = 0; row < rows; ++row) {
      float a = std::sin(row * 1.3f) + shift, b = std::cos(row * 2.1f),
            c = std::sin(row * 0.7f + 1);
      x.insert(x.end(), {a, b, c});
      t.push_back(2 * a - b + c / 2 + 3);
    }
    return folder.write(name, formatNpz({{"x", floats({rows, 3}, x)},
                                         {"t", floats({rows}, t)}}));
  }

  /// Trains, and gives the weights and the bias.
  std::vector<float> train() {
    testing::internal::CaptureStderr();
    fakeCalls() = {};
    TrainLoop loop(fakeModel(), options);
    loop.run([] { return false; });
    history = loop.history();
    said = testing::internal::GetCapturedStderr();
    std::vector<float> values;
    for (size_t tensor : {0, 1}) {
      Array array = loop.instance().read(tensor);
      values.insert(values.end(), array.data<float>(),
                    array.data<float>() + array.count());
    }
    return values;
  }

  TemporaryFolder folder;
  TrainOptions options;
  std::vector<EpochRecord> history;
  std::string said;
};
} // namespace

TEST_F(Train, Converges) {
  options.epochs = 60;
  options.metrics = {"r2(y,t)"};
  std::vector<float> values = train();
  EXPECT_NEAR(values[0], 2, 1e-3);
  EXPECT_NEAR(values[1], -1, 1e-3);
  EXPECT_NEAR(values[2], 0.5, 1e-3);
  EXPECT_NEAR(values[3], 3, 1e-3);
  ASSERT_EQ(history.size(), 60u);
  EXPECT_GT(history.back().values[1].second, 0.99999);
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 61);
}

TEST_F(Train, TheLastBatchIsSmallerWhereTheStepIsThere) {
  options.epochs = 3;
  train();
  EXPECT_EQ(fakeCalls().ofFour, 30);
  EXPECT_EQ(fakeCalls().ofTwo, 3);
  EXPECT_NE(said.find("the last batch of an epoch has 2 samples"),
            std::string::npos);
  EXPECT_EQ(history.back().step, 33);

  options.lastBatch = LastBatch::Drop;
  train();
  EXPECT_EQ(fakeCalls().ofTwo, 0);
  EXPECT_NE(said.find("the last 2 of 42 samples of an epoch are left out"),
            std::string::npos);

  options.data = writeData("e.npz", 43);
  options.lastBatch = LastBatch::Auto;
  train();
  EXPECT_EQ(fakeCalls().ofFour, 30);
  EXPECT_EQ(fakeCalls().ofTwo + fakeCalls().ofOne, 0);
  options.lastBatch = LastBatch::Smaller;
  EXPECT_EQ(errorOf([&] { train(); }, ExitWrongUsage),
            "--last-batch=smaller: 3 samples are left after batches of 4, and "
            "step 'train' is compiled for batches of 1, 2 and 4");
  testing::internal::GetCapturedStderr();

  options.lastBatch = LastBatch::Auto;
  options.batch = 2;
  train();
  EXPECT_EQ(fakeCalls().ofTwo, 63);
  EXPECT_EQ(fakeCalls().ofOne, 3);
}

TEST_F(Train, MeansAreWeightedByRows) {
  // One epoch over 42 rows without learning from its own mistakes: the mean
  // loss is that of a whole pass only if the last two rows count two.
  options.shuffle = false;
  options.epochs = 1;
  options.data = writeData("six.npz", 6);
  train();
  double byRows = history[0].values[0].second;
  options.lastBatch = LastBatch::Drop;
  train();
  double four = history[0].values[0].second;
  // The loss of the last batch of two, from a run of it alone.
  double two = (byRows * 6 - four * 4) / 2;
  Instance instance(fakeModel(), 0);
  Dataset data;
  auto source = openSource(options.data, {});
  const nnc_function &stepOfFour = fakeModel().functions[3];
  const nnc_function &stepOfTwo = fakeModel().functions[2];
  for (const Port &port : inputsOf(stepOfFour))
    data.add(*source, port, NonFinite::Refuse);
  Arguments first(stepOfFour, data), last(stepOfTwo, data);
  std::vector<int64_t> rows = {0, 1, 2, 3, 4, 5};
  first.select(std::span(rows).subspan(0, 4));
  instance.call(stepOfFour, first.pointers());
  last.select(std::span(rows).subspan(4));
  instance.call(stepOfTwo, last.pointers());
  EXPECT_NEAR(two, last.output(0).at(0), 1e-5);
}

TEST_F(Train, SameSeedSameBits) {
  options.epochs = 2;
  std::vector<float> one = train();
  EXPECT_EQ(one, train());
  options.shuffle = false;
  EXPECT_NE(one, train());
  options.shuffle = true;
  options.seed = 1;
  EXPECT_NE(one, train());
}

TEST_F(Train, StandardizesByTheTrainingPart) {
  options.standardize = true;
  options.split = 0.5;
  options.epochs = 0;
  testing::internal::CaptureStderr();
  TrainLoop loop(fakeModel(), options);
  testing::internal::GetCapturedStderr();
  TrainData parts;
  loadTrainData(parts, options, inputsOf(fakeModel().functions[3]), {});
  Moments moments = momentsOf(parts.data.columns()[0], parts.training.rows, 3);
  EXPECT_EQ(parts.training.size(), 21);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FLOAT_EQ(loop.instance().read(2).at(i), moments.mean[i]);
    EXPECT_FLOAT_EQ(loop.instance().read(3).at(i), moments.deviation[i]);
  }
}

TEST_F(Train, ValidatesOnOtherData) {
  options.epochs = 1;
  options.metrics = {"mae(y,t)"};
  train();
  double onTraining = history[0].values[1].second;
  options.validation = writeData("v.npz", 9, 100);
  train();
  EXPECT_GT(history[0].values[1].second, onTraining + 10);
  options.split = 0.2;
  EXPECT_EQ(errorOf([&] { train(); }, ExitWrongUsage),
            "--validation and --split exclude each other");
  testing::internal::GetCapturedStderr();
}

TEST_F(Train, LogsAnObjectPerEpoch) {
  options.epochs = 2;
  options.metrics = {"r2(y,t)"};
  options.log = folder / "l.jsonl";
  train();
  std::ifstream log(options.log);
  std::string line;
  for (int epoch = 1; epoch <= 2; ++epoch) {
    ASSERT_TRUE(std::getline(log, line));
    nlohmann::json object = nlohmann::json::parse(line);
    EXPECT_EQ(object["epoch"], epoch);
    EXPECT_EQ(object["step"], 11 * epoch);
    EXPECT_GE(object["seconds"], 0);
    EXPECT_EQ(object["loss"], history[epoch - 1].values[0].second);
    EXPECT_EQ(object["r2(y,t)"], history[epoch - 1].values[1].second);
    EXPECT_NEAR(object["lr"].get<double>(), 0.05, 1e-6);
  }
  EXPECT_FALSE(std::getline(log, line));
}

TEST_F(Train, EndsAfterTheStepThatIsRunning) {
  testing::internal::CaptureStderr();
  TrainLoop loop(fakeModel(), options);
  int asked = 0;
  // 11 steps and the end of an epoch, then 4 steps.
  loop.run([&] { return ++asked == 16; });
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(loop.position().step, 15);
  EXPECT_EQ(loop.position().epoch, 1);
  EXPECT_EQ(loop.position().row, 16);
  EXPECT_EQ(loop.history().size(), 1u);
}

TEST_F(Train, RefusesWhatCannotBeTrained) {
  auto refused = [&](ExitStatus status) {
    std::string message = errorOf([&] { train(); }, status);
    testing::internal::GetCapturedStderr();
    return message;
  };
  options.step = "fit";
  EXPECT_EQ(refused(ExitWrongUsage),
            "there is no step 'fit'; the model has 'train' and 'shift'");
  options.step = "train";
  options.batch = 8;
  EXPECT_EQ(refused(ExitWrongUsage), "--batch 8: step 'train' is compiled for "
                                     "batches of 1, 2 and 4");
  options.batch = 0;
  options.data = writeData("few.npz", 3);
  EXPECT_EQ(refused(ExitWrongInput),
            "there are 3 samples, fewer than the batch of 4");
  options.data = writeData("none.npz", 0);
  EXPECT_EQ(refused(ExitWrongInput), options.data + ": there are no samples");
  options.data = folder.write(
      "x.npz", formatNpz({{"x", Array(ElementType::F32, {4, 3})}}));
  EXPECT_EQ(refused(ExitWrongInput),
            options.data +
                ": there is no data for input 't' of f32[N]; it has 'x'");
  options.split = 1.5;
  refused(ExitWrongUsage);
}

TEST_F(Train, PlansBatchesForTheCompiler) {
  nnc_port ports[] = {{"x", NNC_F32, 2, {-1, 3}}, {"t", NNC_F32, 1, {-1}}};
  BatchPlan plan;
  options.batch = 4;
  EXPECT_EQ(planTraining(options, ports, 2, plan), 0);
  EXPECT_EQ(plan.samples, 42);
  EXPECT_EQ(plan.batch, 4);
  EXPECT_EQ(plan.rest, 2);
  options.split = 0.5;
  EXPECT_EQ(planTraining(options, ports, 2, plan), 0);
  EXPECT_EQ(plan.samples, 21);
  EXPECT_EQ(plan.rest, 1);
  options.lastBatch = LastBatch::Drop;
  EXPECT_EQ(planTraining(options, ports, 2, plan), 0);
  EXPECT_EQ(plan.rest, 0);
  options.batch = 0;
  testing::internal::CaptureStderr();
  EXPECT_EQ(planTraining(options, ports, 2, plan), ExitWrongUsage);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "error: the step's first dimension is open: give --batch N\n");
}
