/// \file
/// What the files of ResultsManager share.
#pragma once

#include "planwise/results_manager.h"
#include "store/run_store.h"

namespace planwise {

struct ResultsManager::Parts {
  explicit Parts(const store::StoreOptions& store_options)
      : who(store_options.who), options(store_options), store(store_options) {}
  store::Who who;
  store::StoreOptions options;
  store::RunStore store;
};

}  // namespace planwise
