/// \file
/// Rows made wrong on request. Internal to census.
#pragma once

#include "planwise/census.h"

namespace planwise::census {

/// `census` as make_census() built it, without faults yet. No row gets two.
void put_faults(Census& census, const CensusOptions& options);

}  // namespace planwise::census
