//===- ProgramTest.cpp - Tests of an executable's command line ------------===//
//
// Whole commands: exit status, stdout, stderr and the files left behind.
//
//===----------------------------------------------------------------------===//

#include "FakeModel.h"
#include "TestSupport.h"
#include "nnc/Runtime/Commands.h"
#include "nnc/Runtime/Data/Npy.h"
#include "nnc/Runtime/Data/Npz.h"
#include "nnc/Runtime/Weights/Safetensors.h"

using namespace nnc::runtime;
using namespace nnc::runtime::test;

namespace {
class Program : public testing::Test {
protected:
  Program() {
    std::string text = "x0,x1,x2,t\n";
    for (int row = 0; row < 10; ++row)
      text +=
          fmt::format("{},{},{},{}\n", row % 3, row % 5, row % 2, row % 3 + 1);
    data = folder.write("d.csv", text);
    weights = folder / "w.safetensors";
  }

  int program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "fake");
    std::vector<char *> pointers;
    for (std::string &argument : arguments)
      pointers.push_back(argument.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    int status =
        nnc_program_main(pointers.size(), pointers.data(), &fakeModel());
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return status;
  }
  void trainWeights() {
    ASSERT_EQ(
        program({"train", "--data", data, "--epochs=2", "--out", weights}), 0);
  }

  TemporaryFolder folder;
  std::string data, weights, out, err;
};
} // namespace

TEST_F(Program, PrintsHelp) {
  EXPECT_EQ(program({}), 0);
  EXPECT_NE(out.find("train the model"), std::string::npos);
  EXPECT_EQ(program({"help", "train"}), 0);
  EXPECT_NE(out.find("--standardize"), std::string::npos);
  EXPECT_EQ(program({"predict", "--help"}), 0);
  EXPECT_NE(out.find("--weights"), std::string::npos);
  EXPECT_EQ(err, "");
  EXPECT_EQ(program({"info"}), 0);
  EXPECT_NE(out.find("parameter m.fc.weight: f32[1, 3]\n"), std::string::npos);
}

TEST_F(Program, RefusesWrongUsage) {
  std::vector<std::vector<std::string>> cases = {
      {"fly"},
      {"train"},
      {"train", "--data"},
      {"train", "--data", data, "--what"},
      {"train", "--data", data, "more"},
      {"train", "--data", data, "--batch", "0"},
      {"train", "--data", data, "--batch", "four"},
      {"train", "--data", data, "--epochs", "-1"},
      {"train", "--data", data, "--split", "2"},
      {"train", "--data", data, "--seed", "x"},
      {"train", "--data", data, "--last-batch", "odd"},
      {"train", "--data", data, "--metric", "r3(y,t)"},
      {"train", "--data", data, "--threads", "17"},
      {"train", "--data", data, "--columns", "q=x0"},
      {"predict", "x=" + data},
      {"predict", "fly", "--weights", weights, "x=" + data},
      {"predict", "predict", "--weights", weights},
      {"predict", "predict", "--weights", weights, "q=" + data},
      {"predict", "predict", "--weights", weights, "x=1.5"},
      {"predict", "predict", "--weights", weights, "x=" + data, "-o", "y.txt"},
      {"info", "more"},
  };
  for (const auto &arguments : cases) {
    EXPECT_EQ(program(arguments), 2) << arguments.back();
    EXPECT_NE(("\n" + err).find("\nerror: "), std::string::npos) << err;
    EXPECT_EQ(out, "");
  }
  EXPECT_EQ(folder.files(), 1u);
}

TEST_F(Program, SaysWhatOptionsTake) {
  std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--batch", "0"},
       "--batch: expected a whole number from 1 on, found '0'"},
      {{"--batch", "four"},
       "--batch: expected a whole number from 1 on, found 'four'"},
      {{"--batch=4", "--batch=2"}, "--batch is given 2 times"},
      {{"--epochs", "-1"},
       "--epochs: expected a whole number from 0 on, found '-1'"},
      {{"--split", "1"}, "--split: expected a part between 0 and 1, found '1'"},
      {{"--last-batch", "odd"},
       "--last-batch: expected smaller or drop, found 'odd'"},
      {{"--seed", "x"}, "--seed: expected a whole number from 0 on, found 'x'"},
      {{"--epochs"}, "--epochs wants a value: N"},
      {{"--every", "2"},
       "--every says when --checkpoint F is written, which is missing"},
      {{"--log-every", "2"},
       "--log-every says when --log F is written, which is missing"},
      {{"--map", "a=b"},
       "--map renames what --weights F holds, which is missing"},
      {{"--keep-best", "loss"},
       "--keep-best says which weights --out F gets, which is missing"},
      {{"--plot", "p.gif"}, "--plot p.gif: expected .svg or .png"},
      {{"--columns", "x"},
       "--columns: expected INPUT=COLUMN or "
       "INPUT=FIRST:LAST, found 'x'"},
      {{"--columns", "x=x0,x=x1"}, "--columns maps 'x' twice"},
      {{"--columns", "q=x0"}, "--columns: there is no input 'q'"},
      {{"--what"}, "unknown option '--what'"},
      {{"more"}, "unexpected argument 'more'"},
  };
  for (auto &[arguments, message] : cases) {
    arguments.insert(arguments.begin(), {"train", "--data", data});
    EXPECT_EQ(program(arguments), 2) << message;
    EXPECT_EQ(err, "error: " + message + "\n");
    EXPECT_EQ(out, "");
  }
  EXPECT_EQ(program({"train"}), 2);
  EXPECT_EQ(err, "error: train needs --data D\n");
  EXPECT_EQ(program({"fly"}), 2);
  EXPECT_EQ(err.substr(0, err.find('\n')), "error: unknown command 'fly'");
  EXPECT_EQ(program({"evaluate", "predict", "x=" + data}), 2);
  EXPECT_EQ(err, "error: the model has parameters: give their values with "
                 "--weights F\n");
  EXPECT_EQ(folder.files(), 1u);
}

TEST_F(Program, WrongInputLeavesNothingBehind) {
  std::string ragged = folder.write("r.csv", "x0,x1,x2,t\n1,2,3,4\n1,2,3\n");
  std::string text = folder.write("t.csv", "x0,x1,x2,t\n1,2,3,4\n1,?,3,4\n");
  std::string broken = folder.write("w.bin", "not weights");
  std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"train", "--data", ragged}, ragged + ":3:6: error: "},
      {{"train", "--data", text}, text + ":3:3: error: "},
      {{"train", "--data", folder / "no.csv"},
       (folder / "no.csv") + ": error: cannot open"},
      {{"train", "--data", data, "--weights", broken}, broken + ": error: "},
      {{"train", "--data", data, "--out", "/nowhere/w"},
       "/nowhere/w: error: cannot write"},
      {{"predict", "--weights", broken, "x=" + data}, broken + ": error: "},
  };
  for (auto &[arguments, message] : cases) {
    if (arguments.size() == 3)
      arguments.insert(arguments.end(), {"--out", weights});
    EXPECT_EQ(program(arguments), 1) << message;
    EXPECT_NE(("\n" + err).find("\n" + message), std::string::npos) << err;
    EXPECT_EQ(out, "");
  }
  EXPECT_EQ(folder.files(), 4u);
}

TEST_F(Program, TrainsAndPredicts) {
  trainWeights();
  EXPECT_EQ(out.rfind("loss: ", 0), 0u);
  EXPECT_EQ(err, "remark: the last batch of an epoch has 2 samples\n"
                 "epoch 1/2" +
                     err.substr(err.find("  step 3")));
  Safetensors file = parseSafetensors(readFile(weights), weights);
  EXPECT_EQ(file.tensors.size(), 4u); // parameters and state, no slots
  ASSERT_EQ(program({"predict", "predict", "--weights", weights, "x=" + data,
                     "-o", folder / "y.npz"}),
            0);
  EXPECT_EQ(out, "");
  Array y = NpzArchive(folder / "y.npz").read("y");
  ASSERT_EQ(y.shape, Shape{10});
  const Array &weight = *file.find("m.fc.weight");
  for (int row = 0; row < 10; ++row)
    EXPECT_NEAR(y.at(row),
                row % 3 * weight.at(0) + row % 5 * weight.at(1) +
                    row % 2 * weight.at(2) + file.find("m.fc.bias")->at(0),
                1e-5);
  ASSERT_EQ(program({"predict", "--weights", weights, "--data", data, "-o",
                     folder / "y.npy"}),
            0);
  EXPECT_EQ(parseNpy(readFile(folder / "y.npy"), "y").bytes, y.bytes);
  ASSERT_EQ(program({"predict", "--weights", weights, "x=" + data, "-o",
                     folder / "y.csv"}),
            0);
  std::vector<std::byte> csv = readFile(folder / "y.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), std::byte('\n')), 11);
  ASSERT_EQ(program({"predict", "--weights", weights, "x=" + data}), 0);
  EXPECT_EQ(out.rfind("y: f32[10] = [", 0), 0u);
}

TEST_F(Program, GoesOnFromWeights) {
  trainWeights();
  EXPECT_EQ(program({"train", "--data", data, "--weights", weights,
                     "--epochs=0", "--out", folder / "v.safetensors"}),
            0);
  EXPECT_EQ(readFile(weights), readFile(folder / "v.safetensors"));
}

TEST_F(Program, RunsOneCall) {
  trainWeights();
  std::string index = folder.write(
      "i.npy", formatNpy(makeArray<int64_t>(ElementType::I64, {2}, {2, 0})));
  RunOptions options;
  options.function = "classify";
  options.weights = weights;
  options.inputs = {"index=" + index, "scale=1.5"};
  options.output = folder / "p.npz";
  options.saveWeights = folder / "all.safetensors";
  testing::internal::CaptureStderr();
  EXPECT_EQ(run(fakeModel(), options), 0);
  EXPECT_EQ(NpzArchive(folder / "p.npz").read("p").at(2), 1.5);
  EXPECT_NE(parseSafetensors(readFile(folder / "all.safetensors"), "w")
                .find("optimizer.train.t"),
            nullptr);

  options.output.clear();
  options.timeSeconds = 0.001;
  testing::internal::CaptureStdout();
  EXPECT_EQ(run(fakeModel(), options), 0);
  std::string line = testing::internal::GetCapturedStdout();
  EXPECT_EQ(line.rfind("{\"entry\":\"classify\",\"n\":", 0), 0u) << line;
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  testing::internal::GetCapturedStderr();

  auto refused = [&](int status) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(run(fakeModel(), options), status);
    return testing::internal::GetCapturedStderr();
  };
  options.weights.clear();
  options.timeSeconds = 0;
  options.inputs[0] =
      "index=" + folder.write("i.npy", formatNpy(makeArray<int32_t>(
                                           ElementType::I32, {2}, {3, 0})));
  EXPECT_EQ(refused(1), "error: classify: an index is out of range\n");
  options.inputs.pop_back();
  EXPECT_EQ(refused(2), "error: 'classify' is missing scale=FILE (f32[])\n");
  options.inputs = {"index=" + index, "scale=" + index};
  EXPECT_NE(refused(1).find("the array is int32[2], and input 'scale' is "
                            "f32[]"),
            std::string::npos);
}

TEST_F(Program, ParsesBesideAnotherParser) {
  TrainOptions options;
  std::vector<std::string> rest;
  Parsed parsed = parseTrain({"m.nn", "--data", "d.csv", "-D", "B=4",
                              "--cpu=native", "--metric=r2(y,t)", "-O2"},
                             options, &rest);
  EXPECT_TRUE(parsed.goOn);
  EXPECT_EQ(options.data, "d.csv");
  EXPECT_EQ(options.metrics, std::vector<std::string>{"r2(y,t)"});
  EXPECT_EQ(rest, (std::vector<std::string>{"m.nn", "-D", "B=4", "--cpu=native",
                                            "-O2"}));
  RunOptions runOptions;
  parsed = parseRun({"m.nn", "--time", "predict", "x=1"}, runOptions, &rest);
  EXPECT_TRUE(parsed.goOn);
  EXPECT_EQ(runOptions.timeSeconds, 1);
  EXPECT_EQ(rest, (std::vector<std::string>{"m.nn", "predict", "x=1"}));
}
