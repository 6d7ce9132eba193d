// Names of the export formats: one table for every interface.
#include <array>
#include <string>

#include "core/near.h"
#include "planwise/error.h"
#include "planwise/exchange.h"

namespace planwise {
namespace {

struct FormatNames {
  ExportFormat format;
  std::string_view name;
  std::string_view also;  ///< What people type instead; empty when there is nothing.
  std::string_view extension;
};

constexpr std::array formats{
    FormatNames{ExportFormat::json, "json", "", ".json"},
    FormatNames{ExportFormat::csv, "csv", "", ""},
    FormatNames{ExportFormat::excel, "excel", "xlsx", ".xlsx"},
    FormatNames{ExportFormat::parquet, "parquet", "", ".parquet"},
    FormatNames{ExportFormat::pickle, "pickle", "pkl", ".pkl"},
};

const FormatNames& names_of(ExportFormat format) noexcept {
  for (const FormatNames& entry : formats) {
    if (entry.format == format) return entry;
  }
  return formats.front();
}

}  // namespace

std::string_view to_text(ExportFormat format) noexcept { return names_of(format).name; }

std::string_view extension(ExportFormat format) noexcept { return names_of(format).extension; }

ExportFormat export_format_from(std::string_view text) {
  for (const FormatNames& entry : formats) {
    if (text == entry.name || (!entry.also.empty() && text == entry.also)) return entry.format;
  }
  std::array<std::string_view, formats.size()> allowed;
  for (std::size_t index = 0; index < formats.size(); ++index) allowed[index] = formats[index].name;
  throw Error(ErrorCode::invalid_argument,
              "export format " + Json(text).dump() +
                  " is unknown; allowed are json, csv, excel (or xlsx), parquet, pickle (or pkl)" +
                  core::did_you_mean(text, allowed));
}

}  // namespace planwise
