/// \file
/// Which columns an analysis cannot do without, in one place: a figure whose column is missing is an error or null,
/// never 0.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "planwise/error.h"
#include "planwise/workforce.h"
#include "workforce/year_rows.h"

namespace planwise::workforce {

enum class Analysis {
  people,       ///< Telling people by who they are.
  heads,        ///< Counting the active.
  cost,         ///< In the year and run rate.
  growth,       ///< Against the year before, both years.
  bridge,       ///< Start, leavers, hires and end, both years.
  raises,       ///< The bridge's parts that events tell: promotions, merit, COLA.
  events,       ///< Telling who had an event of a type.
  ranges,       ///< Place in the pay range.
  compression,  ///< New hires against incumbents.
};
/// Columns of the snapshot (or of the baseline that stands for it), and of the events as "events.column".
[[nodiscard]] std::span<const std::string_view> columns_of(Analysis analysis);

/// What is missing: not_found for a table or column that is not there, corrupt for one without a readable value.
struct Lack {
  ErrorCode code;
  std::string text;  ///< Names table and column, and what follows.
};
/// The first of the columns that the year lacks in all the rows that count.
[[nodiscard]] std::optional<Lack> lack_of(const YearColumns& year, std::span<const std::string_view> columns);
[[nodiscard]] std::optional<Lack> lack_of(const YearColumns& year, Analysis analysis);
/// Throws what lack_of() finds.
void require_columns(const YearColumns& year, Analysis analysis);
/// The columns of a distribution and of a drill depend on the request.
void require_columns(const YearColumns& year, const DistributionRequest& request);
void require_columns(const YearColumns& year, const DrillRequest& request);

}  // namespace planwise::workforce
