// A study as a TOML file: the file becomes JSON that remembers its lines, and is read as every other study.
#include <fmt/format.h>

#include <map>

#include "core/files.h"
#include "manager/study_archive.h"

#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace planwise {

namespace {

constexpr std::uint64_t longest_plan = std::uint64_t{1} << 20;

/// Path of a key -> the line where it stands.
using Lines = std::map<std::string, toml::source_index, std::less<>>;

[[noreturn]] void refuse(std::string_view origin, toml::source_index line, std::string_view why) {
  throw Error(ErrorCode::invalid_argument, fmt::format("{}, line {}: {}", origin, line, why));
}

class PlanReader {
 public:
  explicit PlanReader(std::string_view origin) : origin_(origin) {}

  Json read(const toml::node& node, const std::string& path) {
    lines_.emplace(path, node.source().begin.line);
    if (const toml::table* table = node.as_table()) return read_table(*table, path);
    if (const toml::array* array = node.as_array()) {
      Json list = Json::array();
      for (std::size_t i = 0; i < array->size(); ++i)
        list.push_back(read(*array->get(i), fmt::format("{}[{}]", path, i)));
      return list;
    }
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto flag = node.value_exact<bool>()) return *flag;
    if (const auto whole = node.value_exact<std::int64_t>()) return *whole;
    if (const auto real = node.value_exact<double>()) return *real;
    refuse(origin_, node.source().begin.line, fmt::format("{} is a date or time; a study has none", path));
  }

  /// Of the path, or of the nearest key around it.
  [[nodiscard]] toml::source_index line_of(std::string path) const {
    while (!path.empty()) {
      if (const auto found = lines_.find(path); found != lines_.end()) return found->second;
      const std::size_t end = path.find_last_of(".[");
      path.resize(end == std::string::npos ? 0 : end);
    }
    return 1;
  }

 private:
  Json read_table(const toml::table& table, const std::string& path) {
    Json object = Json::object();
    for (const auto& [key, value] : table) {
      const std::string_view name = key.str();
      const std::string inner = path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
      lines_.emplace(inner, key.source().begin.line);
      object.set(name, read(value, inner));
    }
    return object;
  }

  std::string_view origin_;
  Lines lines_;
};

Study read_text(std::string_view text, std::string_view origin) {
  PlanReader reader(origin);
  try {
    return study_from_json(reader.read(toml::parse(text, origin), ""));
  } catch (const toml::parse_error& error) {
    refuse(origin, error.source().begin.line, error.description());
  } catch (const manager::StudyFault& fault) {
    refuse(origin, reader.line_of(fault.path()), fault.what());
  }
}

}  // namespace

Study read_plan(const std::filesystem::path& file) {
  return read_text(core::read_file(file, longest_plan), file.string());
}

}  // namespace planwise
