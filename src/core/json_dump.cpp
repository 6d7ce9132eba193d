#include <algorithm>
#include <cmath>

#include "core/json_text.h"
#include "planwise/error.h"
#include "planwise/json.h"

namespace planwise {
namespace {

/// Writes one value in one style; one object a call of dump().
class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style) : style_(style), pretty_(style == JsonStyle::pretty) {
    sorted_ = style == JsonStyle::canonical || style == JsonStyle::python_hash;
    if (style == JsonStyle::python_hash) {
      escape_ = core::Escape::non_ascii;
      comma_ = ", ";
      colon_ = ": ";
    } else if (pretty_) {
      colon_ = ": ";
    }
  }

  void write(const Json& value, int depth) {
    if (value.is_null())
      out_ += "null";
    else if (value.is_boolean())
      out_ += value.as_boolean() ? "true" : "false";
    else if (value.is_integer())
      out_ += std::to_string(value.as_integer());
    else if (value.is_big_integer())
      write_digits(value.as_big_integer().digits);
    else if (value.is_real())
      write_real(value.as_real());
    else if (value.is_string())
      core::append_quoted(out_, value.as_string(), escape_);
    else if (value.is_array())
      write_array(value.as_array(), depth);
    else
      write_object(value.as_object(), depth);
  }

  std::string take() { return std::move(out_); }

 private:
  void write_real(double value) {
    if (std::isfinite(value)) {
      out_ += real_text(value);
    } else if (style_ == JsonStyle::python_hash) {
      out_ += core::non_finite_tag(value);
    } else {
      out_ += '"';
      out_ += core::non_finite_tag(value);
      out_ += '"';
    }
  }

  void write_digits(std::string_view digits) {
    const std::string_view plain = digits.starts_with('-') ? digits.substr(1) : digits;
    if (plain.empty() || plain.find_first_not_of("0123456789") != std::string_view::npos ||
        (plain.size() > 1 && plain.front() == '0')) {
      throw Error(ErrorCode::invalid_argument, "integer " + core::excerpt(digits) + " is not decimal digits");
    }
    out_ += digits;
  }

  void write_array(const Json::Array& array, int depth) {
    check_depth(depth);
    out_ += '[';
    for (std::size_t index = 0; index < array.size(); ++index) {
      if (index > 0) out_ += comma_;
      line(depth + 1);
      write(array[index], depth + 1);
    }
    if (!array.empty()) line(depth);
    out_ += ']';
  }

  void write_object(const Json::Object& object, int depth) {
    check_depth(depth);
    out_ += '{';
    if (sorted_) {
      std::vector<const Json::Member*> members;
      members.reserve(object.size());
      for (const auto& member : object) members.push_back(&member);
      std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
      for (std::size_t index = 0; index < members.size(); ++index) write_member(*members[index], index, depth);
    } else {
      for (std::size_t index = 0; index < object.size(); ++index) write_member(object[index], index, depth);
    }
    if (!object.empty()) line(depth);
    out_ += '}';
  }

  void write_member(const Json::Member& member, std::size_t index, int depth) {
    if (index > 0) out_ += comma_;
    line(depth + 1);
    core::append_quoted(out_, member.first, escape_);
    out_ += colon_;
    write(member.second, depth + 1);
  }

  void line(int depth) {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
  }

  static void check_depth(int depth) {
    if (depth >= core::max_json_depth) {
      throw Error(ErrorCode::invalid_argument,
                  "JSON value nests deeper than the " + std::to_string(core::max_json_depth) + " levels allowed");
    }
  }

  JsonStyle style_;
  bool pretty_;
  bool sorted_ = false;
  core::Escape escape_ = core::Escape::control_only;
  std::string_view comma_ = ",";
  std::string_view colon_ = ":";
  std::string out_;
};

}  // namespace

std::string Json::dump(JsonStyle style) const {
  JsonWriter writer(style);
  writer.write(*this, 0);
  return writer.take();
}

}  // namespace planwise
