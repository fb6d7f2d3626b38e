#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/rebuild.hpp"

namespace daybook::app {

/// The projections of this process that can be made again (`daybook events rebuild`; design, rule 15).
class Rebuilds {
 public:
  void add(std::unique_ptr<runtime::Rebuilder> rebuilder) { rebuilders_.push_back(std::move(rebuilder)); }

  /// Goes on with what an earlier process began.
  boost::asio::awaitable<Result<>> start();
  void begin_stop();
  boost::asio::awaitable<void> stop();
  /// Errors: not_found (no such consumer here); conflict (it acts on the world, or has nothing that could be made
  /// again); those of Rebuilder::rebuild.
  boost::asio::awaitable<Result<runtime::Rebuilt>> rebuild(std::string consumer);

 private:
  std::vector<std::unique_ptr<runtime::Rebuilder>> rebuilders_;
};

}  // namespace daybook::app
