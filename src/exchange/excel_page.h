/// \file
/// A sheet of headings, text and tables, handed over as values by whoever knows what it is to say.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace planwise::exchange {

struct ExcelPage {
  enum class Shown { number, money, percent, count };
  /// Stands as a number where `value` is given, else as its text.
  struct Cell {
    std::string text;
    std::optional<double> value = std::nullopt;
    Shown shown = Shown::number;
    bool change = false;  ///< With its sign.
  };
  struct Column {
    std::string title;
    bool numbers = false;
  };
  struct Table {
    std::string caption;
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;  ///< As many cells as columns, or fewer.
    std::string note;                     ///< Below it.
  };
  struct Heading {
    std::string text;
  };
  struct Paragraph {
    std::string text;
    bool code = false;  ///< A command to copy.
  };
  using Part = std::variant<Heading, Paragraph, Table>;

  std::string title, subtitle;
  std::vector<std::pair<std::string, std::string>> facts;  ///< Name and value, beneath the title.
  std::vector<Part> parts;
};

}  // namespace planwise::exchange
