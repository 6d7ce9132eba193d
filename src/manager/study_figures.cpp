#include "manager/study_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "planwise/error.h"

namespace planwise::manager {

namespace {

using simulation::ObjectiveTargets;

struct Known {
  std::string_view name, unit;
  double step;
  bool by_level, cost_like;
  double (*value)(const YearFigures&, std::size_t level, const ObjectiveTargets&);  ///< level from 0; of all: unused
  double (*of_level)(const YearFigures&, std::size_t level);
};

using Figures = YearFigures;
constexpr auto none = nullptr;
constexpr std::string_view money = "currency a year", millions = "millions a year", fraction = "fraction";

template <auto Member>
double of_all(const Figures& year, std::size_t, const ObjectiveTargets&) {
  return static_cast<double>(year.*Member);
}
template <auto Function>
double computed(const Figures& year, std::size_t, const ObjectiveTargets&) {
  return Function(year);
}
template <auto Member>
double at_level(const Figures& year, std::size_t level) {
  return static_cast<double>((year.*Member)[level]);
}
double promotions(const Figures& year, std::size_t, const ObjectiveTargets&) {
  return static_cast<double>(year.events[static_cast<std::size_t>(EventType::promotion)]);
}
double targets_term(const Figures& year, std::size_t, const ObjectiveTargets& targets) {
  return simulation::targets_of(year, targets);
}

constexpr std::array<Known, 14> known{{
    {"active_compensation", money, 1, true, true, of_all<&Figures::active_compensation>,
     at_level<&Figures::compensation_by_level>},
    {"prorated_compensation", money, 1, false, true, of_all<&Figures::prorated_compensation>, none},
    {"active_mean", money, 1, true, true, of_all<&Figures::active_mean>, at_level<&Figures::mean_by_level>},
    {"active_median", money, 1, false, true, of_all<&Figures::active_median>, none},
    {"active_headcount", "people", 1, true, false, of_all<&Figures::active_headcount>,
     at_level<&Figures::active_by_level>},
    {"mean_growth", fraction, 0.01, false, false, computed<simulation::mean_growth_of>, none},
    {"headcount_growth", fraction, 0.01, false, false, computed<simulation::headcount_growth_of>, none},
    {"like_for_like_growth", fraction, 0.01, false, false, of_all<&Figures::like_for_like_growth>, none},
    {"promotions", "events", 1, false, false, promotions, none},
    {"equity", "ratio", 0.01, false, false, computed<simulation::equity_of>, none},
    {"equity_within_cap", "ratio", 0.01, false, false, computed<simulation::equity_within_cap_of>, none},
    {"cost", millions, 1e-6, false, true, computed<simulation::cost_of>, none},
    {"cost_within_cap", millions, 1e-6, false, false, computed<simulation::cost_within_cap_of>, none},
    {"targets", "square", 1e-4, false, false, targets_term, none},
}};

const Known* find(std::string_view name) {
  const auto found = std::ranges::find(known, name, &Known::name);
  return found == known.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string_view> figure_names() {
  std::vector<std::string_view> names;
  for (const Known& figure : known) names.push_back(figure.name);
  return names;
}

bool is_figure(std::string_view name) { return find(name) != nullptr; }
bool knows_levels(std::string_view figure) { return find(figure) != nullptr && find(figure)->by_level; }
std::string_view unit_of(std::string_view figure) { return find(figure) == nullptr ? "" : find(figure)->unit; }
double unit_step(std::string_view figure) { return find(figure) == nullptr ? 1e-6 : find(figure)->step; }
bool is_cost_like(const FigureRef& figure) {
  return figure.level == 0 && find(figure.figure) != nullptr && find(figure.figure)->cost_like;
}

const YearFigures& year_of(const SimulationResult& result, int year) {
  const auto found = std::ranges::find(result.years, year, &YearFigures::year);
  if (found == result.years.end()) throw Error(ErrorCode::internal, fmt::format("year {} is not simulated", year));
  return *found;
}

double figure_value(const SimulationResult& result, const FigureRef& figure, const ObjectiveTargets& targets) {
  const Known* of = find(figure.figure);
  if (of == nullptr) throw Error(ErrorCode::internal, fmt::format("there is no figure '{}'", figure.figure));
  const YearFigures& year = year_of(result, figure.year);
  return figure.level == 0 ? of->value(year, 0, targets)
                           : of->of_level(year, static_cast<std::size_t>(figure.level) - 1);
}

}  // namespace planwise::manager
