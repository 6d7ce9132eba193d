// What a study is when it is no search for a plan: uncertainty, sensitivity, tuning, fronts.
#include <fmt/format.h>

#include <algorithm>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

constexpr std::string_view uncertainty_path = "results.projected_outcomes.uncertainty";

Found uncertainty(const Draft& draft, std::string_view key) {
  return find_at(draft.run.results.projected_outcomes, "results.projected_outcomes", {"uncertainty", key});
}

std::string seeds_text(const Draft& draft) {
  const auto seeds = uncertainty(draft, "seeds").number();
  return seeds ? fmt::format("{} seeds", number_text(*seeds)) : "seeds";
}

/// What a plan is compared with, in words.
std::string compared_text(const Draft& draft) {
  const Found with = uncertainty(draft, "compared_with");
  if (!with || !with.value->is_string() || with.value->as_string() == "baseline") return "the baseline";
  return "the plan of run " + with.value->as_string();
}

std::string figure_of(const Draft& draft) {
  const std::string figure = draft.study_text({"sensitivity", "figure"});
  return figure.empty() ? "the objective" : readable(figure);
}

/// Of the target year, else of a year-less figure.
const EnsembleRow* ensemble(const Draft& draft, std::string_view figure, std::string_view group) {
  for (const EnsembleRow& row : draft.ensembles) {
    if (row.figure == figure && row.group == group && (!row.year || *row.year == draft.target_year)) return &row;
  }
  return nullptr;
}

Tile band_tile(const EnsembleRow& row, const std::string& label, bool change) {
  const auto text = [&](const std::optional<double>& value) {
    if (!value) return std::string("–");
    return change ? signed_text(*value, Unit::money) : money_text(*value);
  };
  return {label, text(row.p50), fmt::format("P10 {}, P90 {}", text(row.p10), text(row.p90)), row.path, Tone::plain};
}

std::string interval_of(const EnsembleRow& row, const std::string& seeds) {
  if (!row.chance_low || !row.chance_high) return "over " + seeds;
  return fmt::format("{} to {}, over {}", percent_text(*row.chance_low), percent_text(*row.chance_high), seeds);
}

void add_plan_tiles(Tiles& tiles, const Draft& draft) {
  const EnsembleRow* cost = ensemble(draft, "active_compensation", "plan");
  if (cost == nullptr) {
    tiles.tiles.push_back({"Cost over the seeds", "not stored", "", std::string(uncertainty_path), Tone::missing});
    return;
  }
  const std::string year = cost->year ? fmt::format(" {}", *cost->year) : "";
  tiles.tiles.push_back(band_tile(*cost, fmt::format("Pay run-rate{}, P50", year), false));
  if (cost->chance && cost->threshold) {
    constexpr double likely = 0.1;
    tiles.tiles.push_back({"Chance of exceeding " + money_text(*cost->threshold), percent_text(*cost->chance),
                           interval_of(*cost, seeds_text(draft)), cost->path + ".chance_above",
                           *cost->chance > likely ? Tone::caution : Tone::plain});
  } else {
    tiles.tiles.push_back(
        {"Chance of exceeding", "no budget", "the study has none", std::string(uncertainty_path), Tone::plain});
  }
}

void add_difference_tiles(Tiles& tiles, const Draft& draft) {
  const EnsembleRow* difference = ensemble(draft, "active_compensation", "difference");
  if (difference == nullptr) return;
  tiles.tiles.push_back(band_tile(*difference, "Difference to " + compared_text(draft) + ", P50", true));
  if (difference->chance)
    tiles.tiles.push_back({"Chance of costing more than it", percent_text(*difference->chance),
                           interval_of(*difference, seeds_text(draft)), difference->path + ".chance_above",
                           Tone::plain});
}

Tile ended_tile(const Draft& draft, std::string detail) {
  const std::string& status = draft.run.metadata.status;
  return {"Status", status, std::move(detail), "metadata.status",
          status == "completed" ? Tone::plain
          : status == "failed"  ? Tone::bad
                                : Tone::caution};
}

Tiles sensitivity_figures(const Draft& draft) {
  Tiles tiles{
      {{"Figure looked at", figure_of(draft), "", "configuration.algorithm_config.sensitivity.figure", Tone::plain}}};
  if (!draft.sensitivity) {
    tiles.tiles.push_back({"Sensitivity", "not computed", "", "results.sensitivity_analysis", Tone::missing});
  } else {
    const SensitivityReading& reading = *draft.sensitivity;
    const SensitivityRow& first = reading.rows.front();
    const Unit unit = unit_of_effect(reading);
    tiles.tiles.push_back({"Strongest lever", readable(first.lever),
                           reading.measure + ": " + unit_text(first.value, unit), first.path, Tone::plain});
    const auto none = std::count_if(reading.rows.begin(), reading.rows.end(),
                                    [](const SensitivityRow& row) { return row.no_effect; });
    tiles.tiles.push_back({"Levers without effect", fmt::format("{} of {}", none, reading.rows.size()),
                           reading.local() ? "at this point" : "", "results.sensitivity_analysis", Tone::plain});
  }
  tiles.tiles.push_back(ended_tile(draft, draft.study_text({"sensitivity", "method"})));
  return tiles;
}

}  // namespace

Unit unit_of_effect(const SensitivityReading& reading) {
  const bool own_scale = reading.tornado || reading.method == "local" || reading.method == "morris";
  return own_scale ? unit_of(reading.output) : Unit::number;
}

std::string subject_text(const Draft& draft) {
  if (draft.kind == "uncertainty") return "an uncertainty study over " + seeds_text(draft);
  if (draft.kind == "sensitivity") return "a sensitivity study of " + figure_of(draft);
  if (draft.kind == "pareto") return "a front of compensation plans";
  if (draft.kind == "tune") return "a tuning of pay growth";
  return "a compensation decision";
}

Text study_sentence(const Draft& draft) {
  if (draft.kind == "uncertainty")
    return {fmt::format("This is an uncertainty study over {} of the plan whose levers are listed below, compared with "
                        "{}. It decides no lever.",
                        seeds_text(draft), compared_text(draft)),
            {std::string(uncertainty_path), "configuration.algorithm_config.levers"},
            Tone::plain};
  return {fmt::format("This is a sensitivity study of {} around the levers listed below. It decides no lever.",
                      figure_of(draft)),
          {"configuration.algorithm_config.sensitivity"},
          Tone::plain};
}

Tiles study_figures(const Draft& draft) {
  if (draft.kind == "sensitivity") return sensitivity_figures(draft);
  Tiles tiles;
  add_plan_tiles(tiles, draft);
  add_difference_tiles(tiles, draft);
  tiles.tiles.push_back(lever_risk_tile(draft));
  tiles.tiles.push_back(ended_tile(draft, seeds_text(draft)));
  return tiles;
}

Tile growth_tile(const Draft& draft) {
  const Json& outcomes = draft.run.results.projected_outcomes;
  const Found growth = find_at(outcomes, "results.projected_outcomes", {"tuning", "growth"});
  const auto target = draft.study({"tune", "target_growth"}).number();
  const std::string detail = target ? "target " + percent_text(*target) : "";
  const auto value = growth.number();
  if (!value)
    return {"Growth of average pay", "not stored", detail, "results.projected_outcomes.tuning", Tone::missing};
  return {"Growth of average pay", percent_text(*value), detail, growth.path, Tone::plain};
}

Tile front_tile(const Draft& draft) {
  const Json& outcomes = draft.run.results.projected_outcomes;
  const Found size = find_at(outcomes, "results.projected_outcomes", {"front", "size"});
  const Found knee = find_at(outcomes, "results.projected_outcomes", {"front", "knee_evaluation"});
  const auto count = size.number();
  if (!count) return {"Plans on the front", "not stored", "", "results.projected_outcomes.front", Tone::missing};
  std::string detail = "none better than another in every goal";
  if (const auto at = knee.number()) detail = fmt::format("the knee is evaluation {:.0f}", *at);
  return {"Plans on the front", number_text(*count), detail, size.path, Tone::plain};
}

}  // namespace planwise::report
