#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "core/atomic_file.hpp"
#include "drawing.hpp"
#include "inference/detection_formats.hpp"
#include "inference/input_images.hpp"
#include "inference/tiled_prediction.hpp"
#include "sahi_flags.hpp"
#include "saker/error.hpp"
#include "saker/model.hpp"
#include "warnings.hpp"

namespace saker {
namespace {

struct PredictOptions {
  std::string model;
  std::vector<std::string> inputs;
  double threshold = 0.6;
  std::string precision = "fp32";
  std::optional<std::int64_t> batch_size, num_workers;
  std::string format = "json";
  std::string out;
  std::string draw;
  DrawingOptions drawing;
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

// On a terminal alone, and not more often than it can be read.
class Progress {
 public:
  explicit Progress(std::size_t total) : total_(total), shown_(::isatty(STDERR_FILENO) != 0) {}

  void advance() {
    ++done_;
    const auto now = Clock::now();
    if (!shown_ || (done_ < total_ && now - latest_ < std::chrono::milliseconds(100))) return;
    latest_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    fmt::print(stderr,
               "\r{}/{} images, {:.1f} a second ",
               done_,
               total_,
               static_cast<double>(done_) / seconds);
    if (done_ == total_) fmt::print(stderr, "\n");
  }
  // Makes room for another line.
  void clear() const {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::size_t total_, done_ = 0;
  bool shown_;
  Clock::time_point start_ = Clock::now(), latest_{};
};

int predict(const PredictOptions& options, const SahiFlags& sahi) {
  PredictFilesArgs args{.threshold = options.threshold,
                        .batch_size = options.batch_size.value_or(1),
                        .num_workers = options.num_workers,
                        .keep_images = !options.draw.empty()};
  if (sahi.chosen()) {
    args.sahi = sahi.args(options.threshold, options.batch_size);
    check_sahi_args(*args.sahi);
  }
  const std::vector<InputImage> inputs = find_input_images(options.inputs);
  if (!options.draw.empty()) require_writable_folder(options.draw, "--draw", options.overwrite);
  const Model model = load_model(options.model, {.precision = options.precision});
  print_warnings(model.info().warnings);
  ResultSink sink(options, model.classes());
  const Drawings drawings(options.drawing, model.classes());
  Progress progress(inputs.size());
  // One bad file does not cost the others their results; the exit code tells of it.
  const auto report = [&progress](const std::string& error) {
    progress.clear();
    fmt::print(stderr, "saker: error: {}\n", error);
  };
  std::size_t unreadable = 0, labels_unreadable = 0;

  std::vector<std::string> paths;
  for (const InputImage& input : inputs) paths.push_back(input.path);
  model.predict_files(paths, args, [&](const FilePrediction& file) {
    const InputImage& input = inputs[file.index];
    if (file.error.empty()) {
      if (!options.draw.empty()) {
        try {
          drawings.write(std::filesystem::path(options.draw) / input.relative, file);
        } catch (const Error& error) {
          if (error.kind() != ErrorKind::kData) throw;
          report(error.what());
          ++labels_unreadable;
        }
      }
      sink.add(input,
               {.image = file.path,
                .width = file.width,
                .height = file.height,
                .detections = file.detections});
    } else {
      report(file.error);
      ++unreadable;
    }
    progress.advance();
  });
  sink.finish();
  if (unreadable > 0) {
    fmt::print(stderr,
               "saker: error: {} of {} images could not be read; see the lines above\n",
               unreadable,
               inputs.size());
  }
  if (labels_unreadable > 0) {
    fmt::print(stderr,
               "saker: error: labels of {} images could not be read; see the lines above\n",
               labels_unreadable);
  }
  return unreadable + labels_unreadable > 0 ? 1 : 0;
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
  command
      ->add_option("--num-workers",
                   options->num_workers,
                   "Threads that read images (default: one a processor, at most 8)")
      ->check(CLI::PositiveNumber);
  command->add_option("--format", options->format, "json (default), jsonl, yolo or coco")
      ->check(CLI::IsMember({"json", "jsonl", "yolo", "coco"}));
  command->add_option(
      "--out", options->out, "File for the results (folder for yolo); default: standard output");
  CLI::Option* draw = command->add_option(
      "--draw", options->draw, "Folder for pictures with boxes, class names and scores");
  command->add_option("--draw-style", options->drawing.style, "default or torchvision")
      ->check(CLI::IsMember({"default", "torchvision"}));
  CLI::Option* ground_truth = command
                                  ->add_flag("--draw-ground-truth",
                                             options->drawing.ground_truth,
                                             "Draw labelled boxes too, left of detected ones")
                                  ->needs(draw);
  command
      ->add_option("--data",
                   options->drawing.data,
                   "Data set that has these labels; default: YOLO label files of the images")
      ->needs(ground_truth);
  command->add_flag("--overwrite", options->overwrite, "Write into folders that are not empty");
  const auto sahi = std::make_shared<SahiFlags>(*command);
  command->footer(
      "Example:\n  saker predict --model out/cells/exported_models/exported_best.pt --draw drawn "
      "cells/images/test");
  command->callback(
      [options, sahi, &action] { action = [options, sahi] { return predict(*options, *sahi); }; });
}

}  // namespace saker
