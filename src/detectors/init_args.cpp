#include "detectors/init_args.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "saker/error.hpp"
#include "weights/pickle_settings.hpp"

namespace saker {
namespace {

PickleValue tuple_of(const std::vector<double>& numbers) {
  PickleTuple tuple;
  for (const double number : numbers) tuple.items.emplace_back(number);
  return tuple;
}

std::vector<double> numbers_of(const PickleValue& sequence) {
  std::vector<double> numbers;
  for (const PickleValue& item : sequence.as_sequence()) numbers.push_back(item.as_double());
  return numbers;
}

[[noreturn]] void fail(const std::string& key, const Error& error) {
  throw Error(ErrorKind::kCheckpoint, fmt::format("model_init_args.{}: {}", key, error.what()));
}

template <typename Read>
auto read_key(const PickleValue& init_args, const std::string& key, Read read) {
  try {
    return read(init_args.at(key));
  } catch (const Error& error) {
    fail(key, error);
  }
}

ClassNames classes_of(const PickleValue& value) {
  ClassNames classes;
  for (const auto& [id, name] : value.as_dict().items)
    classes.emplace_back(id.as_int(), name.as_string());
  return classes;
}

// "classes" may be None; then classes have numbers for names.
ClassNames read_classes(const PickleValue& init_args) {
  const PickleValue* classes = init_args.find("classes");
  if (classes != nullptr && !classes->is_none()) return read_key(init_args, "classes", classes_of);
  const std::int64_t count =
      read_key(init_args, "num_classes", [](const PickleValue& value) { return value.as_int(); });
  constexpr std::int64_t kMaxClasses = 1000000;
  if (count < 1 || count > kMaxClasses)
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("model_init_args.num_classes: {} is out of range", count));
  ClassNames numbered;
  for (std::int64_t id = 0; id < count; ++id)
    numbered.emplace_back(id, fmt::format("class_{}", id));
  return numbered;
}

}  // namespace

PickleDict make_init_args(const Detector& detector) {
  const DetectorSpec& spec = detector.spec();
  PickleDict classes;
  for (const auto& [id, name] : spec.classes) classes.set(id, name);
  PickleDict args;
  args.set("model_name", spec.model_name);
  args.set("image_size", PickleTuple{{spec.image_size.height, spec.image_size.width}});
  args.set("num_classes", static_cast<std::int64_t>(spec.classes.size()));
  args.set("classes", std::move(classes));
  if (spec.normalization) {
    PickleDict normalization;
    normalization.set("mean", tuple_of(spec.normalization->mean));
    normalization.set("std", tuple_of(spec.normalization->std));
    args.set("image_normalize", std::move(normalization));
  } else {
    args.set("image_normalize", nullptr);
  }
  const Value extra = detector.extra_init_args();
  for (const auto& [key, value] : extra.as_object())
    args.set(key_text(key), to_pickle(value, SequenceType::kTuple));
  return args;
}

DetectorSpec spec_from_init_args(const PickleValue& init_args) {
  DetectorSpec spec;
  spec.model_name =
      read_key(init_args, "model_name", [](const PickleValue& value) { return value.as_string(); });
  spec.image_size = read_key(init_args, "image_size", [](const PickleValue& value) {
    const std::vector<PickleValue>& sides = value.as_sequence();
    if (sides.size() != 2) throw Error(ErrorKind::kCheckpoint, "must hold two numbers");
    return ImageSize{.height = sides[0].as_int(), .width = sides[1].as_int()};
  });
  constexpr std::int64_t kMaxSide = 1 << 16;
  for (const std::int64_t side : {spec.image_size.height, spec.image_size.width}) {
    if (side < 1 || side > kMaxSide)
      throw Error(ErrorKind::kCheckpoint,
                  fmt::format("model_init_args.image_size: {} is out of range", side));
  }
  spec.classes = read_classes(init_args);
  const PickleValue* normalization = init_args.find("image_normalize");
  if (normalization == nullptr) return spec;
  if (normalization->is_none()) {
    spec.normalization.reset();
  } else {
    spec.normalization = read_key(init_args, "image_normalize", [](const PickleValue& value) {
      return Normalization{.mean = numbers_of(value.at("mean")),
                           .std = numbers_of(value.at("std"))};
    });
  }
  return spec;
}

}  // namespace saker
