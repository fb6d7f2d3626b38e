#pragma once

#include <string>

namespace daybook {

/// What something is done for: carried from a request into the events that it causes, and on into theirs (design,
/// rule 4).
struct Trace {
  std::string correlation_id;  ///< One a request, or one a timer's firing.
  std::string traceparent;     ///< W3C Trace Context; empty where nobody traces.

  /// Of a Command, a Caller or a CloudEvent.
  template <class Cause>
  static Trace of(const Cause& cause) {
    return {cause.correlation_id, cause.traceparent};
  }
  template <class Effect>
  void mark(Effect& effect) const {
    effect.correlation_id = correlation_id;
    effect.traceparent = traceparent;
  }
};

}  // namespace daybook
