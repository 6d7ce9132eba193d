/// \file
/// Sheet Assumptions: what the run holds as inputs, and formulas over them. Internal to exchange.
#pragma once

#include "exchange/excel_book.h"
#include "planwise/run.h"

namespace planwise::exchange {

/// Inputs are the run's own; what it does not hold is said to be missing and has no row. The value kept with each
/// formula is what the formula gives. `document` is the run as the workbook shows it.
void write_assumptions(ExcelSheet& sheet, const Run& run, const Json& document);

}  // namespace planwise::exchange
