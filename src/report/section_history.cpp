// How the best improved over the search.
#include <fmt/format.h>

#include <algorithm>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

/// What each entry of the history came to, in the quantity that was optimised where the run tells it.
///
/// results.objective_history is the combined formula on raw scales, whatever was optimised. It is what was minimised
/// only by a study whose form is that; of normalised terms the evaluations kept beside it hold the value. What tuning,
/// fronts and histories without evaluations followed is not in it, so that no entry of theirs is the best.
class HistoryReading {
 public:
  explicit HistoryReading(const Draft& draft)
      : history_(draft.run.results.objective_history),
        conditions_(!draft.conditions.empty()),
        searched_(draft.kind.empty() || draft.kind == "optimize"),
        normalised_(draft.study_text({"objective", "form"}) == "normalised") {
    const auto& kept = draft.run.simulation_data;
    const Json* list = kept ? kept->find("evaluations") : nullptr;
    if (list != nullptr && list->is_array() && list->size() == history_.size()) evaluations_ = list;
  }
  /// Entries are normalised values.
  [[nodiscard]] bool normalised() const { return searched_ && normalised_ && evaluations_ != nullptr; }
  /// Entries are what was optimised.
  [[nodiscard]] bool followed() const { return searched_ && (!normalised_ || evaluations_ != nullptr); }
  [[nodiscard]] bool knows_feasible() const { return !conditions_ || evaluations_ != nullptr; }
  [[nodiscard]] std::optional<double> value(std::size_t index) const {
    if (!normalised()) return finite(&history_.at(index));
    const Json* values = evaluations_->at(index).find("objectives");
    return values != nullptr && values->is_array() && !values->empty() ? finite(&values->at(0)) : std::nullopt;
  }
  [[nodiscard]] std::string path(std::size_t index) const {
    return normalised() ? fmt::format("simulation_data.evaluations[{}].objectives[0]", index)
                        : fmt::format("results.objective_history[{}]", index);
  }
  [[nodiscard]] bool feasible(std::size_t index) const {
    if (evaluations_ == nullptr) return !conditions_;
    const Json& evaluation = evaluations_->at(index);
    if (evaluation.find("error") != nullptr) return false;
    const Json* constraints = evaluation.find("constraints");
    if (constraints == nullptr || !constraints->is_array()) return true;
    constexpr double tolerance = 1e-8;
    return std::all_of(constraints->as_array().begin(), constraints->as_array().end(), [](const Json& value) {
      const auto number = finite(&value);
      return number && *number <= tolerance;
    });
  }

 private:
  const Json& history_;
  const Json* evaluations_ = nullptr;
  bool conditions_, searched_, normalised_;
};

void name_quantity(Chart& chart, const HistoryReading& reading) {
  if (reading.normalised()) {
    chart.title = "Normalised objective over the search";
    chart.y_title = "Objective, normalised terms (baseline 1)";
    chart.data.caption = "Where the best improved: the objective of normalised terms, which was minimised";
  } else if (reading.followed()) {
    chart.title = "Objective over the search";
    chart.y_title = "Objective";
    chart.data.caption = "Where the best improved";
  } else {
    chart.title = "Combined formula over the search";
    chart.y_title = "Formula as it stands";
  }
}

std::string description_of(const HistoryReading& reading, std::size_t count, const std::optional<double>& least) {
  if (!reading.followed())
    return fmt::format(
        "{} entries of the combined formula as it stands, on raw scales. It is not what this study "
        "optimised: its least value is not the best.",
        count);
  const char* what = reading.normalised() ? "; values are the objective of normalised terms" : "";
  return least ? fmt::format("{} entries{}; the best feasible value is {}.", count, what, number_text(*least))
               : fmt::format("{} entries{}.", count, what);
}

}  // namespace

std::optional<Chart> history_chart(const Draft& draft) {
  const Json& history = draft.run.results.objective_history;
  if (!history.is_array() || history.size() < 2) return std::nullopt;
  const HistoryReading reading(draft);
  Chart chart;
  chart.kind = Chart::Kind::line;
  chart.x_title = "Entry of the history";
  chart.source = reading.normalised() ? "simulation_data.evaluations" : "results.objective_history";
  chart.data = {"", {{"Entry", true}, {"Objective", true}}, {}, ""};
  name_quantity(chart, reading);
  Chart::Series each{"Each point", {}, true}, best{"Best feasible so far", {}, false};
  std::optional<double> least;
  std::size_t improvements = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const auto value = reading.value(i);
    chart.x.push_back(static_cast<double>(i));
    each.values.push_back(value);
    if (value && reading.followed() && reading.knows_feasible() && reading.feasible(i) && (!least || *value < *least)) {
      least = value;
      ++improvements;
      chart.data.rows.push_back({{std::to_string(i), {}, {}}, figure_cell(*value, Unit::number, reading.path(i))});
    }
    best.values.push_back(least);
  }
  constexpr std::size_t most_rows = 20;
  if (auto& rows = chart.data.rows; rows.size() > most_rows) {
    chart.data.note = fmt::format("The last {} of {} improvements.", most_rows, improvements);
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(most_rows));
  }
  chart.series.push_back(std::move(each));
  if (least) chart.series.push_back(std::move(best));
  chart.description = description_of(reading, history.size(), least);
  return chart;
}

}  // namespace planwise::report
