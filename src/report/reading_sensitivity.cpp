// What a run says of sensitivity and of seeds: the shapes of planwise/sensitivity.h, and those of older runs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/numbers.h"
#include "report/reading.h"

namespace planwise::report {

namespace {

struct Estimated {
  std::optional<double> value, low, high;
};
/// A number, or {value, low, high}.
Estimated estimate_of(const Json* json) {
  if (json == nullptr) return {};
  if (json->is_object()) return {finite(json->find("value")), finite(json->find("low")), finite(json->find("high"))};
  return {finite(json), {}, {}};
}

struct Measure {
  std::string_view key, method, words;
};
/// The first that an effect has is what levers are ranked by.
constexpr Measure measures[] = {
    {"total_order", "sobol", "share of the variance with all interactions (total order)"},
    {"mu_star", "morris", "mean size of the change over a lever's range (mu*)"},
    {"per_range", "local", "change over the lever's whole range at the local slope"},
    {"first_order", "stored", "share of the variance explained alone (first order)"},
};

void read_effect(SensitivityReading& reading, const Json& effect, const std::string& path) {
  for (const Measure& measure : measures) {
    const Estimated estimate = estimate_of(effect.find(measure.key));
    if (!estimate.value) continue;
    if (reading.method.empty()) {
      reading.method = measure.method;
      reading.measure = measure.words;
    }
    SensitivityRow row{text_at(effect, "factor"),
                       path + "." + std::string(measure.key),
                       *estimate.value,
                       estimate.low,
                       estimate.high,
                       {},
                       {},
                       {},
                       flag_at(effect, "no_effect")};
    if (measure.key == "total_order") {
      const Estimated first = estimate_of(effect.find("first_order"));
      row.first = first.value;
      row.first_low = first.low;
      row.first_high = first.high;
    }
    reading.rows.push_back(std::move(row));
    return;
  }
}

/// An output of planwise/sensitivity.h: {output, effects: [...]} or {output, value, bars: [...]}.
std::optional<SensitivityReading> read_output(const Json& output, const std::string& path) {
  SensitivityReading reading;
  reading.output = text_at(output, "output");
  if (const Json* bars = output.find("bars"); bars != nullptr && bars->is_array()) {
    reading.method = "tornado";
    reading.measure = "the figure with one lever at its lower and its upper bound";
    reading.tornado = true;
    reading.middle = finite(output.find("value")).value_or(0);
    for (std::size_t i = 0; i < bars->size(); ++i) {
      const Json& bar = bars->at(i);
      reading.rows.push_back({text_at(bar, "factor"),
                              fmt::format("{}.bars[{}].swing", path, i),
                              finite(bar.find("swing")).value_or(0),
                              finite(bar.find("low")),
                              finite(bar.find("high")),
                              {},
                              {},
                              {},
                              flag_at(bar, "no_effect")});
    }
  } else if (const Json* effects = output.find("effects"); effects != nullptr && effects->is_array()) {
    for (std::size_t i = 0; i < effects->size(); ++i)
      read_effect(reading, effects->at(i), fmt::format("{}.effects[{}]", path, i));
  }
  if (reading.rows.empty()) return std::nullopt;
  return reading;
}

/// The first of the outputs, at any depth: studies put the result itself, or by method.
std::optional<SensitivityReading> search(const Json& value, const std::string& path, int depth) {
  if (!value.is_object() || depth > 4) return std::nullopt;
  if (auto reading = read_output(value, path)) return reading;
  if (const Json* outputs = value.find("outputs"); outputs != nullptr && outputs->is_array()) {
    for (std::size_t i = 0; i < outputs->size(); ++i) {
      if (auto reading = read_output(outputs->at(i), fmt::format("{}.outputs[{}]", path, i))) return reading;
    }
  }
  for (const auto& [key, member] : value.as_object()) {
    if (auto reading = search(member, path + "." + key, depth + 1)) return reading;
  }
  return std::nullopt;
}

/// {lever: number} or {lever: {impact: number}} of older runs. Only names of levers count, so that counts and settings
/// beside them are not taken for effects.
std::optional<SensitivityReading> search_named(const Json& value, const std::string& path) {
  SensitivityReading reading;
  for (const auto& [lever, member] : value.as_object()) {
    if (std::find(std::begin(lever_names), std::end(lever_names), lever) == std::end(lever_names)) continue;
    std::string at = path + "." + lever;
    Estimated found = estimate_of(&member);
    for (const std::string_view key : {"impact", "sensitivity", "importance", "elasticity"}) {
      if (found.value || !member.is_object()) break;
      found = estimate_of(member.find(key));
      if (found.value) at += "." + std::string(key);
      if (found.value && reading.measure.empty()) reading.measure = fmt::format("\"{}\" as the run holds it", key);
    }
    if (found.value) reading.rows.push_back({lever, at, *found.value, found.low, found.high, {}, {}, {}, false});
  }
  if (reading.rows.empty()) return std::nullopt;
  reading.method = "as stored";
  if (reading.measure.empty()) reading.measure = "the value that the run holds";
  return reading;
}

struct Place {
  std::string path, name, group;
  std::optional<int> year;
};

EnsembleRow ensemble_at(const Json& value, const Place& place) {
  EnsembleRow row;
  const std::string figure = text_at(value, "figure");
  row.figure = figure.empty() ? place.name : figure;
  row.path = place.path;
  row.group = place.group;
  row.year = place.year;
  if (const auto year = finite(value.find("year"))) row.year = static_cast<int>(*year);
  row.p10 = estimate_of(value.find("p10")).value;
  row.p50 = estimate_of(value.find("p50")).value;
  row.p90 = estimate_of(value.find("p90")).value;
  row.mean = estimate_of(value.find("mean")).value;
  const Json* chance = value.find("chance_above");
  const Estimated above = estimate_of(chance != nullptr ? chance : value.find("chance_above_budget"));
  row.chance = above.value;
  row.chance_low = above.low;
  row.chance_high = above.high;
  row.threshold = finite(value.find("threshold"));
  row.seeds = finite(value.find("n"));
  return row;
}

void search_ensembles(std::vector<EnsembleRow>& rows, const Json& value, const Place& place, int depth) {
  constexpr std::size_t most = 400;
  if (depth > 6 || rows.size() >= most) return;
  if (value.is_array()) {
    for (std::size_t i = 0; i < std::min(value.size(), most); ++i)
      search_ensembles(rows, value.at(i), {fmt::format("{}[{}]", place.path, i), place.name, place.group, place.year},
                       depth + 1);
    return;
  }
  if (!value.is_object()) return;
  if (value.find("p50") != nullptr && (value.find("p10") != nullptr || value.find("p90") != nullptr)) {
    rows.push_back(ensemble_at(value, place));
    return;
  }
  for (const auto& [key, member] : value.as_object()) {
    Place inner{fmt::format("{}.{}", place.path, key), key, place.group, place.year};
    if (is_year(key)) inner.year = std::stoi(key);
    if (key == "plan" || key == "compared" || key == "difference") inner.group = key;
    search_ensembles(rows, member, inner, depth + 1);
  }
}

}  // namespace

std::optional<SensitivityReading> sensitivity_of(const Run& run) {
  const Json& stored = run.results.sensitivity_analysis;
  if (!stored.is_object() || stored.empty()) return std::nullopt;
  constexpr std::string_view path = "results.sensitivity_analysis";
  auto reading = search(stored, std::string(path), 0);
  if (!reading) reading = search_named(stored, std::string(path));
  if (!reading) {
    for (const auto& [key, member] : stored.as_object()) {
      if (member.is_object() && !reading) reading = search_named(member, fmt::format("{}.{}", path, key));
    }
  }
  if (!reading) return reading;
  if (const std::string method = text_at(stored, "method"); !method.empty()) reading->method = method;
  std::stable_sort(reading->rows.begin(), reading->rows.end(), [](const SensitivityRow& a, const SensitivityRow& b) {
    return std::abs(a.value) > std::abs(b.value);
  });
  return reading;
}

std::optional<SensitivityReading> tornado_of(const Run& run) {
  const Found kept = find_at(run.results.projected_outcomes, "results.projected_outcomes", {"uncertainty", "tornado"});
  auto reading = kept ? search(*kept.value, kept.path, 0) : std::nullopt;
  if (!reading || !reading->tornado) return std::nullopt;
  std::stable_sort(reading->rows.begin(), reading->rows.end(),
                   [](const SensitivityRow& a, const SensitivityRow& b) { return a.value > b.value; });
  return reading;
}

std::vector<EnsembleRow> ensembles_of(const Run& run) {
  std::vector<EnsembleRow> rows;
  const Json& outcomes = run.results.projected_outcomes;
  for (const std::string_view name : {"uncertainty", "ensemble", "ensembles", "seed_bands", "bands"}) {
    if (const Json* value = outcomes.find(name))
      search_ensembles(rows, *value, {fmt::format("results.projected_outcomes.{}", name), std::string(name), {}, {}},
                       0);
  }
  if (const Json* value = run.results.sensitivity_analysis.find("uncertainty"))
    search_ensembles(rows, *value, {"results.sensitivity_analysis.uncertainty", "uncertainty", {}, {}}, 0);
  if (run.simulation_data) {
    if (const Json* value = run.simulation_data->find("seed_bands"))
      search_ensembles(rows, *value, {"simulation_data.seed_bands", "seed_bands", {}, {}}, 0);
  }
  return rows;
}

}  // namespace planwise::report
