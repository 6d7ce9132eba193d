/// \file
/// Histories of a run: a table and native line charts over it. Internal to exchange.
#pragma once

#include "exchange/excel_book.h"
#include "planwise/json.h"

namespace planwise::exchange {

/// Fills `data` with one row an iteration and `charts` with charts over these rows.
void write_histories(ExcelBook& book, ExcelSheet& charts, ExcelSheet& data, const Json& results);

/// Sensitivities with a bar chart, and correlations.
void write_sensitivity(ExcelBook& book, ExcelSheet& sheet, const Json& results);

}  // namespace planwise::exchange
