/// \file
/// What the files of ResultsManager share.
#pragma once

#include "planwise/results_manager.h"
#include "store/run_store.h"

namespace planwise {

struct ResultsManager::Parts {
  explicit Parts(store::StoreOptions options) : who(options.who), options(options), store(std::move(options)) {}
  store::Who who;
  store::StoreOptions options;
  store::RunStore store;
};

}  // namespace planwise
