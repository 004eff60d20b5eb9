#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "demo_plan.hpp"
#include "drawing.hpp"
#include "image/read_image.hpp"
#include "inference/input_images.hpp"
#include "interrupt.hpp"
#include "saker/error.hpp"
#include "saker/evaluate.hpp"
#include "saker/model.hpp"
#include "saker/train.hpp"

namespace saker {
namespace {

constexpr double kDrawThreshold = 0.25;

int demo(const DemoOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const std::filesystem::path out = options.out;
  std::error_code error;
  if (std::filesystem::is_directory(out, error) && !std::filesystem::is_empty(out, error) &&
      !options.overwrite) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--out '{}' is not empty; choose another folder or add --overwrite",
                            options.out));
  }

  const DemoPlan plan = plan_demo(options);

  fmt::print(
      stderr, "1/4 Drawing {} scenes in {}\n", plan.scenes.train_images, (out / "data").string());
  write_synthetic_dataset(plan.scenes);

  fmt::print(stderr, "2/4 Training {} from random weights\n", plan.training.model);
  TrainResult trained;
  {
    const InterruptGuard interrupts;
    trained = train_object_detection(plan.training);
  }

  fmt::print(stderr, "3/4 Evaluating {} on {}\n", trained.exported_best, plan.evaluated_on);
  EvaluateArgs evaluation;
  evaluation.model = trained.exported_best;
  evaluation.data = plan.training.data;
  const EvaluationReport report = evaluate(evaluation);

  fmt::print(stderr, "4/4 Predicting the scenes in {}\n", plan.predicted.string());
  const Model model = load_model(trained.exported_best);
  const std::vector<InputImage> inputs = find_input_images({plan.predicted.string()});
  std::vector<std::string> paths, pictures;
  for (const InputImage& input : inputs) paths.push_back(input.path);
  const Drawings drawings({}, model.classes());
  model.predict_files(
      paths, {.threshold = kDrawThreshold, .keep_images = true}, [&](const FilePrediction& file) {
        if (!file.error.empty()) throw Error(ErrorKind::kData, file.error);
        const auto picture = out / "predictions" / inputs[file.index].relative;
        drawings.write(picture, file);
        pictures.push_back(picture.string());
      });

  fmt::print("\nPictures with what the model found in {}:\n", plan.evaluated_on);
  for (const std::string& picture : pictures) fmt::print("  {}\n", picture);
  fmt::print("\nModel     {}\nReport    {}\n",
             trained.exported_best,
             (out / "run" / "report.html").string());
  fmt::print("Predict   saker predict --model {} --draw drawn IMAGE...\n", trained.exported_best);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fmt::print("\nmAP {:.3f}, mAP50 {:.3f} on {}, {} images, after {:.0f} s\n",
             report.map,
             report.map_50,
             plan.evaluated_on,
             report.images,
             seconds);
  return 0;
}

}  // namespace

void add_demo_command(CLI::App& program, Action& action) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = program.add_subcommand(
      "demo", "See it work: draw scenes, train on them, evaluate, predict, in minutes and offline");
  command->add_option("--out", options->out, "Folder for everything (default out/demo)");
  command->add_option(
      "--model",
      options->model,
      "A name of `saker models`; trained from random weights (default picodet/s-416)");
  command->add_option("--steps", options->steps, "Optimizer steps (default 700; LTDETR 120)")
      ->check(CLI::PositiveNumber);
  command->add_flag("--overwrite", options->overwrite, "Write into a folder that is not empty");
  command->callback([options, &action] { action = [options] { return demo(*options); }; });
}

}  // namespace saker
