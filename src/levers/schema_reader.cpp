#include "levers/schema_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/json_text.h"
#include "core/near.h"
#include "levers/numbers.h"
#include "planwise/error.h"

namespace planwise {
namespace {

constexpr std::string_view format_name = "planwise-levers-1";
constexpr std::string_view level_mark = "_level_{level}";
constexpr std::string_view categories[] = {"merit", "cola", "promotion", "new_hire", "termination", "general"};
constexpr LeverBounds everything{-1e12, 1e12};

std::string element(const std::string& path, std::size_t index) { return fmt::format("{}[{}]", path, index); }
std::string member(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 80 &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool is_date(std::string_view text) {
  try {
    (void)parse_time(text);
    return text.size() == 10;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

void LeverSchemaReader::refuse(const std::string& path, const Json* value, std::string_view allowed) const {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: {} is {}; allowed is {}", origin_, core::as_utf8(path.empty() ? "the document" : path),
                          value == nullptr ? "missing" : levers::value_text(*value), allowed));
}

void LeverSchemaReader::check_keys(const Json& object, const std::string& path,
                                   std::initializer_list<std::string_view> allowed) const {
  if (!object.is_object()) refuse(path, &object, "an object");
  std::set<std::string_view> seen;
  for (const auto& [key, value] : object.as_object()) {
    if (!seen.insert(key).second) refuse(member(path, key), &value, "one member of that name");
    if (std::ranges::find(allowed, key) != allowed.end()) continue;
    const std::vector<std::string_view> names(allowed);
    refuse(member(path, key), &value, fmt::format("{}{}", fmt::join(names, ", "), core::did_you_mean(key, names)));
  }
}

const Json& LeverSchemaReader::need(const Json& object, const std::string& path, std::string_view key,
                                    std::string_view allowed) const {
  const Json* value = object.find(key);
  if (value == nullptr) refuse(member(path, key), nullptr, allowed);
  return *value;
}

double LeverSchemaReader::number(const Json& value, const std::string& path, double minimum, double maximum) const {
  const auto number = levers::finite_number(value);
  if (!number || *number < minimum || *number > maximum) {
    refuse(path, &value, fmt::format("a number from {} to {}", real_text(minimum), real_text(maximum)));
  }
  return *number;
}

std::string LeverSchemaReader::text(const Json& object, const std::string& path, std::string_view key) const {
  const Json& value = need(object, path, key, "a text that is not empty");
  if (!value.is_string() || value.as_string().empty()) refuse(member(path, key), &value, "a text that is not empty");
  return value.as_string();
}

LeverBounds LeverSchemaReader::bounds(const Json& value, const std::string& path, const LeverBounds& within) const {
  if (!value.is_array() || value.size() != 2) refuse(path, &value, "[lowest, highest]");
  const LeverBounds result{number(value.at(0), element(path, 0), within.minimum, within.maximum),
                           number(value.at(1), element(path, 1), within.minimum, within.maximum)};
  if (result.minimum >= result.maximum) {
    refuse(element(path, 1), &value.at(1), fmt::format("a number above {}", real_text(result.minimum)));
  }
  return result;
}

void LeverSchemaReader::read_name(const Json& entry, const std::string& path, Lever& lever) const {
  std::string name = text(entry, path, "name");
  if (name.size() > level_mark.size() && name.ends_with(level_mark)) {
    lever.by_level = true;
    name.resize(name.size() - level_mark.size());
  }
  if (!is_plain_name(name)) {
    refuse(member(path, "name"), entry.find("name"),
           "small letters, digits and _, at most 80, with _level_{level} at the end for a lever by level");
  }
  lever.name = name;
  lever.title = text(entry, path, "title");
  lever.group = entry.find("group") != nullptr ? text(entry, path, "group") : lever.title;
  if (entry.find("description") != nullptr) lever.description = text(entry, path, "description");
  lever.category = text(entry, path, "category");
  if (std::ranges::find(categories, lever.category) == std::end(categories)) {
    refuse(member(path, "category"), entry.find("category"), fmt::format("{}", fmt::join(categories, ", ")));
  }
  lever.unit = text(entry, path, "unit");
  if (lever.unit != "fraction" && lever.unit != "multiplier") {
    refuse(member(path, "unit"), entry.find("unit"), "fraction or multiplier");
  }
  const Json& database = need(entry, path, "database", "{event_type, parameter_name}");
  const std::string database_path = member(path, "database");
  check_keys(database, database_path, {"event_type", "parameter_name"});
  lever.event_type = text(database, database_path, "event_type");
  lever.parameter_name = text(database, database_path, "parameter_name");
}

void LeverSchemaReader::read_levels(const Json& entry, const std::string& path, Lever& lever) const {
  const int most = static_cast<int>(schema_.level_names_.size());
  const Json* levels = entry.find("levels");
  if (levels == nullptr) {
    for (int level = 1; level <= most; ++level) lever.levels.push_back(level);
    return;
  }
  const std::string allowed = fmt::format("levels from 1 to {}, ascending, at least one", most);
  const std::string levels_path = member(path, "levels");
  if (!levels->is_array() || levels->empty()) refuse(levels_path, levels, allowed);
  for (std::size_t i = 0; i < levels->size(); ++i) {
    const Json& level = levels->at(i);
    const int least = lever.levels.empty() ? 1 : lever.levels.back() + 1;
    if (!level.is_integer() || level.as_integer() < least || level.as_integer() > most) {
      refuse(element(levels_path, i), &level, allowed);
    }
    lever.levels.push_back(static_cast<int>(level.as_integer()));
  }
}

void LeverSchemaReader::read_values(const Json& entry, const std::string& path, Lever& lever) const {
  lever.hard = bounds(need(entry, path, "hard", "[lowest, highest]"), member(path, "hard"), everything);
  const Json* recommended = entry.find("recommended");
  lever.recommended =
      recommended == nullptr ? lever.hard : bounds(*recommended, member(path, "recommended"), lever.hard);

  const std::string default_path = member(path, "default");
  const std::string one_a_level = fmt::format("one for all levels, or a list of {}", lever.levels.size());
  const Json& value = need(entry, path, "default", "a number, or a list of one a level");
  if (value.is_array() && value.size() != lever.levels.size()) refuse(default_path, &value, one_a_level);
  const Json* search = entry.find("search");
  const std::string search_path = member(path, "search");
  const bool listed = search != nullptr && search->is_array() && !search->empty() && search->at(0).is_array();
  if (listed && search->size() != lever.levels.size()) refuse(search_path, search, one_a_level);
  for (std::size_t i = 0; i < lever.levels.size(); ++i) {
    lever.defaults.push_back(value.is_array()
                                 ? number(value.at(i), element(default_path, i), lever.hard.minimum, lever.hard.maximum)
                                 : number(value, default_path, lever.hard.minimum, lever.hard.maximum));
    if (search == nullptr) {
      lever.search.push_back(lever.recommended);
    } else {
      lever.search.push_back(listed ? bounds(search->at(i), element(search_path, i), lever.hard)
                                    : bounds(*search, search_path, lever.hard));
    }
  }
  // A lever for all levels has one value in the flat form, so one default and one range to search.
  const auto first = [](const LeverBounds& a, const LeverBounds& b) {
    return a.minimum == b.minimum && a.maximum == b.maximum;
  };
  if (lever.by_level) return;
  for (std::size_t i = 1; i < lever.levels.size(); ++i) {
    if (lever.defaults[i] != lever.defaults[0]) refuse(default_path, &value, "one number: the name has no level");
    if (!first(lever.search[i], lever.search[0])) refuse(search_path, search, "one range: the name has no level");
  }
}

std::vector<LeverRule> LeverSchemaReader::rules(const Json* list, const std::string& path,
                                                std::initializer_list<std::string_view> tests,
                                                std::string_view outcome) const {
  std::vector<LeverRule> result;
  if (list == nullptr) return result;
  if (!list->is_array()) refuse(path, list, "a list of rules");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& entry = list->at(i);
    const std::string entry_path = element(path, i);
    const std::string allowed = fmt::format("an object of {} and one of {}", outcome, fmt::join(tests, ", "));
    if (!entry.is_object() || entry.size() != 2) refuse(entry_path, &entry, allowed);
    LeverRule rule;
    bool tested = false;
    for (const auto& [key, value] : entry.as_object()) {
      if (key == outcome) continue;
      if (tested || std::ranges::find(tests, key) == tests.end()) refuse(member(entry_path, key), &value, allowed);
      tested = true;
      rule.test = key == "above"   ? LeverTest::above
                  : key == "below" ? LeverTest::below
                  : key == "equal" ? LeverTest::equal
                                   : LeverTest::spread_above;
      rule.limit = number(value, member(entry_path, key), everything.minimum, everything.maximum);
    }
    if (!tested) refuse(entry_path, &entry, allowed);
    if (outcome == "text") {
      rule.text = text(entry, entry_path, "text");
    } else {
      rule.score = number(need(entry, entry_path, "score", "0 to 100"), member(entry_path, "score"), 0, 100);
    }
    result.push_back(std::move(rule));
  }
  return result;
}

void LeverSchemaReader::read_scores(const Json& entry, const std::string& path, Lever& lever) const {
  lever.cautions = rules(entry.find("cautions"), member(path, "cautions"), {"above", "below", "equal"}, "text");
  lever.saved_set =
      rules(entry.find("saved_set"), member(path, "saved_set"), {"above", "below", "equal", "spread_above"}, "text");
  const auto take = [&](const Json& object, const std::string& at, std::string_view key, double most, double& out) {
    if (const Json* value = object.find(key)) out = number(*value, member(at, key), 0, most);
  };
  if (const Json* competitive = entry.find("competitive")) {
    const std::string at = member(path, "competitive");
    check_keys(*competitive, at, {"rules", "otherwise"});
    lever.competitive = rules(competitive->find("rules"), member(at, "rules"), {"above", "below", "equal"}, "score");
    take(*competitive, at, "otherwise", 100, lever.competitive_otherwise);
  }
  if (const Json* equity = entry.find("equity")) {
    const std::string at = member(path, "equity");
    check_keys(*equity, at, {"variation_above", "ratio_above", "score", "otherwise"});
    take(*equity, at, "variation_above", 1e6, lever.equity_variation);
    if (equity->find("ratio_above") != nullptr) take(*equity, at, "ratio_above", 1e6, lever.equity_ratio.emplace());
    take(*equity, at, "score", 100, lever.equity_score);
    take(*equity, at, "otherwise", 100, lever.equity_otherwise);
  }
}

void LeverSchemaReader::read_lever(const Json& entry, const std::string& path) {
  check_keys(entry, path,
             {"name", "title", "group", "description", "category", "unit", "levels", "hard", "recommended", "default",
              "search", "database", "cautions", "saved_set", "competitive", "equity"});
  Lever lever;
  read_name(entry, path, lever);
  read_levels(entry, path, lever);
  read_values(entry, path, lever);
  read_scores(entry, path, lever);
  schema_.levers_.push_back(std::move(lever));
}

void LeverSchemaReader::index_names() {
  std::set<std::string> parameters;
  for (std::size_t i = 0; i < schema_.levers_.size(); ++i) {
    const Lever& lever = schema_.levers_[i];
    const std::string path = element("levers", i);
    const auto take = [&](const std::string& name, int level) {
      const Json value(name);
      if (!schema_.places_.emplace(name, std::pair(i, level)).second) {
        refuse(member(path, "name"), &value, "a name that no lever before has");
      }
    };
    if (!lever.by_level) take(lever.name, 0);
    // Levers for all levels have names of one level too.
    for (const int level : lever.levels) take(flat_name(lever, level), level);
    const Json parameter(lever.parameter_name);
    if (!parameters.insert(lever.parameter_name).second) {
      refuse(member(path, "database.parameter_name"), &parameter, "a name that no lever before has");
    }
  }
}

void LeverSchemaReader::read_market(const Json& market) {
  check_keys(market, "market", {"date", "source", "benchmarks"});
  schema_.market_date_ = text(market, "market", "date");
  if (!is_date(schema_.market_date_)) refuse("market.date", market.find("date"), "a date as 2025-01-31");
  if (market.find("source") != nullptr) schema_.market_source_ = text(market, "market", "source");
  const Json& benchmarks = need(market, "market", "benchmarks", "an object of lever: [minimum, target, maximum]");
  if (!benchmarks.is_object()) refuse("market.benchmarks", &benchmarks, "an object");
  for (const auto& [name, value] : benchmarks.as_object()) {
    const std::string path = member("market.benchmarks", name);
    if (!schema_.find(name)) {
      const std::vector<std::string> known = schema_.names();
      const std::vector<std::string_view> names(known.begin(), known.end());
      refuse(path, &value, "the name of a lever above" + core::did_you_mean(name, names));
    }
    if (!value.is_array() || value.size() != 3) refuse(path, &value, "[minimum, target, maximum]");
    double figures[3]{};
    for (std::size_t i = 0; i < 3; ++i) {
      figures[i] =
          number(value.at(i), element(path, i), i == 0 ? everything.minimum : figures[i - 1], everything.maximum);
    }
    if (!schema_.benchmarks_.emplace(name, Benchmark{figures[0], figures[1], figures[2]}).second) {
      refuse(path, &value, "one member of that name");
    }
  }
}

void LeverSchemaReader::read_change_risk(const Json& change_risk) {
  check_keys(change_risk, "change_risk", {"level_weights", "category_weights"});
  const Json& weights = need(change_risk, "change_risk", "level_weights", "one weight a level");
  if (!weights.is_array() || weights.size() != schema_.level_names_.size()) {
    refuse("change_risk.level_weights", &weights, fmt::format("a list of {} weights", schema_.level_names_.size()));
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    schema_.level_weights_.push_back(number(weights.at(i), element("change_risk.level_weights", i), 0, 1));
  }
  const Json& categories_of_risk = need(change_risk, "change_risk", "category_weights", "one weight a category");
  const auto names = {"parameter", "budget", "retention", "equity", "implementation"};
  const std::string path = "change_risk.category_weights";
  check_keys(categories_of_risk, path, {"parameter", "budget", "retention", "equity", "implementation"});
  for (const std::string_view name : names) {
    const Json& weight = need(categories_of_risk, path, name, "a number from 0 to 1");
    schema_.category_weights_.set(name, number(weight, member(path, name), 0, 1));
  }
}

LeverSchema LeverSchemaReader::read(std::string_view text_of_file) {
  Json document;
  try {
    document = Json::parse(text_of_file);
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: no JSON: {}", origin_, error.what()));
  }
  check_keys(document, "", {"format", "levels", "levers", "market", "change_risk"});
  schema_.source_ = origin_;
  if (const std::string format = text(document, "", "format"); format != format_name) {
    refuse("format", document.find("format"), format_name);
  }
  const std::string allowed = fmt::format("1 to {} names, Staff first", level_count);
  const Json& levels = need(document, "", "levels", allowed);
  if (!levels.is_array() || levels.empty() || levels.size() > level_count) refuse("levels", &levels, allowed);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (!levels.at(i).is_string()) refuse(element("levels", i), &levels.at(i), "a text");
    schema_.level_names_.push_back(levels.at(i).as_string());
  }
  const Json& levers = need(document, "", "levers", "a list of levers");
  if (!levers.is_array() || levers.empty()) refuse("levers", &levers, "a list of at least one lever");
  for (std::size_t i = 0; i < levers.size(); ++i) read_lever(levers.at(i), element("levers", i));
  index_names();
  read_market(need(document, "", "market", "an object"));
  read_change_risk(need(document, "", "change_risk", "an object"));
  return std::move(schema_);
}

}  // namespace planwise
