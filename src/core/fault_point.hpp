#pragma once

#include <atomic>

namespace daybook {

using FaultHook = void (*)(const char* name);
inline std::atomic<FaultHook> fault_hook{nullptr};

/// A named place where the test binary may kill the process or hold it (design, rule 6). Costs one load when no hook
/// is set; only daybook-test sets one.
inline void fault_point(const char* name) {
  if (auto hook = fault_hook.load(std::memory_order_acquire)) hook(name);
}

}  // namespace daybook
