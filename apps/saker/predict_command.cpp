#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "core/atomic_file.hpp"
#include "drawing.hpp"
#include "image/read_image.hpp"
#include "inference/detection_formats.hpp"
#include "inference/input_images.hpp"
#include "inference/tiled_prediction.hpp"
#include "sahi_flags.hpp"
#include "saker/error.hpp"
#include "saker/image.hpp"
#include "saker/model.hpp"
#include "warnings.hpp"

namespace saker {
namespace {

struct PredictOptions {
  std::string model;
  std::vector<std::string> inputs;
  double threshold = 0.6;
  std::string precision = "fp32";
  std::optional<std::int64_t> batch_size;
  std::string format = "json";
  std::string out;
  std::string draw;
  std::string draw_style = "default";
  bool overwrite = false;
};

void require_writable_folder(const std::string& folder, const char* option, bool overwrite) {
  std::error_code error;
  if (std::filesystem::exists(folder, error) && !std::filesystem::is_directory(folder, error)) {
    throw Error(ErrorKind::kUsage, fmt::format("{} '{}' is a file; name a folder", option, folder));
  }
  if (std::filesystem::is_directory(folder, error) && !std::filesystem::is_empty(folder, error) &&
      !overwrite) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "{} '{}' is not empty; choose another folder or add --overwrite", option, folder));
  }
}

// Writes results as they come (jsonl, yolo) or at the end (json, coco).
class ResultSink {
 public:
  ResultSink(const PredictOptions& options, const ClassNames& names)
      : options_(options), names_(names) {
    if (options.format == "yolo" && options.out.empty()) {
      throw Error(ErrorKind::kUsage,
                  "--format yolo writes one file an image; name a folder with --out");
    }
    if (options.format == "yolo") require_writable_folder(options.out, "--out", options.overwrite);
    if (options.format != "yolo" && std::filesystem::is_directory(options.out)) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format(
              "--out '{}' is a folder; --format {} writes one file", options.out, options.format));
    }
    if (options.format == "jsonl" && !options.out.empty())
      lines_ = std::make_unique<AtomicFile>(options.out);
  }

  void add(const InputImage& input, ImageDetections image) {
    if (options_.format == "yolo") {
      const auto path =
          (std::filesystem::path(options_.out) / input.relative).replace_extension(".txt");
      write_file_atomically(path, to_yolo_lines(image));
    } else if (options_.format == "jsonl") {
      const std::string line = to_json_line(image, names_) + "\n";
      if (lines_) {
        lines_->write(line);
      } else {
        std::fputs(line.c_str(), stdout);
        std::fflush(stdout);
      }
    } else {
      images_.push_back(std::move(image));
    }
  }

  void finish() {
    if (lines_) lines_->commit();
    if (options_.format != "json" && options_.format != "coco") return;
    const std::string text =
        options_.format == "json" ? to_json(images_, names_) : to_coco_results(images_);
    if (options_.out.empty()) {
      std::fputs(text.c_str(), stdout);
    } else {
      write_file_atomically(options_.out, text);
    }
  }

 private:
  const PredictOptions& options_;
  const ClassNames& names_;
  std::vector<ImageDetections> images_;
  std::unique_ptr<AtomicFile> lines_;
};

class Progress {
 public:
  explicit Progress(std::size_t total) : total_(total), shown_(::isatty(STDERR_FILENO) != 0) {}
  void advance() {
    ++done_;
    if (!shown_) return;
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    fmt::print(stderr,
               "\r{}/{} images, {:.1f} a second ",
               done_,
               total_,
               static_cast<double>(done_) / seconds);
    if (done_ == total_) fmt::print(stderr, "\n");
  }

 private:
  std::size_t total_, done_ = 0;
  bool shown_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

int predict(const PredictOptions& options, const SahiFlags& sahi) {
  const SahiArgs sahi_args = sahi.args(options.threshold, options.batch_size);
  check_sahi_args(sahi_args);
  const std::vector<InputImage> inputs = find_input_images(options.inputs);
  if (!options.draw.empty()) require_writable_folder(options.draw, "--draw", options.overwrite);
  const Model model = load_model(options.model, {.precision = options.precision});
  print_warnings(model.info().warnings);
  ResultSink sink(options, model.classes());
  Progress progress(inputs.size());
  const PredictArgs args{.threshold = options.threshold};
  const auto together =
      static_cast<std::size_t>(sahi.chosen() ? 1 : options.batch_size.value_or(1));
  std::size_t unreadable = 0;

  for (std::size_t begin = 0; begin < inputs.size(); begin += together) {
    const std::size_t end = std::min(inputs.size(), begin + together);
    std::vector<Image> images;
    std::vector<const InputImage*> sources;
    for (std::size_t i = begin; i < end; ++i) {
      try {
        images.push_back(read_image(inputs[i].path));
        sources.push_back(&inputs[i]);
      } catch (const Error& error) {
        // One bad file does not cost the others their results; the exit code tells of it.
        fmt::print(stderr, "saker: error: {}\n", error.what());
        ++unreadable;
      }
    }
    if (images.empty()) continue;
    const std::vector<Detections> results = sahi.chosen()
                                                ? model.predict_sahi_batch(images, sahi_args)
                                                : model.predict_batch(images, args);
    for (std::size_t i = 0; i < images.size(); ++i) {
      if (!options.draw.empty()) {
        write_drawing(std::filesystem::path(options.draw) / sources[i]->relative,
                      images[i],
                      results[i],
                      model.classes(),
                      options.draw_style);
      }
      sink.add(*sources[i],
               {.image = sources[i]->path,
                .width = images[i].width(),
                .height = images[i].height(),
                .detections = results[i]});
      progress.advance();
    }
  }
  sink.finish();
  if (unreadable > 0) {
    fmt::print(stderr,
               "saker: error: {} of {} images could not be read; see the lines above\n",
               unreadable,
               inputs.size());
    return 1;
  }
  return 0;
}

}  // namespace

void add_predict_command(CLI::App& program, Action& action) {
  auto options = std::make_shared<PredictOptions>();
  CLI::App* command = program.add_subcommand("predict", "Find objects in images");
  command->add_option("--model", options->model, "Exported or checkpoint file, or a model's name")
      ->required();
  command->add_option("inputs", options->inputs, "Images, folders or patterns like 'images/*.jpg'")
      ->required();
  command->add_option("--threshold", options->threshold, "Least score that is kept (default 0.6)")
      ->check(CLI::Range(0.0, 1.0));
  command
      ->add_option("--precision",
                   options->precision,
                   "fp32 (default), or bf16 on processors with AVX-512 BF16 or AMX: faster, scores "
                   "and boxes differ slightly")
      ->check(CLI::IsMember({"fp32", "bf16"}));
  command
      ->add_option("--batch-size",
                   options->batch_size,
                   "Images at a time (default 1); with --sahi tiles at a time (default 4)")
      ->check(CLI::PositiveNumber);
  command->add_option("--format", options->format, "json (default), jsonl, yolo or coco")
      ->check(CLI::IsMember({"json", "jsonl", "yolo", "coco"}));
  command->add_option(
      "--out", options->out, "File for the results (folder for yolo); default: standard output");
  command->add_option(
      "--draw", options->draw, "Folder for pictures with boxes, class names and scores");
  command->add_option("--draw-style", options->draw_style, "default or torchvision")
      ->check(CLI::IsMember({"default", "torchvision"}));
  command->add_flag("--overwrite", options->overwrite, "Write into folders that are not empty");
  const auto sahi = std::make_shared<SahiFlags>(*command);
  command->footer(
      "Example:\n  saker predict --model out/cells/exported_models/exported_best.pt --draw drawn "
      "cells/images/test");
  command->callback(
      [options, sahi, &action] { action = [options, sahi] { return predict(*options, *sahi); }; });
}

}  // namespace saker
