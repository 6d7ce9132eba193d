/// \file
/// Evidence reports: one run, or a run against another, as Markdown, one self-contained HTML file, or PDF.
///
///     planwise::ReportService reports(manager);
///     planwise::ReportOptions options;
///     options.edition = planwise::ReportEdition::board;
///     planwise::ReportReceipt written = reports.write("6f0c...", "board.html", options);
///
/// Only what is stored counts: each figure names the path it rests on, and what a run does not hold is said to be
/// missing, never estimated. The one addition is the cost bridge and the people raised and promoted by level, simulated
/// from the run's own levers, years and seed when a SimulationService is given whose data have the fingerprint that the
/// run saw, and only when that gives the run's own figures again.
///
/// Same run, same history, same options: the same bytes; nothing says when the report was written. No employee ids, no
/// social security numbers, and no figure of fewer than five people.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "planwise/results_manager.h"
#include "planwise/simulation_service.h"

namespace planwise {

enum class ReportForm { markdown, html, pdf };
/// "markdown", "html", "pdf".
[[nodiscard]] std::string_view to_text(ReportForm form) noexcept;
/// The reverse; also "md". Throws invalid_argument naming the text and what is allowed.
[[nodiscard]] ReportForm report_form_from(std::string_view text);
/// ".md", ".html", ".pdf".
[[nodiscard]] std::string_view extension(ReportForm form) noexcept;

enum class ReportEdition {
  board,  ///< One to two pages of A4.
  full,
};
[[nodiscard]] std::string_view to_text(ReportEdition edition) noexcept;
[[nodiscard]] ReportEdition report_edition_from(std::string_view text);

struct ReportOptions {
  ReportForm form = ReportForm::html;
  ReportEdition edition = ReportEdition::full;
  std::optional<std::int64_t> version;  ///< Of the run; absent: the current one.
  std::string compare_to;               ///< Id of the earlier run; may be the run's own. Empty: none.
  std::optional<std::int64_t> compare_version;
  std::filesystem::path lever_file;  ///< Empty: PLANWISE_LEVERS, else the shipped schema.
  /// Of PDF: the browser to print with. Empty: PLANWISE_BROWSER, else the first of chromium, chromium-browser,
  /// google-chrome, google-chrome-stable, microsoft-edge, chrome in PATH.
  std::filesystem::path browser;
};

struct ReportReceipt {
  std::filesystem::path path;  ///< Absolute.
  std::int64_t file_size_bytes = 0;
};

/// Calls are safe from several threads.
class ReportService {
 public:
  /// Both are used as long as the service lives. `simulation` may be nullptr.
  explicit ReportService(ResultsManager& manager, SimulationService* simulation = nullptr)
      : manager_(manager), simulation_(simulation) {}

  /// The report's bytes. not_found for an unknown run or version; invalid_argument for a comparison of a version with
  /// itself; of PDF unsupported when there is no browser, naming the remedy, and io when it fails. Costs milliseconds;
  /// PDF one to three seconds, and at most a minute.
  [[nodiscard]] std::string text(std::string_view run_id, const ReportOptions& options = {});
  /// To a file that appears when it is complete. An empty target: report_<run_id>[_board]<extension> in the current
  /// folder; a folder that exists: that name inside it. already_exists unless `overwrite` says replace.
  ReportReceipt write(std::string_view run_id, const std::filesystem::path& target, const ReportOptions& options = {},
                      Overwrite overwrite = Overwrite::refuse);

 private:
  ResultsManager& manager_;
  SimulationService* simulation_;
};

}  // namespace planwise
