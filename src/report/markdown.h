/// \file
/// A report as Markdown (CommonMark with tables).
#pragma once

#include <string>

#include "report/model.h"

namespace planwise::report {

/// Text of any origin is escaped; charts are their figures as a table.
[[nodiscard]] std::string to_markdown(const EvidenceReport& report);

/// The figures of a chart as a table: its own data, else made from the series.
[[nodiscard]] Table table_of(const Chart& chart);
/// Path or origin of each figure, each once.
[[nodiscard]] std::vector<std::string> sources_of(const Table& table);

}  // namespace planwise::report
