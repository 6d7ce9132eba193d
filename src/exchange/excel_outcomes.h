/// \file
/// Projected outcomes by year. Internal to exchange.
#pragma once

#include "exchange/excel_book.h"
#include "planwise/json.h"

namespace planwise::exchange {

/// The workforce summary as a table by year with totals, and growth against the year before, as formulas; all else
/// in projected_outcomes below.
void write_outcomes(ExcelSheet& sheet, const Json& projected_outcomes);

}  // namespace planwise::exchange
