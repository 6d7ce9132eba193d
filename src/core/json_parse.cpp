// Reading of JSON text: nlohmann's SAX parser does the grammar, a builder puts the values together. What the grammar
// lacks is done by rewriting the text before it: Python's bare NaN tokens and lone surrogate escapes, and integers
// beyond the range of a double, which the parser would refuse. Offsets in errors are those of the text as given.
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "core/ids.h"
#include "core/json_rewriter.h"
#include "core/json_text.h"
#include "planwise/error.h"
#include "planwise/json.h"

namespace planwise {
namespace {

/// Objects with more members than this get an index of their keys while they are read.
constexpr std::size_t indexed_from = 16;

[[noreturn]] void fail(std::size_t offset, const std::string& found) {
  throw Error(ErrorCode::invalid_argument, "invalid JSON at byte " + std::to_string(offset) + ": " + found);
}

/// Where the level that is one too deep opens. The text before it is known to be well formed.
std::size_t offset_of_excess_depth(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t offset = 0; offset < text.size(); ++offset) {
    const char character = text[offset];
    if (in_string) {
      if (character == '\\')
        ++offset;
      else if (character == '"')
        in_string = false;
    } else if (character == '"') {
      in_string = true;
    } else if (character == '[' || character == '{') {
      if (++depth > core::max_json_depth) return offset;
    } else if (character == ']' || character == '}') {
      --depth;
    }
  }
  return text.size();
}

/// What nlohmann says was wrong, without its own prefix, its position and the text it repeats.
std::string reason_of(std::string what) {
  if (const auto column = what.find("column "); column != std::string::npos) {
    if (const auto start = what.find(": ", column); start != std::string::npos) what.erase(0, start + 2);
  } else if (const auto close = what.find("] "); close != std::string::npos) {
    what.erase(0, close + 2);
  }
  if (const auto read = what.find("; last read: '"); read != std::string::npos) {
    const auto expected = what.rfind("; expected ");
    const bool tail = expected != std::string::npos && expected > read;
    what = what.substr(0, read) + (tail ? what.substr(expected) : "");
  }
  return core::as_utf8(what.substr(0, 300));
}

/// Receives the parser's events. The innermost open array or object is the last frame.
class JsonBuilder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  explicit JsonBuilder(std::string_view integer_mark) : integer_mark_(integer_mark) {}

  bool null() { return put(Json()); }
  bool boolean(bool value) { return put(Json(value)); }
  bool number_integer(number_integer_t value) { return put(Json(std::int64_t{value})); }
  bool number_unsigned(number_unsigned_t value) {
    if (std::in_range<std::int64_t>(value)) return put(Json(static_cast<std::int64_t>(value)));
    return put(Json(Json::BigInteger{std::to_string(value)}));
  }
  bool number_float(number_float_t value, const string_t& token) {
    const bool integer = token.find_first_not_of("-0123456789") == std::string::npos;
    return put(integer ? Json(Json::BigInteger{token}) : Json(value));
  }
  bool string(string_t& value) {
    if (!integer_mark_.empty() && value.starts_with(integer_mark_)) {
      return put(Json(Json::BigInteger{value.substr(integer_mark_.size())}));
    }
    return put(Json(std::move(value)));
  }
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(string_t& value) {
    frames_.back().key = std::move(value);
    return true;
  }
  bool parse_error(std::size_t position, const std::string& token, const nlohmann::json::exception& error) {
    offset = position > 0 ? position - 1 : 0;
    overflow = error.id == 406;
    overflow_is_integer = overflow && token.find_first_not_of("-0123456789") == std::string::npos;
    reason = reason_of(error.what());
    return false;
  }

  Json root;
  bool too_deep = false;
  bool overflow = false;
  bool overflow_is_integer = false;
  std::size_t offset = 0;
  std::string reason;

 private:
  struct Frame {
    Json value;
    std::string key;
    std::unordered_map<std::string, std::size_t> index = {};  ///< Only of objects over indexed_from members.
  };

  bool open(Json container) {
    if (frames_.size() >= static_cast<std::size_t>(core::max_json_depth)) {
      too_deep = true;
      return false;
    }
    frames_.push_back({std::move(container), {}});
    return true;
  }

  bool close() {
    Json done = std::move(frames_.back().value);
    frames_.pop_back();
    return put(std::move(done));
  }

  bool put(Json value) {
    if (frames_.empty()) {
      root = std::move(value);
    } else if (Frame& frame = frames_.back(); frame.value.is_array()) {
      frame.value.as_array().push_back(std::move(value));
    } else {
      put_member(frame, std::move(value));
    }
    return true;
  }

  static void put_member(Frame& frame, Json value) {
    Json::Object& object = frame.value.as_object();
    if (object.size() < indexed_from) {
      frame.value.set(frame.key, std::move(value));
      return;
    }
    if (frame.index.empty()) {
      for (std::size_t at = 0; at < object.size(); ++at) frame.index.emplace(object[at].first, at);
    }
    const auto [known, added] = frame.index.emplace(frame.key, object.size());
    if (added)
      object.emplace_back(std::move(frame.key), std::move(value));
    else
      object[known->second].second = std::move(value);
  }

  std::string_view integer_mark_;
  std::vector<Frame> frames_;
};

}  // namespace

Json Json::parse(std::string_view text, JsonDialect dialect) {
  // The parser takes a NUL for the end of the text; JSON allows none anywhere.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) fail(nul, "a NUL byte");
  // Editors put a byte order mark before UTF-8. It counts in offsets.
  std::string without_mark;
  if (text.starts_with("\xEF\xBB\xBF")) {
    without_mark = "   ";
    without_mark += text.substr(3);
    text = without_mark;
  }
  std::string mark;
  for (int attempt = 0;; ++attempt) {
    std::optional<core::RewrittenText> rewritten;
    if (attempt > 0 || (dialect == JsonDialect::python && core::has_python_tokens(text))) {
      rewritten = core::rewritten_for_parser(text, dialect, mark);
    }
    const std::string_view source = rewritten ? std::string_view(rewritten->text) : text;
    JsonBuilder builder(mark);
    if (nlohmann::json::sax_parse(source.begin(), source.end(), &builder)) return std::move(builder.root);
    if (builder.overflow_is_integer && attempt == 0) {
      mark = core::random_token();  // unguessable, so no string of the text can be taken for an integer
      continue;
    }
    if (builder.too_deep) {
      fail(offset_of_excess_depth(text),
           "nested deeper than the " + std::to_string(core::max_json_depth) + " levels allowed");
    }
    fail(rewritten ? rewritten->original_offset(builder.offset) : builder.offset,
         builder.overflow ? "a number beyond the range of a double" : builder.reason);
  }
}

}  // namespace planwise
