#include "planwise/results_manager.h"

namespace planwise {

std::string_view version() noexcept { return PLANWISE_VERSION; }

}  // namespace planwise
