// Sheet About: where the workbook comes from, how to check it, how to read it.
#include "exchange/excel_blocks.h"
#include "exchange/excel_layouts.h"

namespace planwise::exchange {
namespace {

constexpr const char* how_to_verify[] = {
    "The content hash is the SHA-256 of the run's canonical JSON: configuration, results, simulation data and "
    "metadata, without "
    "created_at, updated_at, tags, description and notes.",
    "planwise verify checks every run of the store against its hash. planwise show RUN prints the hash that the store "
    "holds now; "
    "it is the one on this workbook unless the run was revised since.",
    "A workbook can be edited by anybody. To hand a run on to another store, export it as JSON, CSV, Parquet or "
    "pickle.",
};

constexpr const char* how_to_read[] = {
    "Times are UTC. Rates are fractions shown as percent: 0.045 shows as 4.50 %.",
    "Changes and totals are live formulas. Numbers carry 16 significant digits; whole numbers of more than 15 digits, "
    "NaN and "
    "Infinity stand as text.",
    "An empty cell means that the run holds no value; that is neither zero nor an empty text.",
};

void paragraph(ExcelSheet& sheet, const char* text) {
  sheet.text(1, text);
  sheet.next_row();
}

}  // namespace

void write_about(ExcelSheet& sheet, const AboutSheet& about, const ExportContext& context) {
  sheet.text(0, about.title, Style::title);
  sheet.height(28);
  sheet.next_row();
  sheet.text(0, about.subtitle, Style::subtitle);
  sheet.next_row();
  write_section(sheet, "Where this comes from");
  for (const auto& [name, value] : about.facts) write_value(sheet, name, value);
  sheet.text(0, "Exported at (UTC)", Style::label);
  sheet.time(1, context.exported_at);
  sheet.next_row();
  write_value(sheet, "Exported by", context.exported_by);
  write_value(sheet, "Program version", context.program_version);
  write_value(sheet, "Store", context.store);
  write_value(sheet, "Query", context.query.empty() ? Json("(runs were named, not searched)") : Json(context.query));
  write_value(sheet, "Simulation data", context.simulation_data == SimulationData::include ? "included" : "left out");
  write_section(sheet, "Sheets");
  for (const auto& [name, shows] : about.sheets) {
    sheet.link(0, name);
    sheet.text(1, shows);
    sheet.next_row();
  }
  write_section(sheet, "How to verify");
  for (const char* text : how_to_verify) paragraph(sheet, text);
  write_section(sheet, "How to read");
  for (const char* text : how_to_read) paragraph(sheet, text);
}

}  // namespace planwise::exchange
