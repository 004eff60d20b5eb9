#include "core/number_rule.hpp"

#include <fmt/format.h>

#include <utility>

namespace saker {

NumberRule::NumberRule(std::string words, std::function<bool(double)> holds)
    : words_(std::move(words)), holds_(std::move(holds)) {}

std::string NumberRule::broken_by(double number) const {
  if (holds_(number)) return {};
  return fmt::format("must {} {}", words_.starts_with("in ") ? "lie" : "be", words_);
}

NumberRule at_least(double minimum) {
  return {fmt::format("at least {}", minimum),
          [minimum](double number) { return number >= minimum; }};
}

NumberRule more_than(double minimum) {
  return {fmt::format("more than {}", minimum),
          [minimum](double number) { return number > minimum; }};
}

NumberRule between(double minimum, double maximum) {
  return {fmt::format("in [{}, {}]", minimum, maximum),
          [minimum, maximum](double number) { return number >= minimum && number <= maximum; }};
}

NumberRule any_number() {
  return {"", [](double) { return true; }};
}

}  // namespace saker
