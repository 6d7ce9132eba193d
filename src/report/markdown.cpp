#include "report/markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

/// What Markdown or HTML would read as markup, escaped; line breaks become blanks.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += ' ';
    } else {
      if (std::string_view("\\`*_[]<>|#&~").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

/// A line that begins like a list or a heading is none.
std::string escaped_line(std::string_view text) {
  std::string out = escaped(text);
  std::size_t digits = 0;
  while (digits < out.size() && out[digits] >= '0' && out[digits] <= '9') ++digits;
  if (digits > 0 && digits < out.size() && (out[digits] == '.' || out[digits] == ')'))
    out.insert(digits, "\\");
  else if (!out.empty() && (out[0] == '-' || out[0] == '+' || out[0] == '='))
    out.insert(0, "\\");
  return out;
}

std::string code(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '`' ? '\'' : (c == '\n' || c == '\r') ? ' ' : c;
  return "`" + out + "`";
}

std::string sources_text(const std::vector<std::string>& sources) {
  if (sources.empty()) return {};
  std::string out;
  for (const std::string& source : sources) out += (out.empty() ? "" : ", ") + code(source);
  return out;
}

class MarkdownWriter {
 public:
  std::string out;

  void operator()(const Text& text) {
    out += text.tone == Tone::missing ? "*" + escaped(text.text) + "*" : mark_of(text.tone) + escaped_line(text.text);
    if (!text.sources.empty()) out += fmt::format(" ({})", sources_text(text.sources));
    out += "\n\n";
  }
  void operator()(const Table& table) {
    if (table.rows.empty()) return;
    if (!table.caption.empty()) out += fmt::format("**{}**\n\n", escaped(table.caption));
    rows_of(table);
    if (!table.note.empty()) out += escaped_line(table.note) + "\n\n";
    if (const auto sources = sources_of(table); !sources.empty()) out += "Rests on " + sources_text(sources) + ".\n\n";
  }
  void operator()(const Tiles& tiles) {
    Table table{"", {{"Figure", false}, {"Value", true}, {"", false}}, {}, ""};
    for (const Tile& tile : tiles.tiles)
      table.rows.push_back({{tile.label, {}, {}}, {tile.value, tile.source, tile.tone}, {tile.detail, {}, {}}});
    (*this)(table);
  }
  void operator()(const AdviceList& list) {
    int number = 0;
    for (const Advice& advice : list.items) {
      out += fmt::format("{}. {}{}", ++number, mark_of(advice.tone), escaped(advice.text));
      if (!advice.figure.empty()) out += fmt::format(" Rests on: {}", escaped(advice.figure));
      if (!advice.source.empty()) out += fmt::format(" ({})", code(advice.source));
      out += "\n";
    }
    out += "\n";
  }
  void operator()(const Code& block) { out += "```sh\n" + block.text + "\n```\n\n"; }
  void operator()(const Chart& chart) {
    Table table = table_of(chart);
    if (table.caption.empty()) table.caption = chart.title;
    out += escaped_line(chart.title + ". " + chart.description) + "\n\n";
    (*this)(table);
  }

 private:
  void rows_of(const Table& table) {
    std::string head = "|", rule = "|";
    for (const Column& column : table.columns) {
      head += " " + escaped(column.title) + " |";
      rule += column.numbers ? " ---: |" : " --- |";
    }
    out += head + "\n" + rule + "\n";
    for (const auto& row : table.rows) {
      out += "|";
      for (const Cell& cell : row) out += " " + escaped(cell.text) + " |";
      out += "\n";
    }
    out += "\n";
  }
};

Cell cell_at(const std::vector<std::optional<double>>& values, std::size_t index, Unit unit, std::string source = {}) {
  return index < values.size() && values[index] ? figure_cell(*values[index], unit, std::move(source)) : absent_cell();
}

Table point_table(const Chart& chart) {
  Table table{chart.title, {{chart.x_title, true}, {chart.y_title, true}, {"", false}}, {}, ""};
  for (const Chart::Point& point : chart.points)
    table.rows.push_back(
        {figure_cell(point.x, chart.x_unit), figure_cell(point.y, chart.y_unit), {point.name, {}, {}}});
  return table;
}

std::string x_text(const Chart& chart, std::size_t index) {
  if (chart.kind != Chart::Kind::line) return index < chart.labels.size() ? chart.labels[index] : "";
  return chart.x_title == "Year" ? fmt::format("{:.0f}", chart.x[index]) : unit_text(chart.x[index], chart.x_unit);
}

}  // namespace

Table table_of(const Chart& chart) {
  if (!chart.data.rows.empty()) return chart.data;
  if (chart.kind == Chart::Kind::scatter) return point_table(chart);
  const bool line = chart.kind == Chart::Kind::line;
  Table table{chart.title, {{line ? chart.x_title : std::string("What"), line}}, {}, ""};
  for (const Chart::Series& series : chart.series) table.columns.push_back({series.name, true});
  const bool band = !chart.low.empty();
  if (band) table.columns.insert(table.columns.end(), {{"Low", true}, {"High", true}});
  const std::size_t count = line ? chart.x.size() : chart.labels.size();
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<Cell> row{{x_text(chart, i), {}, {}}};
    for (std::size_t s = 0; s < chart.series.size(); ++s)
      row.push_back(cell_at(chart.series[s].values, i, chart.y_unit, i == 0 && s == 0 ? chart.source : ""));
    if (band) {
      row.push_back(cell_at(chart.low, i, chart.y_unit));
      row.push_back(cell_at(chart.high, i, chart.y_unit));
    }
    table.rows.push_back(std::move(row));
  }
  for (const Chart::Rule& rule : chart.rules)
    table.note +=
        (table.note.empty() ? "" : "; ") + fmt::format("{}: {}", rule.name, unit_text(rule.value, chart.y_unit));
  return table;
}

std::vector<std::string> sources_of(const Table& table) {
  std::vector<std::string> sources;
  for (const auto& row : table.rows) {
    for (const Cell& cell : row) {
      if (!cell.source.empty() && std::find(sources.begin(), sources.end(), cell.source) == sources.end())
        sources.push_back(cell.source);
    }
  }
  // Long lists by what they share: the object or list that holds them.
  constexpr std::size_t most = 6;
  if (sources.size() <= most) return sources;
  std::vector<std::string> shared;
  for (const std::string& source : sources) {
    std::size_t dot = source.find('.');
    dot = dot == std::string::npos ? dot : source.find_first_of(".[", dot + 1);
    const std::string head = source.substr(0, dot);
    if (std::find(shared.begin(), shared.end(), head) == shared.end()) shared.push_back(head);
  }
  return shared;
}

std::string to_markdown(const EvidenceReport& report) {
  MarkdownWriter writer;
  writer.out = fmt::format("# {}\n\n{}\n\n", escaped(report.title), escaped_line(report.subtitle));
  for (const auto& [name, value] : report.facts) writer.out += fmt::format("- {}: {}\n", name, escaped(value));
  writer.out += "\n";
  for (const Section& section : report.sections) {
    writer.out += fmt::format("## {}\n\n", escaped(section.title));
    for (const Block& block : section.blocks) std::visit(writer, block);
  }
  writer.out += "---\n\n" + escaped_line(report.footer) + "\n";
  return writer.out;
}

}  // namespace planwise::report
