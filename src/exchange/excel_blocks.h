/// \file
/// Free-form JSON on a sheet for people: named values as rows, lists of like records as tables. Internal to exchange.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "exchange/excel_book.h"
#include "planwise/json.h"

namespace planwise::exchange {

/// A section heading in column A, with a row of air before it unless it is the sheet's first.
void write_section(ExcelSheet& sheet, const std::string& heading);
/// Name in column A, value in column B.
void write_value(ExcelSheet& sheet, std::string_view name, const Json& value, Style number = Style::number);
/// Everything in `value` under `heading`: scalars as name and value, objects and lists of records with the same kind of
/// members as tables, what nests deeper under headings of its own ("outcomes > by year").
/// `numbers` is how every number looks; without it their names decide.
void write_blocks(ExcelSheet& sheet, const std::string& heading, const Json& value,
                  std::optional<Style> numbers = std::nullopt);
/// "merit_rate_level_1" as "Merit rate level 1"; what is no name of that kind stays as it is.
[[nodiscard]] std::string readable(std::string_view name);
/// How numbers under that name look: rates as percent, money with two digits.
[[nodiscard]] Style number_style(std::string_view name);

}  // namespace planwise::exchange
