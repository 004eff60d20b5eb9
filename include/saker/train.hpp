// Training of object detectors.
//
//   saker::train_object_detection({
//       .out = "out/my_experiment",
//       .model = "picodet/s-416",
//       .data = {.path = "my_data_dir", .train = "images/train", .val = "images/val",
//                .names = {{0, "person"}, {1, "bicycle"}}},
//       .model_args = {{"lr", 0.05}},
//   });
//
// Arguments: docs/settings.md; files and log tags: docs/run-folder.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "saker/detections.hpp"
#include "saker/value.hpp"

namespace saker {

// One split of a COCO data set.
struct CocoSplit {
  std::string annotations = {};  // JSON file, relative to the current directory
  std::string images = {};       // folder of the images, relative to that of the annotations
};

// A data set in COCO format. The categories of the train file, in its order, are the classes of all
// splits. Boxes in pixels, annotations with iscrowd like others.
struct CocoArgs {
  CocoSplit train = {};
  CocoSplit val = {};
  CocoSplit test = {};                       // not used by training
  bool skip_if_annotations_missing = false;  // leave out images without any annotation

  bool is_given() const {
    return !train.annotations.empty() || !val.annotations.empty() || !test.annotations.empty();
  }
};

// Labelled images: a YOLO data set, a COCO data set, or a YAML file that describes either.
//
//   .data = {"cells/data.yaml"}
//   .data = {.path = "cells", .train = "images/train", .val = "images/val",
//            .names = {{0, "red cell"}, {1, "white cell"}}}
//   .data = {.coco = {.train = {.annotations = "coco/annotations/instances_train2017.json",
//                               .images = "../train2017"},
//                     .val = {.annotations = "coco/annotations/instances_val2017.json",
//                             .images = "../val2017"}}}
struct DataArgs {
  // Root folder, relative to the current directory; or, alone, the YAML file or a folder with a
  // data.yaml.
  std::string path = {};
  std::string train =
      {};  // image folder of a split, relative to path; one component must be `images`
  std::string val = {};
  std::string test = {};  // accepted and not used by training
  ClassNames names = {};  // class id -> name; the order defines the network's outputs
  std::vector<std::int64_t> ignore_classes = {};  // ids of both formats
  bool skip_if_label_file_missing =
      false;           // leave out images without a label file (an empty file stays a negative)
  CocoArgs coco = {};  // in place of all of the above but ignore_classes
};

// An empty optional stands for "auto": the value is chosen from the model and the data.
struct TrainArgs {
  std::string out = {};  // run folder; must be new or empty unless overwrite or resume_interrupted
  std::string model = {};  // a name of `saker models`, or an exported or checkpoint file
  DataArgs data = {};

  std::optional<std::int64_t> steps = {};  // optimizer steps
  std::optional<std::int64_t> batch_size =
      {};  // images a step over all processes, before accumulation
  std::optional<std::int64_t> gradient_accumulation_steps = {};
  std::optional<std::int64_t> num_workers = {};  // loader threads
  // How many processes train on this machine, each on an equal part of every batch, or which GPUs:
  // "2", "0,1" or "auto": one for each GPU. Those that a launcher (torchrun, srun, mpirun) has not
  // started are started here. docs/distributed.md
  std::string devices = "auto";
  std::int64_t num_nodes = 1;        // machines; more than one needs a launcher
  std::string accelerator = "auto";  // auto, cpu or gpu
  std::string strategy = "auto";     // auto or ddp: data parallel training where there are several
  // Batch norm takes its statistics over all processes everywhere, not only where the architecture
  // does.
  bool sync_batchnorm = false;
  std::string precision =
      "auto";  // 32-true, bf16-mixed or 16-mixed; auto: the model's default where the device has it
  std::string float32_matmul_precision = "auto";  // auto, highest, high or medium
  std::int64_t seed = 0;
  bool overwrite = false;
  bool resume_interrupted = false;
  std::string checkpoint = {};    // start a new run from the weights of this file
  bool reuse_class_head = false;  // of the reference, where it has no effect either

  // Nested settings, with the keys of docs/settings.md. Null: all defaults.
  Value model_args = {};
  Value transform_args = {};
  Value logger_args = {};
  Value metric_args = {};
  Value loader_args = {};
  Value save_checkpoint_args = {};
  Value image_args = {};
  Value debug_args = {};
  Value torch_compile_args = {};  // of the reference; there is nothing to compile here
};

struct TrainResult {
  std::int64_t steps = 0;          // finished optimizer steps
  double best_metric = 0;          // best value of the watched metric
  std::int64_t best_step = 0;      // 0-based step of it
  std::string exported_best = {};  // paths; empty when not written
  std::string exported_last = {};
};

// Trains until args.steps, or until SIGINT or SIGTERM when the program installed stop requests (see
// request_stop). Throws Error: usage for settings, data for labels and images, io for files,
// interrupted after a stop that was saved.
TrainResult train_object_detection(const TrainArgs& args);

// A training that meets a loss which is not finite stops and keeps the step in its run folder
// (debug/nan_capture). This runs such a step again, from the same weights, images and random
// numbers, and says what is not finite.
struct ReplayArgs {
  std::string capture = {};          // the file
  std::string accelerator = "auto";  // auto, cpu or gpu
};

struct ReplayReport {
  std::string model = {};
  std::int64_t step = 0;  // 0-based
  std::string precision = {};
  std::string reason = {};               // what stopped the training
  std::vector<std::string> images = {};  // of the batch
  struct Term {
    std::string name = {};
    double before = 0;  // in the training; NaN for one that it did not have
    double now = 0;
  };
  std::vector<Term> terms = {};  // the loss first
  // Names of what holds values that are not finite.
  std::vector<std::string> weights = {};
  std::vector<std::string> bad_terms = {};
  std::vector<std::string> gradients = {};
};

// Throws Error: io and checkpoint for a file that is no such step.
ReplayReport replay_training_step(const ReplayArgs& args);

// Asks a running training to finish its step, save and stop. Safe to call from a signal handler or
// another thread.
void request_stop() noexcept;

}  // namespace saker
