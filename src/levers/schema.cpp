#include <fmt/format.h>

#include <cstdlib>

#include "core/files.h"
#include "core/json_text.h"
#include "levers/schema_reader.h"
#include "levers/shipped.h"
#include "planwise/error.h"

namespace planwise {
namespace {

constexpr std::uint64_t most_bytes = 1 << 20;
constexpr std::string_view level_part = "_level_";

Json pair(const LeverBounds& bounds) { return Json(Json::Array{bounds.minimum, bounds.maximum}); }

}  // namespace

std::string_view to_text(RiskLevel level) noexcept {
  constexpr std::string_view names[] = {"LOW", "MEDIUM", "HIGH", "CRITICAL"};
  return names[static_cast<std::size_t>(level)];
}

std::string flat_name(const Lever& lever, int level) { return fmt::format("{}{}{}", lever.name, level_part, level); }

const LeverSchema& LeverSchema::shipped() {
  static const LeverSchema schema = from_text(levers::shipped_text(), "shipped");
  return schema;
}

LeverSchema LeverSchema::in_force(const std::filesystem::path& file) {
  if (!file.empty()) return read(file);
  const char* named = std::getenv("PLANWISE_LEVERS");
  return named == nullptr || *named == '\0' ? shipped() : read(named);
}

LeverSchema LeverSchema::read(const std::filesystem::path& file) {
  return from_text(core::read_file(file, most_bytes), core::as_utf8(file.string()));
}

LeverSchema LeverSchema::from_text(std::string_view text, std::string_view origin) {
  return LeverSchemaReader(origin).read(text);
}

std::vector<std::string> LeverSchema::names() const {
  std::vector<std::string> result;
  for (const Lever& lever : levers_) {
    if (!lever.by_level) {
      result.push_back(lever.name);
      continue;
    }
    for (const int level : lever.levels) result.push_back(flat_name(lever, level));
  }
  return result;
}

std::optional<LeverPlace> LeverSchema::find(std::string_view flat_name) const {
  const auto found = places_.find(flat_name);
  if (found == places_.end()) return std::nullopt;
  const auto& [index, level] = found->second;
  return LeverPlace{&levers_[index], level == 0 ? std::nullopt : std::optional(level)};
}

const Lever* LeverSchema::find_parameter(std::string_view parameter_name) const noexcept {
  for (const Lever& lever : levers_) {
    if (lever.parameter_name == parameter_name) return &lever;
  }
  return nullptr;
}

Json LeverSchema::defaults() const {
  Json result = Json::object();
  for (const Lever& lever : levers_) {
    if (!lever.by_level) result.set(lever.name, lever.defaults.front());
    for (std::size_t i = 0; lever.by_level && i < lever.levels.size(); ++i) {
      result.set(flat_name(lever, lever.levels[i]), lever.defaults[i]);
    }
  }
  return result;
}

Json LeverSchema::search_bounds() const {
  Json result = Json::object();
  for (const Lever& lever : levers_) {
    if (!lever.by_level) result.set(lever.name, pair(lever.search.front()));
    for (std::size_t i = 0; lever.by_level && i < lever.levels.size(); ++i) {
      result.set(flat_name(lever, lever.levels[i]), pair(lever.search[i]));
    }
  }
  return result;
}

std::optional<Benchmark> LeverSchema::benchmark(const Lever& lever, int level) const {
  auto found = benchmarks_.find(flat_name(lever, level));
  if (found == benchmarks_.end()) found = benchmarks_.find(lever.name);
  return found == benchmarks_.end() ? std::nullopt : std::optional(found->second);
}

double LeverSchema::level_weight(int level) const {
  if (level >= 1 && static_cast<std::size_t>(level) <= level_weights_.size()) {
    return level_weights_[static_cast<std::size_t>(level) - 1];
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("level {} is not allowed: 1 to {}", level, level_weights_.size()));
}

Json to_json(const LeverSchema& schema) {
  Json all = Json::array();
  for (const Lever& lever : schema.levers()) {
    for (std::size_t i = 0; i < (lever.by_level ? lever.levels.size() : 1); ++i) {
      const int level = lever.levels[i];
      Json entry = Json::object();
      entry.set("name", lever.by_level ? flat_name(lever, level) : lever.name);
      entry.set("title", lever.title);
      entry.set("group", lever.group);
      entry.set("description", lever.description);
      entry.set("category", lever.category);
      entry.set("unit", lever.unit);
      entry.set("level", lever.by_level ? Json(level) : Json());
      entry.set("default", lever.defaults[i]);
      entry.set("hard", pair(lever.hard));
      entry.set("recommended", pair(lever.recommended));
      entry.set("search", pair(lever.search[i]));
      entry.set("event_type", lever.event_type);
      entry.set("parameter_name", lever.parameter_name);
      const auto market = schema.benchmark(lever, level);
      entry.set("market", market ? Json(Json::Array{market->minimum, market->target, market->maximum}) : Json());
      all.push_back(std::move(entry));
    }
  }
  Json levels = Json::array();
  for (const std::string& name : schema.level_names()) levels.push_back(name);
  Json result = Json::object();
  result.set("source", schema.source());
  result.set("levels", std::move(levels));
  result.set("levers", std::move(all));
  result.set("market_date", schema.market_date());
  result.set("market_source", schema.market_source());
  return result;
}

}  // namespace planwise
