// What the JSON parser calls while it reads a COCO file: keeps the entries, passes over the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/coco_entry.hpp"
#include "data/coco_file.hpp"

namespace saker {

// Throws Error (data) with the source and the place in it as soon as something is wrong; with
// details only where no entry is to blame.
class CocoHandler : public nlohmann::json_sax<nlohmann::json> {
 public:
  // categories_only: passes over the other lists. details: gets what is wrong with entries, which
  // are then left out; may be null, and must outlive this.
  CocoHandler(std::string source, bool categories_only, CocoFileDetails* details = nullptr)
      : source_(std::move(source)), categories_only_(categories_only), details_(details) {}

  // After the whole text: what was read. Annotations still name their image by its id.
  CocoFile take();

  bool null() override;
  bool boolean(bool value) override;
  bool number_integer(std::int64_t value) override;
  bool number_unsigned(std::uint64_t value) override;
  bool number_float(double value, const std::string& text) override;
  bool string(std::string& value) override;
  bool binary(nlohmann::json::binary_t& value) override;
  bool start_object(std::size_t size) override;
  bool key(std::string& name) override;
  bool end_object() override;
  bool start_array(std::size_t size) override;
  bool end_array() override;
  bool parse_error(std::size_t position,
                   const std::string& last_token,
                   const nlohmann::json::exception& error) override;

 private:
  enum class Level { kOutside, kTop, kList, kEntry, kBox };
  struct Scalar {
    const char* type;
    bool is_number = false, is_integer = false;
    std::int64_t integer = 0;
    double number = 0;
    const std::string* text = nullptr;
  };

  bool is_passing_over() const { return depth_passed_ > 0; }
  bool pass_over();
  bool take_scalar(const Scalar& scalar);
  void take_field(const Scalar& scalar);
  // A map or list in place of a field's value.
  bool open_value(const char* type);
  void begin_entry();
  void finish_entry();
  void check_text(CocoField field, const std::string& text);

  // "annotations[12].bbox[2]"; empty outside of the lists.
  std::string place() const;
  [[noreturn]] void fail(const std::string& problem) const;
  [[noreturn]] void fail_type(const char* expected, const char* found) const;
  // The same for entries: returns when there are details, which get the entry's first problem.
  void refuse(const std::string& problem);
  void refuse_type(const char* expected, const char* found);

  std::string source_;
  bool categories_only_;
  CocoFileDetails* details_;
  Level level_ = Level::kOutside;
  std::size_t depth_passed_ = 0;  // of what is passed over
  CocoList list_ = CocoList::kNone;
  std::uint32_t lists_seen_ = 0;
  std::size_t entries_ = 0;  // begun in this list
  CocoField field_ = CocoField::kOther;
  std::size_t box_numbers_ = 0;
  CocoEntry entry_;
  bool entry_is_refused_ = false;
  CocoFile file_;
};

}  // namespace saker
