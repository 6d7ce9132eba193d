/// \file
/// An evidence report as values: sections of text, tables and charts, each figure with the path it rests on. Written as
/// Markdown or HTML by functions of their own; nothing here knows of either.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace planwise::report {

/// What a statement or a cell tells beside its words. Never shown by colour alone.
enum class Tone { plain, good, caution, bad, missing };

/// One or more sentences. `sources` are paths into the run ("results.objective_breakdown.cost") or other named origins.
struct Text {
  std::string text;
  std::vector<std::string> sources;
  Tone tone = Tone::plain;
};

enum class Unit { number, money, percent, count };

struct Column {
  std::string title;
  bool numbers = false;  ///< Right-aligned.
};
/// What a cell's text tells as a number, for forms that calculate.
struct Figure {
  double value = 0;
  Unit unit = Unit::number;
  bool change = false;  ///< Shown with its sign. Of percent: a difference of fractions, or a relative one.
};
struct Cell {
  std::string text;
  std::string source;  ///< Path of the figure; empty: a name, or a difference of cells beside it.
  Tone tone = Tone::plain;
  std::optional<Figure> figure = std::nullopt;
};
struct Table {
  std::string caption;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  ///< As many cells as columns.
  std::string note;                     ///< Below the table.
};

/// Large figures at the head of a report.
struct Tile {
  std::string label, value, detail, source;
  Tone tone = Tone::plain;
};
struct Tiles {
  std::vector<Tile> tiles;
};

/// A recommendation, and the figures that it rests on, in words and by path.
struct Advice {
  std::string text, figure, source;
  Tone tone = Tone::plain;
};
struct AdviceList {
  std::vector<Advice> items;
};

/// A command to copy.
struct Code {
  std::string text;
};

/// A chart as figures. What each kind reads: line: x, series (a gap where a value is absent), bands (of one series),
/// rules. bars: labels, series. waterfall: labels, series[0] as start, changes, end. tornado: labels, series[0] and [1]
/// as outputs at the low and the high end, `middle`. ranges: labels, series[0] as value with `low` and `high`.
/// scatter: points.
struct Chart {
  enum class Kind { line, bars, waterfall, tornado, ranges, scatter };
  struct Series {
    std::string name;
    std::vector<std::optional<double>> values;
    bool baseline = false;  ///< Drawn as what the rest is compared with.
  };
  struct Rule {
    std::string name;
    double value = 0;
  };
  struct Point {
    double x = 0, y = 0;
    std::string name;
    bool chosen = false;
  };
  Kind kind = Kind::line;
  std::string title;
  std::string description;  ///< What it shows, in a sentence, for those who cannot see it.
  std::string x_title, y_title;
  Unit x_unit = Unit::number, y_unit = Unit::number;
  std::vector<double> x;
  std::vector<std::string> labels;
  std::vector<Series> series;
  std::vector<std::optional<double>> low, high;
  std::vector<Rule> rules;
  std::vector<Point> points;
  double middle = 0;
  bool from_zero = false;  ///< The axis of values begins at 0.
  Table data;  ///< The chart's figures, for those who read rather than look; may be empty when the section has them.
  std::string source;
};

using Block = std::variant<Text, Table, Tiles, AdviceList, Code, Chart>;

struct Section {
  std::string id;  ///< Of an anchor: letters and hyphens.
  std::string title;
  std::vector<Block> blocks;
};

struct EvidenceReport {
  std::string title, subtitle;
  std::string language = "en";
  bool board = false;                                      ///< The short edition: one to two pages of A4.
  std::vector<std::pair<std::string, std::string>> facts;  ///< Beneath the title: run, scenario, date, status.
  std::vector<Section> sections;
  std::string footer;
};

}  // namespace planwise::report
