#include "core/json_rewriter.h"

#include <algorithm>
#include <optional>

#include "planwise/error.h"

namespace planwise::core {
namespace {

bool is_digit(char character) { return character >= '0' && character <= '9'; }

/// Copies text, replacing what the parser would not take. `integer_mark` empty: integers are left alone.
class Rewriter {
 public:
  Rewriter(std::string_view text, JsonDialect dialect, std::string_view integer_mark)
      : text_(text), python_(dialect == JsonDialect::python), integer_mark_(integer_mark) {}

  RewrittenText run() {
    out_.text.reserve(text_.size() + 64);
    while (at_ < text_.size()) {
      const char character = text_[at_];
      if (character == '"')
        string();
      else if (python_ && (character == 'N' || character == 'I' || character == '-') && tag())
        continue;
      else if (is_digit(character) || character == '-')
        number();
      else
        ++at_;
    }
    copy_until(at_);
    return std::move(out_);
  }

 private:
  void copy_until(std::size_t end) {
    out_.text += text_.substr(copied_, end - copied_);
    copied_ = end;
  }

  void replace(std::size_t length, std::string_view replacement) {
    copy_until(at_);
    out_.text += replacement;
    at_ += length;
    copied_ = at_;
    out_.edits.push_back({out_.text.size(), at_});
  }

  bool tag() {
    for (const std::string_view name : {"NaN", "Infinity", "-Infinity"}) {
      if (text_.substr(at_, name.size()) != name) continue;
      const std::size_t next = text_.find_first_not_of(" \t\r\n", at_ + name.size());
      if (next != std::string_view::npos && text_[next] == ':') {
        throw Error(ErrorCode::invalid_argument,
                    "invalid JSON at byte " + std::to_string(at_) + ": " + std::string(name) + " as a key");
      }
      replace(name.size(), '"' + std::string(name) + '"');
      return true;
    }
    return false;
  }

  void number() {
    std::size_t end = at_ + 1;
    bool integer = true;
    while (end < text_.size()) {
      const char character = text_[end];
      if (character == '.' || character == 'e' || character == 'E' || character == '+' || character == '-')
        integer = false;
      else if (!is_digit(character))
        break;
      ++end;
    }
    const std::string_view token = text_.substr(at_, end - at_);
    const std::size_t sign = token.front() == '-' ? 1 : 0;
    if (integer && !integer_mark_.empty() && token.size() > 300 && token[sign] != '0') {
      replace(token.size(), '"' + std::string(integer_mark_) + std::string(token) + '"');
    } else {
      at_ = end;
    }
  }

  void string() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\')
        ++at_;
      else if (python_ && at_ + 1 < text_.size() && text_[at_ + 1] == 'u')
        unicode_escape();
      else
        at_ += 2;
    }
    if (at_ >= text_.size())
      at_ = text_.size();
    else
      ++at_;
  }

  /// A pair of surrogates stays, a lone one becomes U+FFFD (as long as what it replaces).
  void unicode_escape() {
    const auto unit = escape_at(at_);
    if (!unit || *unit < 0xD800 || *unit > 0xDFFF) {
      at_ += 2;
      return;
    }
    const auto second = escape_at(at_ + 6);
    if (*unit < 0xDC00 && second && *second >= 0xDC00 && *second <= 0xDFFF)
      at_ += 12;
    else
      replace(6, "\\uFFFD");
  }

  [[nodiscard]] std::optional<unsigned> escape_at(std::size_t offset) const {
    if (offset + 6 > text_.size() || text_[offset] != '\\' || text_[offset + 1] != 'u') return std::nullopt;
    unsigned unit = 0;
    for (std::size_t index = offset + 2; index < offset + 6; ++index) {
      const char character = text_[index];
      unit <<= 4;
      if (is_digit(character))
        unit |= static_cast<unsigned>(character - '0');
      else if (character >= 'a' && character <= 'f')
        unit |= static_cast<unsigned>(character - 'a' + 10);
      else if (character >= 'A' && character <= 'F')
        unit |= static_cast<unsigned>(character - 'A' + 10);
      else
        return std::nullopt;
    }
    return unit;
  }

  std::string_view text_;
  bool python_;
  std::string_view integer_mark_;
  std::size_t at_ = 0;
  std::size_t copied_ = 0;
  RewrittenText out_;
};

}  // namespace

std::size_t RewrittenText::original_offset(std::size_t offset) const {
  const auto after = std::upper_bound(edits.begin(), edits.end(), offset,
                                      [](std::size_t value, const Edit& edit) { return value < edit.offset; });
  if (after == edits.begin()) return offset;
  const Edit& edit = *std::prev(after);
  return edit.original + (offset - edit.offset);
}

bool has_python_tokens(std::string_view text) {
  return text.find("NaN") != std::string_view::npos || text.find("Infinity") != std::string_view::npos ||
         text.find("\\uD") != std::string_view::npos || text.find("\\ud") != std::string_view::npos;
}

RewrittenText rewritten_for_parser(std::string_view text, JsonDialect dialect, std::string_view integer_mark) {
  return Rewriter(text, dialect, integer_mark).run();
}

}  // namespace planwise::core
