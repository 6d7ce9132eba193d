/// \file
/// An evidence report as a sheet of a workbook. Internal to the manager.
#pragma once

#include "exchange/excel_page.h"
#include "report/model.h"

namespace planwise::manager {

/// All that the report says, figures as numbers; charts are their figures as a table.
[[nodiscard]] exchange::ExcelPage page_of(const report::EvidenceReport& report);

}  // namespace planwise::manager
