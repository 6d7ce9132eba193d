#include "manager/settings_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "core/files.h"
#include "core/near.h"
#include "planwise/error.h"

#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace planwise::manager {

namespace {

constexpr std::uint64_t longest_file = std::uint64_t{1} << 20;

/// A table of the file that knows its place, and which of its keys were asked for.
class Section {
 public:
  Section(const toml::table& table, std::string path, std::string_view origin)
      : table_(table), path_(std::move(path)), origin_(origin) {}

  void number(std::string_view key, double& target, double least, double most) {
    if (const auto value = optional_number(key, least, most)) target = *value;
  }

  std::optional<double> optional_number(std::string_view key, double least, double most) {
    const toml::node* node = get(key);
    if (node == nullptr) return std::nullopt;
    return number_of(*node, named(key), least, most);
  }

  void whole(std::string_view key, int& target, int least, int most) {
    const toml::node* node = get(key);
    if (node == nullptr) return;
    target = whole_of(*node, named(key), least, most);
  }

  template <typename T, std::size_t N>
  void list(std::string_view key, std::array<T, N>& target, double least, double most) {
    const toml::node* node = get(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr || array->size() != N)
      refuse(*node, fmt::format("{} is {}; a list of {} numbers is allowed", named(key), shown(*node), N));
    for (std::size_t i = 0; i < N; ++i) {
      const std::string name = fmt::format("{}[{}]", named(key), i);
      if constexpr (std::is_integral_v<T>) {
        target[i] = whole_of(*array->get(i), name, static_cast<int>(least), static_cast<int>(most));
      } else {
        target[i] = number_of(*array->get(i), name, least, most);
      }
    }
  }

  /// nullptr when it is not there.
  const toml::table* table(std::string_view key) {
    const toml::node* node = get(key);
    if (node != nullptr && !node->is_table())
      refuse(*node, fmt::format("{} is {}; a table [{}] is allowed", named(key), shown(*node), named(key)));
    return node == nullptr ? nullptr : node->as_table();
  }

  const toml::array* tables(std::string_view key) {
    const toml::node* node = get(key);
    if (node != nullptr && (!node->is_array() || !node->as_array()->is_homogeneous(toml::node_type::table)))
      refuse(*node, fmt::format("{} is {}; tables [[{}]] are allowed", named(key), shown(*node), named(key)));
    return node == nullptr ? nullptr : node->as_array();
  }

  /// Throws for a key that nobody asked for.
  void finish() const {
    for (const auto& [key, node] : table_) {
      if (std::find(asked_.begin(), asked_.end(), key.str()) != asked_.end()) continue;
      refuse(node, fmt::format("there is no setting '{}'{}", named(key.str()), core::did_you_mean(key.str(), asked_)));
    }
  }

  [[noreturn]] void refuse(const toml::node& node, const std::string& why) const {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}, line {}: {}", origin_, node.source().begin.line, why));
  }

  double number_of(const toml::node& node, const std::string& name, double least, double most) const {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    if (value && *value >= least && *value <= most) return *value;
    refuse(node, fmt::format("{} is {}; a number from {} to {} is allowed", name, shown(node), least, most));
  }

  [[nodiscard]] const toml::table& content() const { return table_; }
  [[nodiscard]] std::string named(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  }

 private:
  const toml::node* get(std::string_view key) {
    asked_.push_back(key);
    return table_.get(key);
  }

  int whole_of(const toml::node& node, const std::string& name, int least, int most) const {
    const auto value = node.is_integer() ? node.value<std::int64_t>() : std::nullopt;
    if (value && *value >= least && *value <= most) return static_cast<int>(*value);
    refuse(node, fmt::format("{} is {}; a whole number from {} to {} is allowed", name, shown(node), least, most));
  }

  static std::string shown(const toml::node& node) {
    if (const auto text = node.value<std::string_view>()) return fmt::format("'{}'", *text);
    if (node.is_integer()) return std::to_string(*node.value<std::int64_t>());
    if (node.is_floating_point()) return real_text(*node.value<double>());
    if (node.is_boolean()) return *node.value<bool>() ? "true" : "false";
    if (const toml::array* array = node.as_array()) return fmt::format("a list of {}", array->size());
    return node.is_table() ? "a table" : "a date or time";
  }

  const toml::table& table_;
  std::string path_;
  std::string_view origin_;
  std::vector<std::string_view> asked_;
};

constexpr double most_factor = 100;  // of hazards and weights, as the simulator bounds them
constexpr double most_lever = 1e6;
constexpr int most_years = 100;

void read_levels(const toml::array& tables, std::string_view origin, SettingsFile& file) {
  std::array<bool, level_count> seen{};
  for (const toml::node& node : tables) {
    Section section(*node.as_table(), "level", origin);
    int number = 0;
    section.whole("level", number, 1, static_cast<int>(level_count));
    if (number == 0)
      section.refuse(node, fmt::format("[[level]] has no level; level = 1 to {} is needed", level_count));
    const auto index = static_cast<std::size_t>(number) - 1;
    if (seen[index]) section.refuse(node, fmt::format("level = {} stands in two [[level]]; one is allowed", number));
    seen[index] = true;
    JobLevel& level = file.settings.levels[index];
    section.number("minimum", level.minimum, 0, most_pay);
    section.number("maximum", level.maximum, 0, most_pay);
    section.number("average_promotion_probability", level.average_promotion_probability, 0, 1);
    section.number("hire_share", level.hire_share, 0, 1);
    file.hire_maximum[index] = section.optional_number("hire_maximum", 0, most_pay);
    if (file.hire_maximum[index]) level.hire_maximum = *file.hire_maximum[index];
    section.finish();
    if (file.hire_maximum[index] && *file.hire_maximum[index] < level.minimum)
      section.refuse(*section.content().get("hire_maximum"),
                     fmt::format("hire_maximum of level {} is {}; the minimum {} or more is allowed", number,
                                 *file.hire_maximum[index], level.minimum));
    if (!(level.maximum > level.minimum))
      section.refuse(node, fmt::format("level {} reaches from {} to {}; a maximum above the minimum is allowed", number,
                                       level.minimum, level.maximum));
  }
}

void read_hazards(Section& root, std::string_view origin, SimulationSettings& settings) {
  if (const toml::table* table = root.table("termination")) {
    Section section(*table, "termination", origin);
    section.number("base", settings.termination_base, 0, most_factor);
    section.list("by_tenure", settings.termination_by_tenure, 0, most_factor);
    section.list("by_age", settings.termination_by_age, 0, most_factor);
    section.finish();
  }
  if (const toml::table* table = root.table("promotion")) {
    Section section(*table, "promotion", origin);
    section.number("base", settings.promotion_base, 0, most_factor);
    section.number("level_dampener", settings.promotion_level_dampener, 0, 1);
    section.list("by_tenure", settings.promotion_by_tenure, 0, most_factor);
    section.list("by_age", settings.promotion_by_age, 0, most_factor);
    section.finish();
  }
}

void read_levers(const toml::table& table, std::string_view origin, SettingsFile& file) {
  const Section section(table, "levers", origin);
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (const toml::table* year_table = node.as_table()) {
      int year = 0;
      const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), year);
      if (failure != std::errc{} || end != name.data() + name.size() || year < 1900 || year > 2200)
        section.refuse(node, fmt::format("levers.{} is no year; years from 1900 to 2200 are allowed", name));
      Json levers = Json::object();
      const Section of_year(*year_table, "levers." + name, origin);
      for (const auto& [lever, value] : *year_table)
        levers.set(lever.str(), of_year.number_of(value, of_year.named(lever.str()), -most_lever, most_lever));
      file.levers_by_year[year] = std::move(levers);
    } else {
      file.levers.set(name, section.number_of(node, section.named(name), -most_lever, most_lever));
    }
  }
}

void read_groups(const toml::table& table, std::string_view origin, SettingsFile& file) {
  SimulationSettings& settings = file.settings;
  Section root(table, "", origin);
  if (const toml::table* years = root.table("years")) {
    Section section(*years, "years", origin);
    int start = 0;
    section.whole("start", start, 1900, 2200);
    if (start != 0) {
      file.start_year = start;
      settings.end_year += start - settings.start_year;
      settings.start_year = start;
    }
    int end = 0;
    section.whole("end", end, settings.start_year, std::min(2200, settings.start_year + most_years - 1));
    if (end != 0) file.end_year = settings.end_year = end;
    section.finish();
  }
  if (const toml::table* rates = root.table("rates")) {
    Section section(*rates, "rates", origin);
    section.number("target_growth", settings.target_growth_rate, -1, 1);
    section.number("total_termination", settings.total_termination_rate, 0, 1);
    section.number("new_hire_termination", settings.new_hire_termination_rate, 0, 0.99);
    section.finish();
  }
  if (const toml::array* levels = root.tables("level")) {
    read_levels(*levels, origin, file);
    double shares = 0;
    for (const JobLevel& level : settings.levels) shares += level.hire_share;
    if (!(std::abs(shares - 1) <= 1e-6))
      root.refuse(*levels, fmt::format("hire_share of the {} levels adds up to {}; 1 is needed (levels that the file "
                                       "does not name keep theirs)",
                                       level_count, shares));
  }
  read_hazards(root, origin, settings);
  if (const toml::table* raises = root.table("raises")) {
    Section section(*raises, "raises", origin);
    section.list("month_weights", settings.raise_month, 0, most_factor);
    section.finish();
    if (std::ranges::all_of(settings.raise_month, [](double weight) { return weight == 0; }))
      section.refuse(*raises->get("month_weights"), "raises.month_weights are all 0; one above 0 is needed");
  }
  if (const toml::table* hires = root.table("hires")) {
    Section section(*hires, "hires", origin);
    section.list("ages", settings.hire_ages, 16, 100);
    section.finish();
  }
  if (const toml::table* figures = root.table("figures")) {
    Section section(*figures, "figures", origin);
    file.outlier_pay = section.optional_number("outlier_pay", 0, most_pay);
    if (file.outlier_pay) settings.outlier_pay = *file.outlier_pay;
    section.finish();
  }
  if (const toml::table* levers = root.table("levers")) read_levers(*levers, origin, file);
  root.finish();
}

}  // namespace

SettingsFile settings_from_toml(std::string_view text, std::string_view origin) {
  SettingsFile file;
  try {
    const toml::table table = toml::parse(text, origin);
    read_groups(table, origin, file);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}, line {}: {}", origin, error.source().begin.line, error.description()));
  }
  return file;
}

SettingsFile read_settings_file(const std::filesystem::path& path) {
  return settings_from_toml(core::read_file(path, longest_file), path.string());
}

}  // namespace planwise::manager
