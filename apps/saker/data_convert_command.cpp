#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "comma_list.hpp"
#include "core/atomic_file.hpp"
#include "data_commands.hpp"
#include "image_progress.hpp"
#include "saker/data_convert.hpp"
#include "saker/error.hpp"
#include "warnings.hpp"

namespace saker {
namespace {

struct ConvertDataOptions {
  ConvertDataArgs args;
  std::vector<std::string> paths;  // inputs, then the folder to write
  std::string classes, json;
  bool drop_crowd = false, drop_difficult = false;
};

void print_count(std::int64_t count, const char* what) {
  if (count > 0) fmt::print("{} {} {}\n", count, count == 1 ? "box" : "boxes", what);
}

void print_summary(const ConvertDataResult& result, const ConvertDataArgs& args) {
  fmt::print("from {}: {}\n", result.from, result.found);
  for (const ConvertedSplitSummary& split : result.splits) {
    fmt::print("{:5} {} images, {} without boxes; {} boxes\n",
               split.split,
               split.images,
               split.images_without_boxes,
               split.boxes);
  }
  fmt::print("{} classes; {} images linked, {} copied\n",
             result.classes.size(),
             result.linked_images,
             result.copied_images);
  print_count(result.boxes_over_edge,
              args.clip ? "reached over the edge of their image: clipped"
                        : "reach over the edge of their image: kept");
  print_count(result.boxes_outside,
              args.clip ? "lay outside of their image: left out"
                        : "lie outside of their image: kept, training leaves them out");
  print_count(
      result.boxes_without_area,
      args.clip ? "without area: left out" : "without area: kept, training leaves them out");
  print_count(result.boxes_not_finite, "with a number that is not finite: left out");
  print_count(result.crowd_boxes,
              args.keep_crowd ? "of crowds (iscrowd): kept" : "of crowds (iscrowd): left out");
  print_count(result.difficult_boxes,
              args.keep_difficult ? "marked as difficult: kept" : "marked as difficult: left out");
  fmt::print("{}\n", result.data_yaml);
}

int convert(const ConvertDataOptions& options) {
  ConvertDataArgs args = options.args;
  if (options.paths.size() < 2)
    throw Error(ErrorKind::kUsage, "name the data to convert and, last, the folder to write");
  args.in.assign(options.paths.begin(), options.paths.end() - 1);
  args.out = options.paths.back();
  args.classes = comma_list(options.classes);
  args.keep_crowd = !options.drop_crowd;
  args.keep_difficult = !options.drop_difficult;
  args.progress = ImageProgress();
  const ConvertDataResult result = convert_data(args);
  print_warnings(result.warnings);
  if (!options.json.empty())
    write_file_atomically(options.json, to_value(result).to_json(2) + "\n");
  print_summary(result, args);
  return 0;
}

}  // namespace

void add_data_convert(CLI::App& data, Action& action) {
  auto options = std::make_shared<ConvertDataOptions>();
  CLI::App* command = data.add_subcommand(
      "convert", "Turn YOLO labels into COCO ones and back, and Pascal VOC into either");
  command
      ->add_option(
          "paths",
          options->paths,
          "IN... OUT: a data YAML, a folder, or COCO JSON files; then the folder to write, "
          "new or empty")
      ->required();
  command->add_option("--to", options->args.to, "yolo or coco")
      ->required()
      ->check(CLI::IsMember({"yolo", "coco"}));
  command->add_option("--from", options->args.from, "yolo, coco or voc (default: what lies there)")
      ->check(CLI::IsMember({"yolo", "coco", "voc"}));
  command
      ->add_option(
          "--images",
          options->args.images,
          "copy, link (hard links, copies where there are none), symlink, or none to leave "
          "images where they are (default link)")
      ->check(CLI::IsMember({"copy", "link", "symlink", "none"}));
  command->add_option("--image-folder",
                      options->args.image_folder,
                      "Folder of the images of COCO JSON files (default: looked for beside them)");
  command->add_option("--classes",
                      options->classes,
                      "Pascal VOC: names such as cat,dog, whose ids count from 0 (default: all, "
                      "sorted)");
  command->add_flag("--drop-crowd", options->drop_crowd, "COCO: leave out boxes with iscrowd");
  command->add_flag(
      "--drop-difficult", options->drop_difficult, "Pascal VOC: leave out difficult objects");
  command->add_flag(
      "--clip", options->args.clip, "Cut boxes at their image, and leave out those without area");
  command->add_option("--json", options->json, "Write the summary to this file");
  command->footer(
      "Examples:\n"
      "  saker data convert cells/data.yaml cells-coco --to coco\n"
      "  saker data convert annotations/instances_train.json annotations/instances_val.json cells "
      "--to yolo\n"
      "  saker data convert VOCdevkit/VOC2007 voc --to yolo --images symlink\n"
      "Prints counts and the path of the data set's YAML file.");
  command->callback([options, &action] { action = [options] { return convert(*options); }; });
}

}  // namespace saker
