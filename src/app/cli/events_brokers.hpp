#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace daybook::app {

/// What `daybook events … --brokers` is told (L-07).
struct BrokerRequest {
  std::string brokers;
  std::string ca_file;
  std::string profile = "single";
  std::string group;
  std::vector<std::string> topics;
  std::string user;
  std::string id;
  std::string file = "-";
  std::int64_t limit = 100;
  bool follow = false;
  bool dry_run = false;
};

/// Each prints JSON Lines and returns the exit code.
int make_topics(const BrokerRequest& request);
int tail_topics(const BrokerRequest& request);
int inspect_event(const BrokerRequest& request);
int group_lag(const BrokerRequest& request);
int publish_events(const BrokerRequest& request);
int list_dead_letters(const BrokerRequest& request);
int replay_dead_letter(const BrokerRequest& request);

}  // namespace daybook::app
