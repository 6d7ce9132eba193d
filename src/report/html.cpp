#include "report/html.h"

#include <fmt/format.h>

#include "report/markdown.h"
#include "report/numbers.h"
#include "report/svg.h"

namespace planwise::report {

namespace {

const char* class_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "good";
    case Tone::caution:
      return "caution";
    case Tone::bad:
      return "bad";
    case Tone::missing:
      return "missing";
    case Tone::plain:
      break;
  }
  return "";
}

/// Said in words or signs too, for those who do not see colours.
bool is_hash(const std::string& text) {
  return text.size() >= 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

class HtmlWriter {
 public:
  std::string out;
  bool board = false;

  void operator()(const Text& text) {
    out += fmt::format("<p class=\"{}\">{}{}", class_of(text.tone), mark_of(text.tone), markup_escaped(text.text));
    if (!text.sources.empty()) out += " <span class=\"src\">" + source_list(text.sources) + "</span>";
    out += "</p>\n";
  }
  void operator()(const Table& table) {
    if (table.rows.empty()) return;
    constexpr std::size_t short_rows = 14;  // never parted by the end of a page
    out += table.rows.size() <= short_rows ? "<div class=\"tab short\">" : "<div class=\"tab\">";
    table_only(table);
    if (!table.note.empty()) out += fmt::format("<p class=\"note\">{}</p>", markup_escaped(table.note));
    if (const auto sources = sources_of(table); !sources.empty())
      out += "<p class=\"src\">Rests on " + source_list(sources) + "</p>";
    out += "</div>\n";
  }
  void operator()(const Tiles& tiles) {
    out += "<div class=\"tiles\">";
    for (const Tile& tile : tiles.tiles) {
      out += fmt::format(
          "<div class=\"tile\" title=\"{}\"><div class=\"k\">{}</div><div class=\"v {}\">{}</div><div "
          "class=\"d\">{}</div></div>",
          markup_escaped(tile.source), markup_escaped(tile.label), class_of(tile.tone), markup_escaped(tile.value),
          markup_escaped(tile.detail));
    }
    out += "</div>\n";
  }
  void operator()(const AdviceList& list) {
    out += "<ol class=\"advice\">";
    for (const Advice& advice : list.items) {
      out += fmt::format("<li><span class=\"{}\">{}</span>{}", class_of(advice.tone), mark_of(advice.tone),
                         markup_escaped(advice.text));
      std::string rests = advice.figure.empty() ? "" : "Rests on: " + markup_escaped(advice.figure);
      if (!advice.source.empty())
        rests += fmt::format("{}<code>{}</code>", rests.empty() ? "" : " · ", markup_escaped(advice.source));
      if (!rests.empty()) out += "<span class=\"fig\">" + rests + "</span>";
      out += "</li>";
    }
    out += "</ol>\n";
  }
  void operator()(const Code& code) { out += "<pre><code>" + markup_escaped(code.text) + "</code></pre>\n"; }
  void operator()(const Chart& chart) {
    const std::string svg = to_svg(chart, fmt::format("c{}", ++charts_));
    const Table table = table_of(chart);
    if (svg.empty() && table.rows.empty()) return;
    out += fmt::format("<figure><figcaption>{}</figcaption>{}", markup_escaped(chart.title), svg);
    if (!table.rows.empty()) {
      out += "<details><summary>The chart's figures as a table</summary>";
      table_only(table);
      if (!table.note.empty()) out += fmt::format("<p class=\"note\">{}</p>", markup_escaped(table.note));
      out += "</details>";
    }
    if (!chart.source.empty()) out += "<p class=\"src\">Rests on " + source_list({chart.source}) + "</p>";
    out += "</figure>\n";
  }

 private:
  static std::string source_list(const std::vector<std::string>& sources) {
    std::string list;
    for (const std::string& source : sources)
      list += (list.empty() ? "<code>" : ", <code>") + markup_escaped(source) + "</code>";
    return list;
  }
  void cell_of(const Cell& cell, const Column& column) {
    constexpr std::size_t longest = 34;
    std::string classes = column.numbers ? "n" : "";
    const auto add = [&](const char* name) {
      classes += (classes.empty() || *name == '\0' ? "" : " ") + std::string(name);
    };
    if (cell.text.size() > longest) add("long");
    if (is_hash(cell.text)) add("code");
    add(class_of(cell.tone));
    out += "<td";
    if (!classes.empty()) out += fmt::format(" class=\"{}\"", classes);
    if (!cell.source.empty()) out += fmt::format(" title=\"{}\"", markup_escaped(cell.source));
    out += ">" + markup_escaped(cell.text) + "</td>";
  }
  void table_only(const Table& table) {
    out += fmt::format("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{}\"><table>",
                       markup_escaped(table.caption));
    if (!table.caption.empty()) out += fmt::format("<caption>{}</caption>", markup_escaped(table.caption));
    out += "<thead><tr>";
    for (const Column& column : table.columns)
      out += fmt::format("<th scope=\"col\"{}>{}</th>", column.numbers ? " class=\"n\"" : "",
                         markup_escaped(column.title));
    out += "</tr></thead><tbody>";
    for (const auto& row : table.rows) {
      out += "<tr>";
      for (std::size_t i = 0; i < row.size(); ++i) cell_of(row[i], table.columns.at(i));
      out += "</tr>";
    }
    out += "</tbody></table></div>";
  }

  int charts_ = 0;
};

std::string head_of(const EvidenceReport& report) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
      "<meta name=\"color-scheme\" content=\"light dark\"><title>{}: {}</title><style>{}</style></head>\n",
      report.language, markup_escaped(report.title), markup_escaped(report.subtitle), html_style());
}

}  // namespace

std::string to_html(const EvidenceReport& report) {
  HtmlWriter writer;
  writer.board = report.board;
  std::string& out = writer.out;
  out = head_of(report);
  out += fmt::format("<body{}><main>\n<header><h1>{}</h1><p class=\"sub\">{}</p><dl class=\"facts\">",
                     report.board ? " class=\"board\"" : "", markup_escaped(report.title),
                     markup_escaped(report.subtitle));
  for (const auto& [name, value] : report.facts)
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", markup_escaped(name), markup_escaped(value));
  out += "</dl>";
  if (!report.board) {
    out += "<nav aria-label=\"Contents\"><strong>Contents</strong><ol>";
    for (const Section& section : report.sections)
      out += fmt::format("<li><a href=\"#{}\">{}</a></li>", section.id, markup_escaped(section.title));
    out += "</ol></nav>";
  }
  out += "</header>\n";
  for (const Section& section : report.sections) {
    out += fmt::format("<section id=\"{}\"><h2>{}</h2>\n", section.id, markup_escaped(section.title));
    for (const Block& block : section.blocks) std::visit(writer, block);
    out += "</section>\n";
  }
  out += fmt::format("<footer>{}</footer>\n</main></body></html>\n", markup_escaped(report.footer));
  return out;
}

}  // namespace planwise::report
