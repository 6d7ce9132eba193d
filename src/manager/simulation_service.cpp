// Opening a source, reading what a simulation starts from, summaries through the caches.
#include "planwise/simulation_service.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/log.h"
#include "manager/simulation_parts.h"
#include "planwise/error.h"
#include "planwise/results_manager.h"

namespace planwise {

namespace fs = std::filesystem;

namespace {

constexpr int summary_format = 1;  // of the cached bytes; raised when their meaning changes

bool is_census(const fs::path& source) {
  std::string extension = source.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::error_code ignored;
  return (extension == ".csv" || extension == ".parquet") && !fs::is_directory(source, ignored);
}

/// Groups that the file sets, and that the database's tables took the place of.
void warn_of_settings_without_effect(const manager::SettingsFile& file, const SimulationSettings& used,
                                     const std::string& origin, std::vector<std::string>& warnings) {
  const SimulationSettings usual, &set = file.settings;
  const auto tell = [&](const std::string& key, const auto& usually, const auto& wanted, const auto& taken) {
    if (wanted != usually && wanted != taken)
      warnings.push_back(fmt::format("{}: {} has no effect: the database has its own", origin, key));
  };
  tell("termination.base", usual.termination_base, set.termination_base, used.termination_base);
  tell("termination.by_tenure", usual.termination_by_tenure, set.termination_by_tenure, used.termination_by_tenure);
  tell("termination.by_age", usual.termination_by_age, set.termination_by_age, used.termination_by_age);
  tell("promotion.base", usual.promotion_base, set.promotion_base, used.promotion_base);
  tell("promotion.level_dampener", usual.promotion_level_dampener, set.promotion_level_dampener,
       used.promotion_level_dampener);
  tell("promotion.by_tenure", usual.promotion_by_tenure, set.promotion_by_tenure, used.promotion_by_tenure);
  tell("promotion.by_age", usual.promotion_by_age, set.promotion_by_age, used.promotion_by_age);
  tell("raises.month_weights", usual.raise_month, set.raise_month, used.raise_month);
  for (std::size_t i = 0; i < level_count; ++i) {
    const auto of_level = [&](std::string_view key) { return fmt::format("{} of level {}", key, i + 1); };
    tell(of_level("minimum"), usual.levels[i].minimum, set.levels[i].minimum, used.levels[i].minimum);
    tell(of_level("maximum"), usual.levels[i].maximum, set.levels[i].maximum, used.levels[i].maximum);
    tell(of_level("average_promotion_probability"), usual.levels[i].average_promotion_probability,
         set.levels[i].average_promotion_probability, used.levels[i].average_promotion_probability);
  }
}

std::string file_signature(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0)
    throw Error(ErrorCode::not_found, fmt::format("there is no census '{}'", file.string()));
  return fmt::format("census {}:{}:{}:{}.{:09}", status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

}  // namespace

SimulationService::Parts::Parts(SimulationServiceOptions given)
    : options(std::move(given)), schema(LeverSchema::in_force(options.lever_file)) {
  if (options.source.empty() && options.census.empty())
    throw Error(ErrorCode::invalid_argument,
                "no simulation is named; a simulation database, a folder of Parquet or a census is needed");
  if (!options.settings_file.empty()) file = manager::read_settings_file(options.settings_file);
  if (file.outlier_pay && options.database.outlier_pay == SimulationDatabaseOptions{}.outlier_pay)
    options.database.outlier_pay = *file.outlier_pay;
  if (options.census.empty() && is_census(options.source)) std::swap(options.census, options.source);
  if (!options.source.empty()) database.emplace(options.source, options.database);
  if (!options.use_cache) return;
  try {
    file_cache = std::make_unique<cache::FileCache>(cache::FileCacheOptions{
        .folder = options.cache_folder.empty() ? cache::default_cache_folder() : options.cache_folder});
  } catch (const Error& error) {
    log_event("warning", "cache", error.what());
  }
}

std::string SimulationService::Parts::signature() const {
  std::string text;
  if (database) text = database->fingerprint(false).signature;
  if (!options.census.empty()) text += file_signature(options.census);
  return text;
}

std::shared_ptr<const LoadedModel> SimulationService::Parts::model(int first_year) {
  const std::lock_guard guard(mutex_);
  const std::string now = signature();
  // Only a census depends on the year; a database says its own.
  if (model_ && model_->signature == now && (options.census.empty() || model_first_year_ == first_year)) return model_;
  model_ = std::make_shared<const LoadedModel>(load(first_year));
  model_first_year_ = first_year;
  return model_;
}

LoadedModel SimulationService::Parts::load(int first_year) const {
  LoadedModel model;
  model.signature = signature();
  model.settings = file.settings;
  if (!options.settings_file.empty())
    model.notes.push_back(fmt::format("settings file: '{}'", options.settings_file.string()));
  if (database) {
    ModelSettings read =
        database->load_settings(file.settings, options.settings_file.empty() ? "the defaults" : "the settings file");
    model.settings = read.settings;
    model.notes.insert(model.notes.end(), read.notes.begin(), read.notes.end());
    model.warnings.insert(model.warnings.end(), read.unusable.begin(), read.unusable.end());
    warn_of_settings_without_effect(file, read.settings, options.settings_file.string(), model.warnings);
    if (!read.stood_in.empty()) {
      model.warnings.push_back(
          fmt::format("not in the database as they should be: {}; {} in for them", fmt::join(read.stood_in, ", "),
                      options.settings_file.empty() ? "the defaults stand" : "the settings file stands"));
    }
    for (std::size_t level = 0; level < level_count; ++level) {
      if (file.hire_maximum[level]) model.settings.levels[level].hire_maximum = *file.hire_maximum[level];
    }
  }
  model.settings.outlier_pay = options.database.outlier_pay;
  load_levers(model);
  say_origins(model);
  load_people(model, first_year);
  return model;
}

void SimulationService::Parts::say_origins(LoadedModel& model) const {
  const std::string_view file_or_defaults =
      options.settings_file.empty() ? "the defaults" : "the settings file, else the defaults";
  model.notes.push_back(fmt::format("pay ranges, hazards and months of raises: {}{}",
                                    database ? "the database's config tables, what they lack from " : "",
                                    file_or_defaults));
  model.notes.push_back(fmt::format("rates of growth and termination, shares and ages of hires: {}", file_or_defaults));
  if (model.levers.values.empty()) model.notes.push_back(fmt::format("levers: {}", file_or_defaults));
}

void SimulationService::Parts::load_levers(LoadedModel& model) const {
  if (!database) return;
  try {
    model.levers = database->load_levers();
    model.notes.push_back(fmt::format("levers: {}, scenario '{}'", model.levers.source, model.levers.scenario_id));
  } catch (const Error& error) {
    // No levers at all are made up for by the file or the defaults, and said; a scenario that is asked for is not.
    if (error.code() != ErrorCode::not_found || !options.database.scenario_id.empty()) throw;
    model.warnings.push_back(
        fmt::format("levers: {}; those of the settings file, else the defaults, hold", error.what()));
  }
}

void SimulationService::Parts::load_people(LoadedModel& model, int first_year) const {
  const bool from_census = !options.census.empty();
  if (from_census) {
    const int year = first_year != 0 ? first_year : model.settings.start_year;
    model.start = read_census(options.census, model.settings, year - 1);
    model.start.source = fmt::format("'{}'", options.census.string());
  } else {
    model.start = database->load_people();
  }
  if (model.start.first_year != 0) {
    const int years = model.settings.end_year - model.settings.start_year;
    model.settings.start_year = model.start.first_year;
    model.settings.end_year = std::max(model.settings.end_year, model.settings.start_year);
    if (from_census && !database && first_year != 0) model.settings.end_year = first_year + years;
  }
  model.notes.push_back(fmt::format("people: {} from {}", model.start.people.size(), model.start.source));
  model.warnings.insert(model.warnings.end(), model.start.notes.begin(), model.start.notes.end());
}

Json SimulationService::Parts::cached(std::string_view what, int first_year, int last_year,
                                      const std::function<Json()>& compute, std::int64_t* computed) {
  const std::string before = signature();
  const cache::CacheKey key = cache::CacheKeyBuilder(what, {before, summary_format, std::string(version())})
                                  .with("first_year", first_year)
                                  .with("last_year", last_year)
                                  .with("scenario", options.database.scenario_id)
                                  .with("outlier_pay", options.database.outlier_pay)
                                  .key();
  if (options.use_cache) {
    try {
      if (const auto kept = session_cache.get(key)) return Json::parse(*kept);
      if (file_cache) {
        if (auto kept = file_cache->get(key)) {
          Json value = Json::parse(*kept);
          session_cache.put(key, std::move(*kept));
          return value;
        }
      }
    } catch (const std::exception& error) {
      log_event("warning", "cache", error.what());
    }
  }
  Json value = compute();
  if (computed != nullptr) ++*computed;
  if (!options.use_cache || value.find("error") != nullptr) return value;
  try {
    if (signature() != before) return value;  // read from two states of the file, or the later one
    std::string text = value.dump();
    if (file_cache) file_cache->put(key, text);
    session_cache.put(key, std::move(text));
  } catch (const std::exception& error) {
    log_event("warning", "cache", error.what());
  }
  return value;
}

SimulationService::SimulationService(SimulationServiceOptions options)
    : parts_(std::make_unique<Parts>(std::move(options))) {}
SimulationService::~SimulationService() = default;
SimulationService::SimulationService(SimulationService&&) noexcept = default;
SimulationService& SimulationService::operator=(SimulationService&&) noexcept = default;

bool SimulationService::has_database() const noexcept { return parts_->database.has_value(); }
const LeverSchema& SimulationService::schema() const noexcept { return parts_->schema; }

const SimulationDatabase& SimulationService::database() const {
  if (parts_->database) return *parts_->database;
  throw Error(ErrorCode::wrong_state,
              fmt::format("'{}' is a census: it has people to start from, and no simulated years",
                          parts_->options.census.string()));
}

DataFingerprint SimulationService::fingerprint(bool with_content) const {
  DataFingerprint result;
  if (parts_->database) result = parts_->database->fingerprint(with_content);
  result.signature = parts_->signature();
  return result;
}

Json SimulationService::summary(int year) {
  const SimulationDatabase& data = database();
  return parts_->cached("summary", year, year, [&] { return data.summary(year); });
}

Json SimulationService::summaries(int first_year, int last_year) {
  const SimulationDatabase& data = database();
  return parts_->cached("summaries", first_year, last_year, [&] { return data.summaries(first_year, last_year); });
}

CacheStatistics SimulationService::cache_statistics() {
  return parts_->file_cache ? parts_->file_cache->statistics() : parts_->session_cache.statistics();
}

void SimulationService::clear_cache() {
  parts_->session_cache.clear();
  if (parts_->file_cache) parts_->file_cache->clear();
}

std::int64_t SimulationService::warm_cache() {
  const SimulationDatabase& data = database();
  std::int64_t computed = 0;
  const std::vector<int> years = data.years();
  for (const int year : years)
    (void)parts_->cached(
        "summary", year, year, [&] { return data.summary(year); }, &computed);
  if (!years.empty()) {
    (void)parts_->cached(
        "summaries", years.front(), years.back(), [&] { return data.summaries(years.front(), years.back()); },
        &computed);
  }
  return computed;
}

}  // namespace planwise
