/// \file
/// HTML to PDF by a browser that is installed. Internal to manager.
#pragma once

#include <filesystem>
#include <string>

#include "planwise/time.h"

namespace planwise::manager {

/// `given`, else PLANWISE_BROWSER, else the first known one in PATH. Throws unsupported naming the remedy, and
/// not_found for a browser that was named and is not there.
[[nodiscard]] std::filesystem::path find_browser(const std::filesystem::path& given);

/// Prints the page without a shell, without network, in a temporary folder of mode 0700 that is gone afterwards. Dates
/// in the file are `dated`, so that the same page by the same browser gives the same bytes. Throws io when the browser
/// fails or takes longer than a minute.
[[nodiscard]] std::string print_to_pdf(const std::string& html, const std::filesystem::path& browser, Timestamp dated);

}  // namespace planwise::manager
