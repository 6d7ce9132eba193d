/// \file
/// A report as one HTML file: styles and drawings inside, nothing from outside, readable offline.
#pragma once

#include <string>

#include "report/model.h"

namespace planwise::report {

/// Text of any origin is escaped, and a content security policy in the page forbids scripts and every request.
[[nodiscard]] std::string to_html(const EvidenceReport& report);
/// The page's style sheet.
[[nodiscard]] std::string_view html_style() noexcept;

}  // namespace planwise::report
