#include "image/draw/stroke_glyphs.hpp"

#include <array>

namespace saker {
namespace {

constexpr char32_t kMalformed = 0xFFFD;

constexpr StrokeGlyph kBox = {40, "M0 0 L0 70 L40 70 L40 0 L0 0"};

// From the space to the tilde.
constexpr std::array<StrokeGlyph, 95> kAscii = {{
    {10, ""},
    {0, "M0 70 L0 23 P0 1"},
    {14, "M0 70 L0 52 M14 70 L14 52"},
    {46, "M15 70 L8 0 M38 70 L31 0 M3 47 L46 47 M0 23 L43 23"},
    {42,
     "M40 55 C37 62 30 66 21 66 C10 66 2 61 2 51 C2 32 42 42 42 20 C42 9 33 4 21 4 C11 4 4 8 0 16 "
     "M21 76 L21 -6"},
    {60, "M13 70 H26 54 V13 38 H0 54 V13 70 M47 32 H60 16 V47 0 H34 16 V47 32 M48 70 L12 0"},
    {50,
     "M49 0 L14 46 C4 59 10 70 21 70 C34 70 37 55 27 47 C18 40 0 36 0 19 C0 8 8 0 19 0 C35 0 45 14 "
     "46 32"},
    {0, "M0 70 L0 52"},
    {14, "M14 78 C-5 52 -5 12 14 -14"},
    {14, "M0 78 C19 52 19 12 0 -14"},
    {28, "M14 70 L14 40 M1 63 L27 47 M27 63 L1 47"},
    {40, "M20 52 L20 12 M0 32 L40 32"},
    {6, "M6 3 L1 -13"},
    {24, "M0 29 L24 29"},
    {0, "P0 1"},
    {30, "M30 74 L0 -8"},
    {40, "M20 70 H39 35 V20 0 H1 35 V20 70"},
    {40, "M10 57 L24 70 L24 0"},
    {40, "M3 52 V20 70 H38 51 C38 36 22 22 2 0 L40 0"},
    {40, "M3 58 C6 66 11 70 19 70 H36 54 V19 38 L14 38 M19 38 H39 19 V19 0 C10 0 4 4 1 13"},
    {40, "M30 0 L30 70 L0 19 L41 19"},
    {40, "M36 70 L8 70 L5 38 C9 43 14 45 20 45 H39 23 V19 0 C10 0 4 4 1 12"},
    {40, "M36 62 C33 67 28 70 22 70 H1 31 V20 0 H39 22 V20 43 H1 22"},
    {40, "M1 70 L39 70 L15 0"},
    {40, "M20 38 H36 54 V20 70 H4 54 V20 38 H39 19 V20 0 H1 19 V20 38"},
    {40, "M4 8 C7 3 12 0 18 0 H39 39 V20 70 H1 48 V20 27 H39 48"},
    {0, "P0 43 P0 2"},
    {6, "P4 43 M6 3 L1 -13"},
    {36, "M36 56 L0 32 L36 8"},
    {40, "M0 43 L40 43 M0 21 L40 21"},
    {36, "M0 56 L36 32 L0 8"},
    {34, "M0 56 C3 65 9 70 17 70 H34 54 C34 39 17 40 17 22 P17 1"},
    {64,
     "M31 45 H44 29 V31 13 H18 29 V31 45 M45 44 L45 25 C45 9 64 10 64 31 V33 68 H0 29 V33 -12 C42 "
     "-12 48 -10 53 -6"},
    {50, "M0 0 L25 70 L50 0 M9 24 L41 24"},
    {42, "M20 37 L0 37 M0 0 L0 70 L20 70 H38 54 V20 37 H42 18 V22 0 L0 0"},
    {49, "M49 54 C45 64 38 70 28 70 H0 35 V28 0 C38 0 45 6 49 16"},
    {48, "M0 0 L0 70 L18 70 H48 35 V18 0 L0 0"},
    {38, "M38 70 L0 70 L0 0 L38 0 M0 37 L33 37"},
    {36, "M36 70 L0 70 L0 0 M0 35 L31 35"},
    {51, "M49 55 C45 65 38 70 28 70 H0 35 V28 0 C38 0 46 4 51 12 L51 32 L30 32"},
    {46, "M0 0 L0 70 M46 0 L46 70 M0 37 L46 37"},
    {0, "M0 0 L0 70"},
    {28, "M28 70 L28 19 V13 0 C7 0 2 4 0 12"},
    {44, "M0 0 L0 70 M42 70 L0 25 M15 42 L44 0"},
    {34, "M0 70 L0 0 L34 0"},
    {58, "M0 0 L0 70 L29 18 L58 70 L58 0"},
    {46, "M0 0 L0 70 L46 0 L46 70"},
    {56, "M28 70 H56 35 V28 0 H0 35 V28 70"},
    {40, "M0 0 L0 70 L20 70 H40 51 V20 32 L0 32"},
    {56, "M28 70 H56 35 V28 0 H0 35 V28 70 M35 17 L55 -5"},
    {43, "M0 0 L0 70 L20 70 H40 52 V20 34 L0 34 M22 34 L43 0"},
    {42,
     "M40 57 C37 66 30 70 21 70 C10 70 2 64 2 53 C2 30 42 43 42 19 C42 7 33 0 21 0 C11 0 4 5 0 14"},
    {46, "M0 70 L46 70 M23 70 L23 0"},
    {46, "M0 70 L0 25 V23 0 H46 25 L46 70"},
    {50, "M0 70 L25 0 L50 70"},
    {72, "M0 70 L17 0 L36 66 L55 0 L72 70"},
    {46, "M1 70 L45 0 M45 70 L1 0"},
    {48, "M0 70 L24 33 L48 70 M24 33 L24 0"},
    {44, "M2 70 L43 70 L1 0 L44 0"},
    {14, "M14 78 L0 78 L0 -14 L14 -14"},
    {30, "M0 74 L30 -8"},
    {14, "M0 78 L14 78 L14 -14 L0 -14"},
    {34, "M0 44 L17 70 L34 44"},
    {44, "M0 -10 L44 -10"},
    {10, "M0 74 L10 60"},
    {36,
     "M4 42 C8 47 13 50 20 50 H36 34 L36 0 M36 29 C18 29 0 27 0 13 C0 5 6 0 14 0 C25 0 36 7 36 20"},
    {42, "M0 74 L0 0 M0 25 V21 50 H42 25 V21 0 H0 25"},
    {38, "M38 40 C34 47 28 50 21 50 H0 25 V21 0 C28 0 34 3 38 10"},
    {42, "M42 74 L42 0 M42 25 V21 50 H0 25 V21 0 H42 25"},
    {42, "M1 26 L42 26 V21 50 H0 25 V22 0 C30 0 36 3 40 9"},
    {25, "M26 73 C16 76 9 72 9 60 L9 0 M0 50 L24 50"},
    {42, "M42 50 L42 0 V20 -20 C13 -20 7 -18 3 -13 M42 26 V21 50 H0 26 V21 2 H42 26"},
    {38, "M0 74 L0 0 M0 28 V20 50 H38 30 L38 0"},
    {0, "M0 50 L0 0 P0 69"},
    {10, "M10 50 L10 -6 V0 -20 P10 69"},
    {36, "M0 74 L0 0 M34 50 L0 18 M13 30 L36 0"},
    {9, "M0 74 L0 11 V9 0"},
    {64, "M0 50 L0 0 M0 28 V18 50 H32 31 L32 0 M32 28 V50 50 H64 31 L64 0"},
    {38, "M0 50 L0 0 M0 28 V20 50 H38 30 L38 0"},
    {42, "M21 50 H42 25 V21 0 H0 25 V21 50"},
    {42, "M0 50 L0 -20 M0 25 V21 50 H42 25 V21 0 H0 25"},
    {42, "M42 50 L42 -20 M42 25 V21 50 H0 25 V21 0 H42 25"},
    {24, "M0 50 L0 0 M0 26 C1 42 10 51 25 49"},
    {34,
     "M32 41 C29 47 24 50 17 50 C8 50 2 46 2 38 C2 22 34 31 34 13 C34 5 26 0 17 0 C9 0 3 4 0 10"},
    {25, "M9 66 L9 14 C9 3 15 -1 26 1 M0 50 L24 50"},
    {38, "M0 50 L0 20 V18 0 H38 22 M38 50 L38 0"},
    {38, "M0 50 L19 0 L38 50"},
    {58, "M0 50 L14 0 L29 46 L44 0 L58 50"},
    {36, "M1 50 L35 0 M35 50 L1 0"},
    {38, "M0 50 L19 2 M38 50 L17 -7 C14 -15 10 -20 2 -20"},
    {34, "M1 50 L33 50 L1 0 L34 0"},
    {18, "M18 78 C6 78 8 68 8 56 C8 42 8 34 0 32 C8 30 8 22 8 8 C8 -4 6 -14 18 -14"},
    {0, "M0 78 L0 -14"},
    {18, "M0 78 C12 78 10 68 10 56 C10 42 10 34 18 32 C10 30 10 22 10 8 C10 -4 12 -14 0 -14"},
    {42, "M0 26 C6 42 16 40 21 32 C26 24 36 22 42 38"},
}};

// What stands for U+00C0..U+017F: the letter without its mark.
constexpr std::string_view kLatin =
    "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYPsaaaaaaaceeeeiiiidnooooo/ouuuuypy"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOo"
    "RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
static_assert(kLatin.size() == 0x180 - 0xC0);

char32_t to_ascii(char32_t character) {
  if (character >= 0xC0 && character < 0x180) {
    return static_cast<unsigned char>(kLatin[character - 0xC0]);
  }
  switch (character) {
    case U'\t':
    case U'\n':
    case U'\r':
    case 0xA0:
      return U' ';
    case 0x2010:
    case 0x2011:
    case 0x2013:
    case 0x2014:
    case 0x2212:
      return U'-';
    case 0x2018:
    case 0x2019:
      return U'\'';
    case 0x201C:
    case 0x201D:
      return U'"';
    default:
      return character;
  }
}

}  // namespace

const StrokeGlyph& stroke_glyph(char32_t character) {
  const char32_t ascii = to_ascii(character);
  if (ascii < U' ' || ascii > U'~') return kBox;
  return kAscii[ascii - U' '];
}

char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < more) return kMalformed;
  char32_t character = lead & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) return kMalformed;
    character = character << 6 | (next & 0x3FU);
  }
  text.remove_prefix(more);
  return character;
}

}  // namespace saker
