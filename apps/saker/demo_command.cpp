#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "data/synth/dataset.hpp"
#include "drawing.hpp"
#include "image/read_image.hpp"
#include "inference/input_images.hpp"
#include "interrupt.hpp"
#include "saker/error.hpp"
#include "saker/model.hpp"
#include "saker/train.hpp"

namespace saker {
namespace {

struct DemoOptions {
  std::string out = "out/demo";
  std::int64_t steps = 700;
  bool overwrite = false;
};

// Small enough for minutes on two cores, large enough to learn the scenes.
constexpr std::int64_t kInputSize = 192;
constexpr std::int64_t kBatchSize = 8;
constexpr double kDrawThreshold = 0.25;

TrainArgs demo_training(const DemoOptions& options,
                        const std::filesystem::path& data_yaml,
                        const std::filesystem::path& run) {
  TrainArgs args;
  args.out = run.string();
  args.model = "picodet/s-416";
  args.data.path = data_yaml.string();
  args.steps = options.steps;
  args.batch_size = kBatchSize;
  args.gradient_accumulation_steps = 1;
  args.overwrite = options.overwrite;
  // The defaults suit long runs on photographs. A short one on clean drawings learns faster from
  // plain images, with a higher rate and an average of the weights that follows them closely.
  args.model_args = {
      {"lr", 0.3}, {"lr_warmup_steps", 50}, {"ema_momentum", 0.98}, {"ema_warmup_steps", 50}};
  args.transform_args = {{"image_size", Value::Array{kInputSize, kInputSize}},
                         {"random_zoom_out", nullptr},
                         {"random_iou_crop", nullptr},
                         {"photometric_distort", nullptr}};
  args.logger_args = {{"val_every_num_steps", std::max<std::int64_t>(1, options.steps / 4)}};
  return args;
}

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

  fmt::print(stderr, "1/4 Drawing a data set of scenes in {}\n", (out / "data").string());
  SyntheticDatasetSettings scenes;
  scenes.out = out / "data";
  scenes.train_images = 400;
  scenes.test_images = 8;
  scenes.overwrite = options.overwrite;
  const std::filesystem::path data_yaml = write_synthetic_dataset(scenes).data_yaml;

  fmt::print(stderr, "2/4 Training PicoDet S from random weights\n");
  TrainResult trained;
  {
    const InterruptGuard interrupts;
    trained = train_object_detection(demo_training(options, data_yaml, out / "run"));
  }

  fmt::print(stderr, "3/4 Evaluating {} on held-out scenes\n", trained.exported_best);
  EvaluateArgs evaluation;
  evaluation.model = trained.exported_best;
  evaluation.data.path = data_yaml.string();
  const EvaluationReport report = evaluate(evaluation);

  fmt::print(stderr, "4/4 Predicting the test scenes\n");
  const Model model = load_model(trained.exported_best);
  std::vector<std::string> pictures;
  for (const InputImage& input : find_input_images({(out / "data/images/test").string()})) {
    const Image image = read_image(input.path);
    const std::filesystem::path picture = out / "predictions" / input.relative;
    write_drawing(picture,
                  image,
                  model.predict(image, {.threshold = kDrawThreshold}),
                  model.classes(),
                  "default");
    pictures.push_back(picture.string());
  }

  fmt::print("\nPictures with what the model found in scenes it has never seen:\n");
  for (const std::string& picture : pictures) fmt::print("  {}\n", picture);
  fmt::print("\nModel     {}\nCurves    tensorboard --logdir {}\n",
             trained.exported_best,
             (out / "run").string());
  fmt::print("Predict   saker predict --model {} --draw drawn IMAGE...\n", trained.exported_best);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fmt::print("\nmAP {:.3f}, mAP50 {:.3f} on {} held-out scenes, after {:.0f} s\n",
             report.map,
             report.map_50,
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
  command->add_option("--steps", options->steps, "Optimizer steps (default 700)")
      ->check(CLI::PositiveNumber);
  command->add_flag("--overwrite", options->overwrite, "Write into a folder that is not empty");
  command->callback([options, &action] { action = [options] { return demo(*options); }; });
}

}  // namespace saker
