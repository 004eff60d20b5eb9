// Ranges of numbers in settings, which check and describe themselves.
#pragma once

#include <functional>
#include <string>

namespace saker {

// A range: what must hold of a number, and the same in words.
//
//   const NumberRule below_one("in [0, 1)", [](double number) { return number >= 0 && number < 1;
//   });
class NumberRule {
 public:
  // words: such as "at least 1" or "in [0, 1]"; empty for any number.
  NumberRule(std::string words, std::function<bool(double)> holds);

  const std::string& words() const noexcept { return words_; }
  // Empty when the number is fine, otherwise what it must be: "must be at least 1".
  std::string broken_by(double number) const;

 private:
  std::string words_;
  std::function<bool(double)> holds_;
};

NumberRule at_least(double minimum);
NumberRule more_than(double minimum);
NumberRule between(double minimum, double maximum);
NumberRule any_number();

}  // namespace saker
