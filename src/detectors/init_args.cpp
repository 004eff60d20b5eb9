#include "detectors/init_args.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "saker/error.hpp"
#include "weights/pickle_settings.hpp"

namespace saker {
namespace {

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

Normalization read_normalization(const PickleValue& value) {
  Normalization normalization{.mean = numbers_of(value.at("mean")),
                              .std = numbers_of(value.at("std"))};
  if (normalization.mean.empty() || normalization.mean.size() != normalization.std.size()) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("has {} means and {} standard deviations; one of each for every "
                            "channel is expected",
                            normalization.mean.size(),
                            normalization.std.size()));
  }
  for (const double deviation : normalization.std) {
    if (!(deviation > 0))
      throw Error(ErrorKind::kCheckpoint, fmt::format("has the standard deviation {}", deviation));
  }
  return normalization;
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
  return to_pickle(detector.init_args(), SequenceType::kTuple).as_dict();
}

Value image_size_value(const DetectorSpec& spec) {
  return Value::Array{spec.image_size.height, spec.image_size.width};
}

Value classes_value(const DetectorSpec& spec) {
  Value::Object classes;
  for (const auto& [id, name] : spec.classes) classes.emplace_back(id, name);
  return classes;
}

Value normalization_value(const DetectorSpec& spec) {
  if (!spec.normalization) return nullptr;
  const auto array = [](const std::vector<double>& numbers) {
    return Value::Array(numbers.begin(), numbers.end());
  };
  return Value::Object{{"mean", array(spec.normalization->mean)},
                       {"std", array(spec.normalization->std)}};
}

const std::vector<std::string>& shared_init_args() {
  static const std::vector<std::string> keys = {
      "model_name", "image_size", "num_classes", "classes", "image_normalize"};
  return keys;
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
      return read_normalization(value);
    });
  }
  return spec;
}

}  // namespace saker
